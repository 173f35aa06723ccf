import { assertEquals, assertRejects } from "@std/assert";
import { makeAlike } from "../lib/make_alike.ts";
import { makeTempDir } from "./support/mod.ts";

const CONTENT = new TextEncoder().encode("content");
/** Nobody's. */
const NOBODY = 65534;

async function stateOf(path: string): Promise<[text: string, mode: number]> {
  return [await Deno.readTextFile(path), ((await Deno.stat(path)).mode ?? 0) & 0o777];
}

Deno.test("makeAlike() makes a file that the same people may read and write, whatever the umask", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/file`;
  await makeAlike(file, CONTENT, { uid: null, gid: null, mode: 0o100666 });
  assertEquals(await stateOf(file), ["content", 0o666]);
});

Deno.test("makeAlike() touches neither a link in the file's place nor what it leads to", async () => {
  await using dir = await makeTempDir();
  const [file, target] = [`${dir.path}/file`, `${dir.path}/target`];
  await Deno.writeTextFile(target, "a secret");
  await Deno.chmod(target, 0o600);
  await Deno.symlink(target, file);
  await assertRejects(() => makeAlike(file, CONTENT, { uid: NOBODY, gid: NOBODY, mode: 0o666 }));
  assertEquals(await stateOf(target), ["a secret", 0o600]);
  assertEquals(await Deno.readLink(file), target);
});

Deno.test("makeAlike() keeps the file as this user's when it may not be given away", async () => {
  await using dir = await makeTempDir();
  await Deno.writeTextFile(`${dir.path}/mine`, "");
  const { uid: mine } = await Deno.stat(`${dir.path}/mine`);
  const file = `${dir.path}/file`;
  await makeAlike(file, CONTENT, { uid: NOBODY, gid: NOBODY, mode: 0o600 });
  assertEquals(await stateOf(file), ["content", 0o600]);
  const { uid } = await Deno.stat(file);
  assertEquals(uid, mine === 0 ? NOBODY : mine);
});
