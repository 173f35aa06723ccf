import { assertEquals, assertRejects } from "@std/assert";
import { probePrivateFile, writePrivateFile } from "../../lib/secrets/mod.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import { makeTempDir } from "../support/mod.ts";

/** The names in a folder. */
async function namesIn(path: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  return entries.map(({ name }) => name).sort();
}

Deno.test("probePrivateFile() resolves, and leaves nothing behind, when the file could be made", async () => {
  await using dir = await makeTempDir();
  await probePrivateFile(`${dir.path}/file`);
  assertEquals(await namesIn(dir.path), []);
});

Deno.test("probePrivateFile() makes the file's folder, private, when there is none", async () => {
  await using dir = await makeTempDir();
  await probePrivateFile(`${dir.path}/made/here/file`);
  assertEquals(await namesIn(`${dir.path}/made/here`), []);
  assertEquals(((await Deno.stat(`${dir.path}/made/here`)).mode ?? 0) & 0o777, 0o700);
});

Deno.test("probePrivateFile() leaves the file that is there as it is", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/file`;
  await Deno.writeTextFile(file, "untouched", { mode: 0o640 });
  const before = await Deno.stat(file);
  await probePrivateFile(file);
  const after = await Deno.stat(file);
  assertEquals(await Deno.readTextFile(file), "untouched");
  assertEquals([after.ino, after.mtime, after.mode], [before.ino, before.mtime, before.mode]);
  assertEquals(await namesIn(dir.path), ["file"]);
});

Deno.test("probePrivateFile() writes through no link, and is not stopped by what was left behind", async () => {
  await using dir = await makeTempDir();
  const [file, target] = [`${dir.path}/file`, `${dir.path}/target`];
  await Deno.writeTextFile(target, "untouched");
  await Deno.symlink(target, `${file}.tmp`);
  await probePrivateFile(file);
  assertEquals(await Deno.readTextFile(target), "untouched");
  await Deno.writeTextFile(`${file}.tmp`, "half");
  await probePrivateFile(file);
  assertEquals(await namesIn(dir.path), ["target"]);
});

/** What keeps a private file from being written. */
const obstacles: [what: string, prepare: (file: string) => Promise<void>][] = [
  // Docker makes one of a file that is mounted and not there.
  ["a folder has its name", (file) => Deno.mkdir(`${file}/inside`, { recursive: true })],
  ["an empty folder has its name", (file) => Deno.mkdir(file)],
  [
    "a folder stands where the next content is made",
    (file) => Deno.mkdir(`${file}.tmp/inside`, { recursive: true }),
  ],
];
for (const [what, prepare] of obstacles) {
  Deno.test(`probePrivateFile() rejects, as writePrivateFile() does, when ${what}`, async () => {
    await using dir = await makeTempDir();
    const file = `${dir.path}/file`;
    await prepare(file);
    const before = await namesIn(dir.path);
    await assertRejects(() => writePrivateFile(file, "token"));
    await assertRejects(() => probePrivateFile(file));
    assertEquals(await namesIn(dir.path), before);
  });
}

Deno.test("probePrivateFile() rejects when a file stands where its folder should be", async () => {
  await using dir = await makeTempDir();
  await Deno.writeTextFile(`${dir.path}/configs`, "");
  await assertRejects(() => probePrivateFile(`${dir.path}/configs/file`));
});

const noSmallDisk = await whyNot(mountSmallDisk);

Deno.test({
  name: "probePrivateFile() rejects, and leaves nothing behind, when there is no room for a token" +
    (noSmallDisk === undefined ? "" : ` (ignored: ${noSmallDisk})`),
  ignore: noSmallDisk !== undefined,
  fn: async () => {
    await using disk = await mountSmallDisk();
    await disk.fill();
    await assertRejects(() => probePrivateFile(`${disk.path}/file`));
    assertEquals(await namesIn(disk.path), ["filler"]);
    await disk.mend();
    await probePrivateFile(`${disk.path}/file`);
  },
});
