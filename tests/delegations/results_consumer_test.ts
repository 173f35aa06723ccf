import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { NotConsumedError } from "../../lib/delegations/not_consumed_error.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { SidecarProcess } from "../support/mod.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import { consume, idsIn, lineOf, makeConsumerFolder, manyLines } from "./_consumer_files.ts";

const PROCESS = new URL("_consumer_process.ts", import.meta.url).pathname;

Deno.test("ResultsConsumer.consume() prints what is there, and removes it", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.results, lineOf("d1") + lineOf("d2"));
  const { printed, told, error } = await consume(folder.files.results);
  assertEquals([idsIn(printed), told, error], [["d1", "d2"], [], undefined]);
  assertEquals(await folder.content(), { "results.jsonl.taken.lock": "" });
});

Deno.test("ResultsConsumer.consume() makes its lock private to this user", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.results, lineOf("d1"));
  await consume(folder.files.results);
  assertEquals(((await Deno.stat(folder.files.takenLock)).mode ?? 0) & 0o777, 0o600);
});

for (const [format, nothing] of [["json", "[]\n"], ["text", ""]] as const) {
  Deno.test(`ResultsConsumer.consume() prints ${JSON.stringify(nothing)}, and makes no file, when nothing is there for ${format}`, async () => {
    await using folder = await makeConsumerFolder();
    const { printed, told, error } = await consume(folder.files.results, { format });
    assertEquals([printed, told, error], [nothing, [], undefined]);
    assertEquals(await folder.content(), {});
  });

  Deno.test(`ResultsConsumer.consume() prints ${JSON.stringify(nothing)} when the file is empty for ${format}`, async () => {
    await using folder = await makeConsumerFolder();
    await Deno.writeTextFile(folder.files.results, "\n \n\r\n");
    const { printed, told, error } = await consume(folder.files.results, { format });
    assertEquals([printed, told, error], [nothing, [], undefined]);
    assertEquals(await folder.content(), { "results.jsonl.taken.lock": "" });
  });
}

Deno.test("ResultsConsumer.consume() prints nothing when the folder is not there", async () => {
  await using folder = await makeConsumerFolder();
  const { printed, error } = await consume(`${folder.dir}/none/results.jsonl`);
  assertEquals([printed, error], ["[]\n", undefined]);
});

Deno.test("ResultsConsumer.consume() prints a last line that lacks its line break", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.results, lineOf("d1") + lineOf("d2").trimEnd());
  assertEquals(idsIn((await consume(folder.files.results)).printed), ["d1", "d2"]);
});

Deno.test("ResultsConsumer.consume() shows bytes that are no UTF-8 as U+FFFD when the line is a result", async () => {
  await using folder = await makeConsumerFolder();
  const bytes = new TextEncoder().encode(lineOf("d1", { summary: "a?b" }));
  bytes[bytes.lastIndexOf("?".charCodeAt(0))] = 0xff;
  await Deno.writeFile(folder.files.results, bytes);
  const { printed, told } = await consume(folder.files.results);
  assertEquals([JSON.parse(printed)[0].summary, told], ["a\ufffdb", []]);
});

Deno.test("ResultsConsumer.consume() prints what an earlier run has left first, and then the rest", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.taken, lineOf("left"));
  await Deno.writeTextFile(folder.files.results, lineOf("new"));
  assertEquals(idsIn((await consume(folder.files.results)).printed), ["left", "new"]);
  assertEquals(await folder.content(), { "results.jsonl.taken.lock": "" });
});

Deno.test("ResultsConsumer.consume() prints what an earlier run has left when nothing is new", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.taken, lineOf("left"));
  assertEquals(idsIn((await consume(folder.files.results)).printed), ["left"]);
  assertEquals(await folder.content(), { "results.jsonl.taken.lock": "" });
});

Deno.test("ResultsConsumer.consume() waits for the file while the sidecar adds to it", async () => {
  await using folder = await makeConsumerFolder();
  const { next, results } = folder.files;
  await Deno.writeTextFile(next, lineOf("d1"));
  const consuming = consume(results);
  // It has made its lock when it has seen that there is something to wait for.
  while ((await folder.content())["results.jsonl.taken.lock"] === undefined);
  await Deno.rename(next, results);
  assertEquals(idsIn((await consuming).printed), ["d1"]);
});

