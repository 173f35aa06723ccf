import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { spy, stub } from "@std/testing/mock";
import { resultLine } from "../../lib/delegations/result.ts";
import { FileResults } from "../../lib/delegations/results_file.ts";
import { makeTempDir } from "../support/mod.ts";
import { consumedPath, consumeResults } from "../support/reference_consumer.ts";
import { exampleResult } from "./_examples.ts";

const renameFile = Deno.rename;
const writeToDisk = Deno.FsFile.prototype.write;

function lineOf(delegationId: string): string {
  return resultLine(exampleResult({ delegationId }), 1714.5);
}

function idsOf(records: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return records.map(({ delegation_id }) => delegation_id);
}

async function assertRefused(path: string, what: string): Promise<void> {
  const error = await assertRejects(() => new FileResults(path).append(lineOf("d1")), TypeError);
  assertEquals(
    error.message,
    `Cannot append to '${path}': it is ${what}: expected a regular file: remove it, and it is ` +
      "made anew",
  );
}

Deno.test("FileResults.append() makes a file that only its owner can read (D17)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await new FileResults(path).append(lineOf("d1"));
  assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("FileResults.append() adds to what has not been consumed", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  await output.append(lineOf("d1"));
  await output.append(lineOf("d2") + lineOf("d3"));
  assertEquals(await Deno.readTextFile(path), lineOf("d1") + lineOf("d2") + lineOf("d3"));
});

Deno.test("FileResults.append() refuses a symbolic link, and leaves its target alone (D17)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.writeTextFile(`${dir.path}/target`, "precious");
  await Deno.symlink(`${dir.path}/target`, path);
  await assertRefused(path, "a symbolic link");
  assertEquals(await Deno.readTextFile(`${dir.path}/target`), "precious");
});

Deno.test("FileResults.append() does not make the target of a dangling link (D17)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.symlink(`${dir.path}/target`, path);
  await assertRefused(path, "a symbolic link");
  await assertRejects(() => Deno.lstat(`${dir.path}/target`), Deno.errors.NotFound);
});

Deno.test("FileResults.append() writes nothing through a link that takes the file's place at the last moment (D17)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.writeTextFile(`${dir.path}/target`, "precious");
  using _rename = stub(Deno, "rename", async (from, to) => {
    if (from === path) await Deno.symlink(`${dir.path}/target`, path);
    await renameFile(from, to);
  });
  using write = spy(Deno.FsFile.prototype, "write");
  await assertRejects(() => new FileResults(path).append(lineOf("d1")), TypeError, "symbolic link");
  assertEquals(write.calls.length, 0);
  assertEquals(await Deno.readTextFile(`${dir.path}/target`), "precious");
});

Deno.test("FileResults.append() writes nothing through a link in the place of <file>.tmp (D17)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.symlink(`${dir.path}/target`, `${path}.tmp`);
  await assertRejects(() => new FileResults(path).append(lineOf("d1")), TypeError, "symbolic link");
  assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["results.jsonl.tmp"]);
});

Deno.test("FileResults.append() refuses a folder", async () => {
  await using dir = await makeTempDir();
  await assertRefused(dir.path, "no regular file");
});

Deno.test("FileResults.append() refuses a pipe, and does not wait for its reader", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success);
  await assertRefused(path, "no regular file");
});

Deno.test("FileResults.append() writes a batch with one write, and syncs it after that (D36)", async () => {
  await using dir = await makeTempDir();
  const batch = Array.from({ length: 50 }, (_, index) => lineOf(`d${index}`.padEnd(1000, "x")));
  const calls: string[] = [];
  using write = stub(Deno.FsFile.prototype, "write", async function (this: Deno.FsFile, bytes) {
    calls.push("write");
    return await writeToDisk.call(this, bytes);
  });
  using sync = spy(Deno.FsFile.prototype, "sync");
  await new FileResults(`${dir.path}/results.jsonl`).append(batch.join(""));
  assertEquals([write.calls.length, sync.calls.length, calls], [1, 1, ["write"]]);
  assertEquals(write.calls[0]?.args[0]?.length, batch.join("").length);
});

/** Does something when a file is about to be written to, once. */
function beforeWrite(act: () => void): Disposable {
  let isDone = false;
  return stub(Deno.FsFile.prototype, "write", async function (this: Deno.FsFile, bytes) {
    if (!isDone) act();
    isDone = true;
    return await writeToDisk.call(this, bytes);
  });
}

Deno.test("FileResults.append() shows the agent nothing of a batch before it is whole and synced", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  await output.append(lineOf("d1"));
  let seen: unknown;
  const syncToDisk = Deno.FsFile.prototype.sync;
  using _sync = stub(Deno.FsFile.prototype, "sync", async function (this: Deno.FsFile) {
    seen = consumeResults(path).records;
    await syncToDisk.call(this);
  });
  await output.append(lineOf("d2"));
  assertEquals(seen, []);
  assertEquals(idsOf(consumeResults(path).records), ["d1", "d2"]);
});

