import { assertEquals, assertRejects } from "@std/assert";
import { writePrivateFile } from "../../lib/secrets/mod.ts";
import { makeTempDir } from "../support/mod.ts";

/** The permission bits of a file. */
async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

/** The names in a folder. */
async function namesIn(path: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.map(({ name }) => name).sort();
}

Deno.test("writePrivateFile() makes the file, private, in its folder when there is none (contract 7 #27, #98, #102)", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/made/here/file`;
  await writePrivateFile(file, "sécret");
  assertEquals(await Deno.readTextFile(file), "sécret");
  assertEquals([await modeOf(file), await modeOf(`${dir.path}/made/here`)], [0o600, 0o700]);
  assertEquals(await namesIn(`${dir.path}/made/here`), ["file"]);
});

Deno.test("writePrivateFile() leaves the file private when everybody could read the former one", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/file`;
  await Deno.writeTextFile(file, "old", { mode: 0o644 });
  await writePrivateFile(file, "new");
  assertEquals([await Deno.readTextFile(file), await modeOf(file)], ["new", 0o600]);
});

Deno.test("writePrivateFile() is private from the first byte, and in place only as a whole", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/file`;
  await writePrivateFile(file, "old");
  const large = "x".repeat(32 * 1024 * 1024);
  let writing = true;
  const watching = (async () => {
    const seen = new Set<string>();
    while (writing) {
      const inPlace = (await Deno.stat(file)).size;
      seen.add(`in place: ${inPlace}`);
      const next = await modeOf(`${file}.tmp`).catch(() => undefined);
      if (next !== undefined) seen.add(`next: ${next.toString(8)}`);
    }
    return seen;
  })();
  await writePrivateFile(file, large);
  await Deno.stat(file); // one more look, so that the end is seen too
  writing = false;
  const seen = await watching;
  seen.delete(`in place: ${large.length}`);
  assertEquals(seen, new Set(["in place: 3", "next: 600"]));
});

Deno.test("writePrivateFile() writes through no link when somebody has put one in the way", async () => {
  await using dir = await makeTempDir();
  const [file, target] = [`${dir.path}/file`, `${dir.path}/target`];
  await Deno.writeTextFile(target, "untouched");
  await Deno.symlink(target, file);
  await Deno.symlink(target, `${file}.tmp`);
  await writePrivateFile(file, "new");
  assertEquals(await Deno.readTextFile(target), "untouched");
  assertEquals((await Deno.lstat(file)).isFile, true);
  assertEquals(await namesIn(dir.path), ["file", "target"]);
});

Deno.test("writePrivateFile() is not stopped by a link to what Deno opens for nobody", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/file`;
  await Deno.symlink("/proc/self/mem", `${file}.tmp`);
  await writePrivateFile(file, "new");
  assertEquals(await Deno.readTextFile(file), "new");
});

Deno.test("writePrivateFile() is not stopped by what a killed process has left behind", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/file`;
  await Deno.writeTextFile(`${file}.tmp`, "half", { mode: 0o644 });
  await writePrivateFile(file, "whole");
  assertEquals([await Deno.readTextFile(file), await modeOf(file)], ["whole", 0o600]);
  assertEquals(await namesIn(dir.path), ["file"]);
});

Deno.test("writePrivateFile() keeps the former content, and leaves nothing behind, when it fails", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/file`;
  await Deno.mkdir(`${file}/inside`, { recursive: true });
  await assertRejects(() => writePrivateFile(file, "new"));
  assertEquals(await namesIn(dir.path), ["file"]);
  assertEquals(await namesIn(file), ["inside"]);
});

Deno.test("writePrivateFile() lets read it whoever could read the file that it is to be like", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/file`;
  await Deno.writeTextFile(file, "old");
  await Deno.chmod(file, 0o640); // whatever the umask
  await writePrivateFile(file, "new", { like: await Deno.stat(file) });
  assertEquals([await Deno.readTextFile(file), await modeOf(file)], ["new", 0o640]);
});

/** Whether this user may give files away, as root may. */
async function givesAway(): Promise<boolean> {
  await using dir = await makeTempDir();
  return await Deno.chown(dir.path, NOBODY, NOBODY).then(() => true, () => false);
}

const NOBODY = 65534;

Deno.test("writePrivateFile() keeps the owner and the group of the file that it is to be like", {
  ignore: !await givesAway(), // only root can
}, async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/file`;
  await Deno.writeTextFile(file, "old");
  await Deno.chown(file, NOBODY, NOBODY);
  await writePrivateFile(file, "new", { like: await Deno.stat(file) });
  const { gid, uid } = await Deno.stat(file);
  assertEquals([uid, gid, await modeOf(file)], [NOBODY, NOBODY, 0o644]);
});

Deno.test("writePrivateFile() asks whether the file is still due when all of it is on the disk, and leaves what is there when not", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/secret`;
  await Deno.writeTextFile(path, "former");
  const seen: string[] = [];
  const isStillDue = async () => {
    seen.push(await Deno.readTextFile(`${path}.tmp`), await Deno.readTextFile(path));
    return false;
  };
  assertEquals(await writePrivateFile(path, "next", { isStillDue }), false);
  assertEquals([seen, await Deno.readTextFile(path)], [["next", "former"], "former"]);
  assertEquals((await Array.fromAsync(Deno.readDir(dir.path))).length, 1);
  assertEquals(
    await writePrivateFile(path, "next", { isStillDue: () => Promise.resolve(true) }),
    true,
  );
  assertEquals(await Deno.readTextFile(path), "next");
});
