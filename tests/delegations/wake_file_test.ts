import { assert, assertEquals, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import { WakeFile } from "../../lib/delegations/mod.ts";
import { resultLine } from "../../lib/delegations/result.ts";
import { makeTempDir, patient } from "../support/mod.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import { exampleResult } from "./_examples.ts";

const noSmallDisk = await whyNot(mountSmallDisk);

/** A wake file, which is not there yet. */
async function withWakeFile(
  work: (wake: { file: WakeFile; path: string; folder: string }) => Promise<void>,
  { mode = 0o600 }: { readonly mode?: number } = {},
): Promise<void> {
  await using dir = await makeTempDir();
  const path = `${dir.path}/wake`;
  await work({ file: new WakeFile({ path, mode }), path, folder: dir.path });
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

async function changedAt(path: string): Promise<number> {
  return (await Deno.stat(path)).mtime?.getTime() ?? 0;
}

Deno.test("WakeFile.touch() makes the file, with the time in it, when there is none", () =>
  withWakeFile(async ({ file, path }) => {
    const before = Date.now();
    await file.touch();
    const text = await Deno.readTextFile(path);
    assert(text.endsWith("\n"));
    const time = Date.parse(text.trim());
    assert(time >= before && time <= Date.now(), text);
  }));

/** What may be in a wake file: a time, or what is left of one. */
const TOUCHED = [
  "",
  "2026",
  "2026-05-03T12:00:00.000Z",
  "2026-05-03T12:00:00.000Z\n",
];
for (const text of TOUCHED) {
  Deno.test(`WakeFile.touch() writes the file anew when it holds ${JSON.stringify(text)}`, () =>
    withWakeFile(async ({ file, path }) => {
      await Deno.writeTextFile(path, text, { mode: 0o600 });
      await Deno.utime(path, 1, 1);
      await file.touch();
      assert(await changedAt(path) > 1000);
      assertEquals((await Deno.readTextFile(path)).length, "2026-05-03T12:00:00.000Z\n".length);
    }));
}

/** What is none: something of somebody's, that a mistaken --wake-file names. */
const PRECIOUS: [what: string, text: string][] = [
  ["results", resultLine(exampleResult(), 1714.5)],
  ["a token", "s3cret-token\n"],
  ["100 letters", "x".repeat(100)],
  ["a time with more behind it", "2026-05-03T12:00:00.000Z and more\n"],
  ["64 digits", "1".repeat(64)],
  ["the number of a process", "12345\n"],
  ["epoch seconds", "1700000000\n"],
  ["an address", "192.168.0.1\n"],
  ["NUL bytes", "\0\0"],
  ["what is no text", "\ufffd"],
];
for (const [what, text] of PRECIOUS) {
  Deno.test(`WakeFile.touch() refuses a file that holds ${what}, and leaves it as it is`, () =>
    withWakeFile(async ({ file, path }) => {
      await Deno.writeTextFile(path, text, { mode: 0o640 });
      await assertRejects(
        () => file.touch(),
        TypeError,
        `Cannot touch '${path}': it is no wake file: expected an empty file, or one that holds a ` +
          "time: choose another --wake-file",
      );
      assertEquals([await Deno.readTextFile(path), await modeOf(path)], [text, 0o640]);
    }));
}

Deno.test("WakeFile.touch() is seen by whoever watches the file", () =>
  withWakeFile(async ({ file, path }) => {
    await file.touch();
    using watcher = Deno.watchFs(path);
    const event = watcher[Symbol.asyncIterator]().next();
    await file.touch();
    assertEquals((await patient(event)).value?.paths, [path]);
  }));

Deno.test("WakeFile.touch() refuses a link, and leaves its target alone", () =>
  withWakeFile(async ({ file, path, folder }) => {
    await Deno.writeTextFile(`${folder}/target`, "2026");
    await Deno.symlink(`${folder}/target`, path);
    await assertRejects(() => file.touch(), TypeError, "it is a symbolic link");
    assertEquals(await Deno.readTextFile(`${folder}/target`), "2026");
  }));

/** What was there when somebody has put a link in its place, after it was looked at. */
const REPLACED: [what: string, text: string | undefined][] = [
  ["of the file", "2026"],
  ["where there was none", undefined],
];
for (const [what, text] of REPLACED) {
  Deno.test(`WakeFile.touch() leaves the target of a link alone that is put in the place ${what} while it is opened`, () =>
    withWakeFile(async ({ file, path, folder }) => {
      const target = `${folder}/target`;
      await Deno.writeTextFile(target, "2027");
      if (text !== undefined) await Deno.writeTextFile(path, text);
      const open = Deno.open;
      using _open = stub(Deno, "open", async (...args) => {
        await Deno.remove(path).catch(() => {});
        await Deno.symlink(target, path);
        return await open(...args);
      });
      await assertRejects(() => file.touch(), TypeError, "it is a symbolic link");
      assertEquals(await Deno.readTextFile(target), "2027");
    }));
}

Deno.test("WakeFile.touch() leaves a file alone that has been moved away while it is opened", () =>
  withWakeFile(async ({ file, path, folder }) => {
    const moved = `${folder}/moved`;
    await Deno.writeTextFile(path, "2027");
    const open = Deno.open;
    using _open = stub(Deno, "open", async (...args) => {
      const opened = await open(...args);
      await Deno.rename(path, moved);
      await Deno.writeTextFile(path, "2026");
      return opened;
    });
    await assertRejects(() => file.touch(), TypeError, "it is no wake file");
    assertEquals(await Deno.readTextFile(moved), "2027");
  }));

/** The mode that the file has, if it is there, and the one that it is to have. */
const MODES: [there: number | undefined, wanted: number][] = [
  [undefined, 0o600],
  [undefined, 0o640],
  [0o600, 0o640],
  [0o640, 0o600],
  [0o666, 0o600],
];
for (const [there, wanted] of MODES) {
  const was = there === undefined ? "there is none" : `it has mode 0${there.toString(8)}`;
  Deno.test(`WakeFile.touch() gives the file mode 0${wanted.toString(8)} when ${was}`, () =>
    withWakeFile(async ({ file, path }) => {
      if (there !== undefined) {
        await Deno.writeTextFile(path, "");
        await Deno.chmod(path, there);
      }
      await file.touch();
      assertEquals(await modeOf(path), wanted);
    }, { mode: wanted }));
}

Deno.test("WakeFile.touch() keeps the mode of a file that is somebody else's", () =>
  withWakeFile(async ({ file, path }) => {
    await Deno.writeTextFile(path, "", { mode: 0o600 });
    await Deno.utime(path, 1, 1);
    {
      const refuse = () => Promise.reject(new Deno.errors.PermissionDenied("not the owner"));
      using _chmod = stub(Deno, "chmod", refuse);
      await file.touch();
    }
    assertEquals(await modeOf(path), 0o600);
    assert(await changedAt(path) > 1000);
  }, { mode: 0o640 }));

Deno.test("WakeFile.touch() fails when the mode cannot be set for any other reason", () =>
  withWakeFile(async ({ file }) => {
    using _chmod = stub(Deno, "chmod", () => Promise.reject(new Error("read-only file system")));
    await assertRejects(() => file.touch(), Error, "read-only file system");
  }, { mode: 0o640 }));

const onFullDisk = (name: string, fn: (path: string, fill: () => Promise<void>) => Promise<void>) =>
  Deno.test({
    name: noSmallDisk === undefined ? name : `${name} (ignored: ${noSmallDisk})`,
    ignore: noSmallDisk !== undefined,
    async fn() {
      await using disk = await mountSmallDisk();
      await fn(`${disk.path}/wake`, () => disk.fill());
      await disk.mend();
    },
  });

for (const text of ["", "2026-05-03T12:00:00.000Z\n"]) {
  onFullDisk(
    `WakeFile.touch() changes the file's time on a full disk when it holds ${JSON.stringify(text)}`,
    async (path, fill) => {
      await Deno.writeTextFile(path, text, { mode: 0o600 });
      await Deno.utime(path, 1, 1);
      await fill();
      await new WakeFile({ path, mode: 0o600 }).touch();
      assert(await changedAt(path) > 1000);
    },
  );
}

Deno.test("WakeFile.inspect() gives false, and makes nothing, when there is none", () =>
  withWakeFile(async ({ file, path }) => {
    assertEquals(await file.inspect(), false);
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  }));

Deno.test("WakeFile.inspect() gives true, and changes nothing, when there is one", () =>
  withWakeFile(async ({ file, path }) => {
    await Deno.writeTextFile(path, "2026", { mode: 0o640 });
    await Deno.utime(path, 1, 1);
    assertEquals(await file.inspect(), true);
    assertEquals(
      [await Deno.readTextFile(path), await modeOf(path), await changedAt(path)],
      ["2026", 0o640, 1000],
    );
  }));

/** What it does not take for one, and why. */
const REFUSED: [what: string, make: (path: string) => Promise<void>, why: string][] = [
  ["holds something else", (path) => Deno.writeTextFile(path, "precious"), "it is no wake file"],
  ["is a link", (path) => Deno.symlink("/nowhere", path), "it is a symbolic link"],
  ["is a folder", (path) => Deno.mkdir(path), "it is no regular file"],
];
for (const [what, make, why] of REFUSED) {
  Deno.test(`WakeFile.inspect() fails when what is there ${what}`, () =>
    withWakeFile(async ({ file, path }) => {
      await make(path);
      await assertRejects(() => file.inspect(), TypeError, why);
    }));
}
