import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { spy, stub } from "@std/testing/mock";
import { resultLine } from "../../lib/delegations/result.ts";
import { FileResults } from "../../lib/delegations/results_file.ts";
import { makeTempDir } from "../support/mod.ts";
import { consumedPath, consumeResults } from "../support/reference_consumer.ts";
import { exampleResult } from "./_examples.ts";

const openFile = Deno.open;
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

Deno.test("FileResults.append() writes nothing through a link that takes the file's place (D17)", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await Deno.writeTextFile(`${dir.path}/target`, "precious");
  using _open = stub(Deno, "open", async (...args) => {
    await Deno.symlink(`${dir.path}/target`, path);
    return await openFile(...args);
  });
  using write = spy(Deno.FsFile.prototype, "write");
  await assertRefused(path, "a symbolic link");
  assertEquals(write.calls.length, 0);
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

Deno.test("FileResults.append() loses nothing when the file is consumed just before the write", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await new FileResults(path).append(lineOf("d1"));
  const consumed: unknown[] = [];
  using _write = stub(Deno.FsFile.prototype, "write", async function (this: Deno.FsFile, bytes) {
    if (consumed.length === 0) consumed.push(...idsOf(consumeResults(path).records));
    return await writeToDisk.call(this, bytes);
  });
  await new FileResults(path).append(lineOf("d2"));
  assertEquals(consumed, ["d1"]);
  assertEquals(idsOf(consumeResults(path).records), ["d2"]);
});

Deno.test("FileResults.append() writes once when the file is renamed after the write and read later", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  await new FileResults(path).append(lineOf("d1"));
  let renamed = false;
  using _write = stub(Deno.FsFile.prototype, "write", async function (this: Deno.FsFile, bytes) {
    const written = await writeToDisk.call(this, bytes);
    if (!renamed) Deno.renameSync(path, consumedPath(path));
    renamed = true;
    return written;
  });
  await new FileResults(path).append(lineOf("d2"));
  assertEquals(await Deno.readTextFile(consumedPath(path)), lineOf("d1"));
  assertEquals(await Deno.readTextFile(path), lineOf("d2"));
});

Deno.test("FileResults.append() gives up, and says why, when the file is taken away every time", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  using _write = stub(Deno.FsFile.prototype, "write", async function (this: Deno.FsFile, bytes) {
    consumeResults(path);
    return await writeToDisk.call(this, bytes);
  });
  const error = await assertRejects(() => new FileResults(path).append(lineOf("d1")), Error);
  assertStringIncludes(error.message, "was taken away 10 times while it was written");
  assertEquals([...Deno.readDirSync(dir.path)], []);
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

/** As the polls do: what could not be appended is tried again later. */
async function appendAtLast(output: FileResults, lines: string): Promise<void> {
  for (let tries = 1; tries <= 100; tries++) {
    const failed = await output.append(lines).then(() => false, () => true);
    if (!failed) return;
  }
  throw new Error("The file was taken away for ever");
}

Deno.test("FileResults.append() loses no result and splits no line while an agent consumes all the time", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  const worker = new Worker(import.meta.resolve("./_consuming_worker.ts"), { type: "module" });
  const answer = async (message: string) => {
    const answered = Promise.withResolvers<MessageEvent>();
    worker.onmessage = answered.resolve;
    worker.postMessage(message);
    return (await answered.promise).data;
  };
  try {
    assertEquals(await answer(path), "ready");
    const ids = Array.from({ length: 300 }, (_, index) => `d${index}`);
    for (const id of ids) await appendAtLast(output, lineOf(id) + lineOf(`${id}-too`));
    const { records, skipped } = await answer("stop");
    assertEquals(skipped, []);
    assertEquals(new Set(idsOf(records)), new Set(ids.flatMap((id) => [id, `${id}-too`])));
  } finally {
    worker.terminate();
  }
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
