import { assertEquals, assertRejects } from "@std/assert";
import { spy } from "@std/testing/mock";
import { openOrMake } from "../lib/regular_file.ts";
import { makeTempDir } from "./support/mod.ts";

Deno.test("openOrMake() makes a file that only its owner can read where there is none", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/file`;
  using file = await openOrMake(path, "write", { write: true });
  assertEquals(((await file.stat()).mode ?? 0) & 0o777, 0o600);
});

Deno.test("openOrMake() does not ask for a file to be made that is there, as Linux would refuse another user's in /tmp", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/file`;
  await Deno.writeTextFile(path, "content");
  using open = spy(Deno, "open");
  using file = await openOrMake(path, "append to", { append: true });
  assertEquals(open.calls[0]?.args[1], { append: true });
  assertEquals((await file.stat()).size, "content".length);
});

Deno.test("openOrMake() refuses a link, and makes nothing behind it", async () => {
  await using dir = await makeTempDir();
  await Deno.symlink(`${dir.path}/target`, `${dir.path}/file`);
  await assertRejects(
    () => openOrMake(`${dir.path}/file`, "lock", { write: true }),
    TypeError,
    "it is a symbolic link",
  );
  await assertRejects(() => Deno.lstat(`${dir.path}/target`), Deno.errors.NotFound);
});