Deno.test("FileResults.append() leaves to the agent what it has renamed away before, and begins anew", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  await output.append(lineOf("d1"));
  await Deno.rename(path, consumedPath(path));
  await output.append(lineOf("d2"));
  assertEquals(await Deno.readTextFile(consumedPath(path)), lineOf("d1"));
  assertEquals(await Deno.readTextFile(path), lineOf("d2"));
});

Deno.test("FileResults.append() keeps what waited when another program makes the file meanwhile, until the agent has taken that", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  await output.append(lineOf("d1"));
  {
    using _write = beforeWrite(() => Deno.writeTextFileSync(path, lineOf("stranger")));
    const error = await assertRejects(() => output.append(lineOf("d2")), Error);
    assertStringIncludes(error.message, "another program writes to it");
  }
  await assertRejects(() => output.append(lineOf("d2")), Error, "until the agent has taken it");
  assertEquals(await output.hasUnread(), true);
  assertEquals(idsOf(consumeResults(path).records), ["stranger"]);
  await output.append(lineOf("d2"));
  assertEquals(idsOf(consumeResults(path).records), ["d1", "d2"]);
});

Deno.test("FileResults.append() takes an empty file's place", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  using _write = beforeWrite(() => Deno.writeTextFileSync(path, ""));
  await output.append(lineOf("d1"));
  assertEquals(idsOf(consumeResults(path).records), ["d1"]);
});

Deno.test("FileResults.open() lets the agent see what a killed process has left, but for half a line", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.writeTextFile(`${path}.tmp`, lineOf("d1") + lineOf("d2").slice(0, -20));
  await new FileResults(path).open();
  assertEquals(await Deno.readTextFile(path), lineOf("d1"));
  assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["results.jsonl"]);
});

Deno.test("FileResults.open() tidies up when a killed process has left nothing whole", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.writeTextFile(`${path}.tmp`, lineOf("d1").slice(0, 20));
  await new FileResults(path).open();
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test("FileResults.open() keeps a whole result that only lacks its line break", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  await Deno.writeTextFile(`${path}.tmp`, lineOf("d1").trimEnd());
  await output.open();
  await output.append(lineOf("d2"));
  assertEquals(idsOf(consumeResults(path).records), ["d1", "d2"]);
});

Deno.test("FileResults.append() gives the file the mode it is told, whatever the umask and the mode before", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const modeOf = async () => ((await Deno.stat(path)).mode ?? 0) & 0o777;
  await new FileResults(path, { mode: 0o666 }).append(lineOf("d1"));
  assertEquals(await modeOf(), 0o666);
  await new FileResults(path, { mode: 0o640 }).append(lineOf("d2"));
  assertEquals(await modeOf(), 0o640);
});

Deno.test("FileResults.unreadKeys() names what waits in the file, and in one that is being printed", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  await output.append(lineOf("d1"));
  await Deno.rename(path, `${path}.taken`);
  await Deno.writeTextFile(path, `garbage\n${lineOf("d2")}{"status": "completed"}\n`);
  assertEquals(await output.unreadKeys(), new Set(["completed d2", "completed d1"]));
});

Deno.test("FileResults.append() starts a new line after one that somebody left unfinished", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const half = lineOf("d1").slice(0, 40);
  await Deno.writeTextFile(path, half);
  await new FileResults(path).append(lineOf("d2"));
  const { records, skipped } = consumeResults(path);
  assertEquals([idsOf(records), skipped], [["d2"], [half]]);
});

Deno.test("FileResults.hasUnread() is true only while something is there to consume (D37)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  assertEquals(await output.hasUnread(), false);
  await Deno.writeTextFile(path, "");
  assertEquals(await output.hasUnread(), false);
  await output.append(lineOf("d1"));
  assertEquals(await output.hasUnread(), true);
  consumeResults(path);
  assertEquals(await output.hasUnread(), false);
});

Deno.test("FileResults.hasUnread() is true while results wait to be published", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.writeTextFile(`${path}.tmp`, lineOf("d1"));
  assertEquals(await new FileResults(path).hasUnread(), true);
});

Deno.test("FileResults.append() leaves nothing behind when nothing was there and it fails", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  {
    // As on a disk that takes a part only.
    using _write = stub(Deno.FsFile.prototype, "write", async function (this: Deno.FsFile, bytes) {
      return await writeToDisk.call(this, bytes.subarray(0, 10));
    });
    await assertRejects(() => new FileResults(path).append(lineOf("d1")), Error, "only 10 of");
  }
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test("FileResults.unreadKeys() makes sure that what a killed process has written is on the disk", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.writeTextFile(`${path}.tmp`, lineOf("d1"));
  using sync = spy(Deno.FsFile.prototype, "sync");
  assertEquals(await new FileResults(path).unreadKeys(), new Set(["completed d1"]));
  assertEquals(sync.calls.length, 1);
});
