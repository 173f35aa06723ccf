import { assertEquals, assertRejects } from "@std/assert";
import { readSmallFile } from "../lib/small_file.ts";
import { makeTempDir } from "./support/mod.ts";

Deno.test("readSmallFile() gives the text when the file is a regular one, or a link to it", async () => {
  await using dir = await makeTempDir();
  await Deno.writeTextFile(`${dir.path}/file`, "text");
  await Deno.symlink(`${dir.path}/file`, `${dir.path}/link`);
  assertEquals(await readSmallFile(`${dir.path}/file`, 4), "text");
  assertEquals(await readSmallFile(`${dir.path}/link`, 4), "text");
});

Deno.test("readSmallFile() gives undefined when there is no file", async () => {
  await using dir = await makeTempDir();
  await Deno.symlink(`${dir.path}/gone`, `${dir.path}/dangling`);
  assertEquals(await readSmallFile(`${dir.path}/none`, 4), undefined);
  assertEquals(await readSmallFile(`${dir.path}/dangling`, 4), undefined);
});

Deno.test("readSmallFile() refuses the file when it is too large", async () => {
  await using dir = await makeTempDir();
  await Deno.writeTextFile(`${dir.path}/file`, "12345");
  await assertRejects(
    () => readSmallFile(`${dir.path}/file`, 4),
    RangeError,
    "expected at most 4 bytes: it has 5",
  );
});

Deno.test("readSmallFile() refuses a folder", async () => {
  await using dir = await makeTempDir();
  await assertRejects(() => readSmallFile(dir.path, 4), TypeError, "not a regular file");
});

Deno.test("readSmallFile() does not wait when the file is a pipe that nobody writes to", async () => {
  await using dir = await makeTempDir();
  await new Deno.Command("mkfifo", { args: [`${dir.path}/pipe`] }).output();
  await assertRejects(() => readSmallFile(`${dir.path}/pipe`, 4), TypeError, "not a regular file");
});