for (const peek of [false, true]) {
  const name = peek ? "peek" : "consume";
  Deno.test(`ResultsConsumer.${name}() says so when a sidecar has died while it added to the file`, async () => {
    await using folder = await makeConsumerFolder();
    await Deno.writeTextFile(folder.files.next, lineOf("d1"));
    const { printed, told, error } = await consume(folder.files.results, { peek });
    assertEquals([printed, error], ["[]\n", undefined]);
    assertEquals(told, [
      `'${folder.files.next}' holds results that the sidecar has not published: it does when it ` +
      "starts again",
    ]);
    assertEquals(await Deno.readTextFile(folder.files.next), lineOf("d1"));
  });
}

/** Two lines of garbage around a result: one is no UTF-8, the other a half line at the end. */
function withGarbage(): { bytes: Uint8Array; garbage: Uint8Array } {
  const encode = (text: string) => new TextEncoder().encode(text);
  const invalid = [0xff, 0x00, 0xc3, 0x28, 0x0d];
  const half = [...encode('{"delegation_id":"d2","sta')];
  return {
    bytes: Uint8Array.from([...invalid, 0x0a, ...encode(lineOf("d1")), ...half]),
    garbage: Uint8Array.from([...invalid, 0x0a, ...half, 0x0a]),
  };
}

Deno.test("ResultsConsumer.consume() sets garbage aside byte for byte, and says so", async () => {
  await using folder = await makeConsumerFolder();
  const { bytes, garbage } = withGarbage();
  await Deno.writeFile(folder.files.results, bytes);
  const { printed, told, error } = await consume(folder.files.results);
  assertEquals([idsIn(printed), error], [["d1"], undefined]);
  assertEquals(told, [`Set aside 2 lines in '${folder.files.rejected}': not results`]);
  assertEquals(await Deno.readFile(folder.files.rejected), garbage);
  assertEquals(((await Deno.stat(folder.files.rejected)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("ResultsConsumer.consume() prints no fence when there is nothing but garbage", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.results, "rubbish\n");
  assertEquals((await consume(folder.files.results, { format: "text" })).printed, "");
  assertEquals(await Deno.readTextFile(folder.files.rejected), "rubbish\n");
});

Deno.test("ResultsConsumer.consume() adds garbage on a new line to what was set aside before", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.rejected, "old\nhalf");
  await Deno.writeTextFile(folder.files.results, "rubbish\n");
  await consume(folder.files.results);
  assertEquals(await Deno.readTextFile(folder.files.rejected), "old\nhalf\nrubbish\n");
});

Deno.test(
  "ResultsConsumer.consume() prints and removes nothing while garbage cannot be set aside",
  {
    ignore: await whyNot(mountSmallDisk) !== undefined,
  },
  async () => {
    await using disk = await mountSmallDisk();
    const { rejected, results, taken } = resultsFiles(`${disk.path}/results.jsonl`);
    const content = `${"rubbish ".repeat(1500)}\n${lineOf("d1")}`;
    await Deno.writeTextFile(results, content);
    await Deno.writeTextFile(rejected, "old\n");
    await disk.fill();
    const { printed, error } = await consume(results);
    assertInstanceOf(error, NotConsumedError);
    assertEquals([printed, error.failed], ["", "set aside"]);
    assertMatch(
      error.message,
      /^Cannot set aside .*\.rejected': No space left.*are kept, and the next/,
    );
    assertEquals(await Deno.readTextFile(taken), content);
    assertEquals(await Deno.readTextFile(rejected), "old\n");
    await disk.mend();
    assertEquals(idsIn((await consume(results)).printed), ["d1"]);
    assertEquals(await Deno.readTextFile(rejected), `old\n${"rubbish ".repeat(1500)}\n`);
  },
);

Deno.test("ResultsConsumer.peek() prints everything, and changes nothing", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.taken, lineOf("left"));
  await Deno.writeTextFile(folder.files.results, `rubbish\n${lineOf("new")}`);
  const before = await folder.content();
  for (let time = 0; time < 2; time++) {
    const { printed, told, error } = await consume(folder.files.results, { peek: true });
    assertEquals([idsIn(printed), error], [["left", "new"], undefined]);
    assertEquals(told, [`1 line of '${folder.files.results}' cannot be read as results`]);
  }
  assertEquals(await folder.content(), before);
});

for (const left of [false, true]) {
  const what = left ? "what an earlier run has left" : "what it has taken";
  Deno.test(`ResultsConsumer.consume() keeps ${what} when it cannot print`, async () => {
    await using folder = await makeConsumerFolder();
    const { results, taken } = folder.files;
    if (left) await Deno.writeTextFile(taken, lineOf("left"));
    await Deno.writeTextFile(results, lineOf("new"));
    using unwritable = await Deno.open(results, { read: true });
    const { error } = await consume(results, { writer: unwritable });
    assertInstanceOf(error, NotConsumedError);
    assertEquals(error.failed, "print");
    const { printed } = await consume(results);
    assertEquals(idsIn(printed), left ? ["left", "new"] : ["new"]);
  });
}

