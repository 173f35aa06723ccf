import { assert, assertEquals, assertMatch } from "@std/assert";
import { MetricsFile } from "../../lib/metrics/mod.ts";
import { makeTempDir, ManualClock, patient, recordingLog, type TempDir } from "../support/mod.ts";

const TEXT: string = "# HELP workspace_beat_info Always 1.\n";
const EVERY_MS = 10_000;

/** A file that is being written, on a clock that a test turns. */
interface Writing extends AsyncDisposable {
  readonly path: string;
  readonly clock: ManualClock;
  readonly lines: readonly { readonly level: string; readonly message: string }[];
  /** Lets it write once more, and resolves when it has. */
  again(): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Begins to write, and resolves when that was done, or tried, for the first time. */
async function startWriting(
  dir: TempDir,
  { path = `${dir.path}/beat.prom`, text = () => TEXT } = {},
): Promise<Writing> {
  const clock = new ManualClock();
  const { lines, log } = recordingLog();
  const end = new AbortController();
  const running = new MetricsFile({ path, text, everyMs: EVERY_MS, log, clock }).run(end.signal);
  await clock.sleeping();
  const stop = async () => {
    end.abort();
    await patient(running);
  };
  return {
    ...{ path, clock, lines, stop },
    async again() {
      clock.advance(EVERY_MS);
      await clock.sleeping();
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** What is at a path: its text, or why there is none. */
async function at(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(({ name }) => name);
}

Deno.test("MetricsFile.run() writes at once, and anew when its time has come", async () => {
  await using dir = await makeTempDir();
  let times = 0;
  await using writing = await startWriting(dir, { text: () => `${TEXT}${++times}\n` });
  assertEquals(await at(writing.path), `${TEXT}1\n`);
  writing.clock.advance(EVERY_MS - 1);
  assertEquals(await writing.clock.sleeping(), [1]);
  assertEquals(await at(writing.path), `${TEXT}1\n`);
  writing.clock.advance(1);
  await writing.clock.sleeping();
  assertEquals(await at(writing.path), `${TEXT}2\n`);
  assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["beat.prom"]);
});

Deno.test("MetricsFile.run() lets everybody read the file, and its owner alone write it", async () => {
  await using dir = await makeTempDir();
  await using writing = await startWriting(dir);
  assertEquals(((await Deno.stat(writing.path)).mode ?? 0) & 0o777, 0o644);
});

Deno.test("MetricsFile.run() puts a new file in the place of the former, which is whole as long as it is read", async () => {
  await using dir = await makeTempDir();
  let times = 0;
  await using writing = await startWriting(dir, { text: () => `${TEXT}${++times}\n` });
  using reader = await Deno.open(writing.path);
  await writing.again();
  const bytes = new Uint8Array(100);
  const count = await reader.read(bytes) ?? 0;
  assertEquals(new TextDecoder().decode(bytes.subarray(0, count)), `${TEXT}1\n`);
});

Deno.test("MetricsFile.run() removes the file at its end", async () => {
  await using dir = await makeTempDir();
  const writing = await startWriting(dir);
  await writing.stop();
  assertEquals([...Deno.readDirSync(dir.path)], []);
  assertEquals(writing.lines, []);
});

for (const text of ["somebody's notes", `${TEXT}of another sidecar\n`]) {
  Deno.test(`MetricsFile.run() leaves at its end what another program has put there: '${text.trim()}'`, async () => {
    await using dir = await makeTempDir();
    const writing = await startWriting(dir);
    await Deno.writeTextFile(`${writing.path}.other`, text);
    await Deno.rename(`${writing.path}.other`, writing.path);
    await writing.stop();
    assertEquals(await at(writing.path), text);
    assertEquals(writing.lines, []);
  });
}

Deno.test("MetricsFile.run() writes in place of what a killed sidecar has left", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/beat.prom`;
  await Deno.writeTextFile(path, `${TEXT}old\n`);
  await Deno.writeTextFile(`${path}.tmp`, "half");
  await using writing = await startWriting(dir);
  assertEquals([await at(path), await at(`${path}.tmp`)], [TEXT, "NotFound"]);
  assertEquals(writing.lines, []);
});

Deno.test("MetricsFile.run() warns once for as long as it cannot write, and says when it can again", async () => {
  await using dir = await makeTempDir();
  const folder = `${dir.path}/late`;
  const path = `${folder}/beat.prom`;
  await using writing = await startWriting(dir, { path });
  await writing.again();
  await writing.again();
  const loud = () => writing.lines.filter(({ level }) => level !== "DEBUG");
  const [line, ...more] = loud();
  assertEquals([line?.level, more], ["WARN", []]);
  assertMatch(line?.message ?? "", /^Cannot write metrics to '.*beat\.prom': .*; trying again$/);
  await Deno.mkdir(folder);
  await writing.again();
  assertEquals(await at(path), TEXT);
  assertMatch(loud()[1]?.message ?? "", /^Writing metrics recovered after 30\.0 s and 3 failed/);
});

Deno.test("MetricsFile.run() goes on when nothing can be measured", async () => {
  await using dir = await makeTempDir();
  let isBroken = true;
  const text = () => {
    if (isBroken) throw new RangeError("no");
    return TEXT;
  };
  await using writing = await startWriting(dir, { text });
  assertMatch(writing.lines[0]?.message ?? "", /: no; trying again$/);
  isBroken = false;
  await writing.again();
  assertEquals(await at(writing.path), TEXT);
});

/** What is in the file's place, and what is said of it. */
const OBSTACLES: readonly (readonly [
  what: string,
  make: (path: string) => Promise<void>,
  says: RegExp,
])[] = [
  [
    "holds something else",
    (path) => Deno.writeTextFile(path, "a token"),
    /^Cannot write metrics to '.*': it holds something else: .*: choose another --metrics-file; t/,
  ],
  [
    "is a link",
    (path) => Deno.symlink("/dev/null", path),
    /^Cannot write metrics to '.*': it is a symbolic link: expected a regular file/,
  ],
  [
    "is a folder",
    (path) => Deno.mkdir(path),
    /^Cannot write metrics to '.*': it is no regular file: expected a regular file/,
  ],
];

for (const [what, make, says] of OBSTACLES) {
  Deno.test(`MetricsFile.run() leaves what is in its place alone, also at its end, when it ${what}`, async () => {
    await using dir = await makeTempDir();
    const path = `${dir.path}/beat.prom`;
    await make(path);
    const before = [await at(path), (await Deno.lstat(path)).ino];
    const writing = await startWriting(dir);
    assertMatch(writing.lines[0]?.message ?? "", says);
    await writing.stop();
    assertEquals([await at(path), (await Deno.lstat(path)).ino], before);
  });
}

Deno.test("MetricsFile.run() says once that another program writes the same file", async () => {
  await using dir = await makeTempDir();
  await using first = await startWriting(dir);
  await using second = await startWriting(dir, { text: () => `${TEXT}other\n` });
  for (let round = 0; round < 3; round++) {
    await first.again();
    await second.again();
  }
  const told = first.lines.map(({ level, message }) => `${level} ${message}`);
  assertEquals(told.length, 1, told.join("\n"));
  assertMatch(told[0] ?? "", /^WARN Another program writes metrics to '.*', too: give each/);
});

Deno.test("MetricsFile.run() shows a whole text to whoever reads at any instant", async () => {
  await using dir = await makeTempDir();
  const long = `${TEXT}${"x".repeat(200_000)}\n`;
  await using writing = await startWriting(dir, { text: () => long });
  let isOver = false;
  const reading = (async () => {
    let count = 0;
    for (; !isOver; count++) assert(await at(writing.path) === long, "A reader saw a part");
    return count;
  })();
  for (let round = 0; round < 50; round++) await writing.again();
  isOver = true;
  assert(await reading > 0);
});