Deno.test("ResultsConsumer.consume() keeps everything when only the end cannot be printed", async () => {
  await using folder = await makeConsumerFolder();
  const { results } = folder.files;
  await Deno.writeTextFile(results, lineOf("d1"));
  const writer = {
    write(bytes: Uint8Array): Promise<number> {
      const isEnd = new TextDecoder().decode(bytes).includes("]\n");
      return isEnd ? Promise.reject(new Deno.errors.BrokenPipe()) : Promise.resolve(bytes.length);
    },
  };
  assertInstanceOf((await consume(results, { writer })).error, NotConsumedError);
  assertEquals(idsIn((await consume(results)).printed), ["d1"]);
});

Deno.test("ResultsConsumer.consume() prints a large file in pieces", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.results, manyLines(300));
  const sizes: number[] = [];
  const writer = {
    write: (bytes: Uint8Array) => Promise.resolve(sizes[sizes.push(bytes.length) - 1] ?? 0),
  };
  await consume(folder.files.results, { writer });
  assert(sizes.length > 3 && Math.max(...sizes) < 70_000, `pieces of ${sizes}`);
});

Deno.test("ResultsConsumer.peek() leaves out what the sidecar adds meanwhile", async () => {
  await using folder = await makeConsumerFolder();
  const { results } = folder.files;
  await Deno.writeTextFile(results, manyLines(300));
  const printed: string[] = [];
  const writer = {
    write(bytes: Uint8Array): Promise<number> {
      if (printed.length === 0) {
        Deno.writeTextFileSync(results, lineOf("half").slice(0, 20), { append: true });
      }
      printed.push(new TextDecoder().decode(bytes));
      return Promise.resolve(bytes.length);
    },
  };
  const { told } = await consume(results, { peek: true, writer });
  assertEquals([idsIn(printed.join("")).length, told], [300, []]);
});

/** Starts a process that consumes all the time; each line it prints is a run that found some. */
function startConsumer(dir: string, ...args: readonly string[]): SidecarProcess {
  const grants = [`--allow-read=${dir}`, `--allow-write=${dir}`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...grants, PROCESS, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return new SidecarProcess(child);
}

const RUNS_OF_EACH = 30;
const LEAST_BATCHES = 300;

Deno.test("ResultsConsumer.consume() gives each result to one of two processes, while a sidecar adds more", async () => {
  await using folder = await makeConsumerFolder();
  const { next, results } = folder.files;
  const end = `${folder.dir}/end`;
  await using one = startConsumer(folder.dir, results, end);
  await using other = startConsumer(folder.dir, results, end);
  const isBusy = ({ stdout }: SidecarProcess) => stdout.length < RUNS_OF_EACH;
  const ids: string[] = [];
  const late = performance.now() + 60_000;
  for (let batch = 0; batch < LEAST_BATCHES || isBusy(one) || isBusy(other); batch++) {
    const added = Array.from({ length: 10 }, (_, n) => `d${batch}-${n}`);
    ids.push(...added);
    await addAsSidecar(results, next, added.map((id) => lineOf(id)).join(""));
    await new Promise((resolve) => setTimeout(resolve, batch % 3)); // the file has to be there, too
    if (performance.now() > late) throw new Error("One of them has got nothing for a minute");
  }
  await Deno.writeTextFile(end, "");
  assertEquals([await one.ended(), one.stderr], [0, []]);
  assertEquals([await other.ended(), other.stderr], [0, []]);
  const given = [...one.stdout, ...other.stdout].flatMap((line): string[] => JSON.parse(line));
  assertEquals(given.sort(), ids.sort());
  assertEquals(Object.keys(await folder.content()).sort(), ["end", "results.jsonl.taken.lock"]);
});

/** Adds to the results file as the sidecar does: out of sight. */
async function addAsSidecar(results: string, next: string, lines: string): Promise<void> {
  await Deno.rename(results, next).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  {
    using file = await Deno.open(next, { append: true, create: true, mode: 0o600 });
    const bytes = new TextEncoder().encode(lines);
    const half = Math.floor(bytes.length / 2);
    await file.write(bytes.subarray(0, half));
    await file.write(bytes.subarray(half));
    await file.sync();
  }
  await Deno.rename(next, results);
}
