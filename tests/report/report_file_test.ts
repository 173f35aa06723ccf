import { assertEquals } from "@std/assert";
import { makeTempDir, patient } from "../support/mod.ts";
import { LOOK_EVERY_MS, Looking, type LookingOptions } from "./_looking.ts";

const never = new AbortController().signal;

/** A report file of a test's own, and what looks at it. */
interface Bench extends AsyncDisposable {
  readonly file: string;
  readonly looking: Looking;
  /** Writes a report as it should be done: by a rename. */
  write(report: object): Promise<void>;
}

async function makeBench(options?: LookingOptions): Promise<Bench> {
  const dir = await makeTempDir();
  const file = `${dir.path}/report.json`;
  const looking = new Looking(file, options);
  return {
    file,
    looking,
    async write(report) {
      await Deno.writeTextFile(`${file}.tmp`, JSON.stringify(report));
      await Deno.rename(`${file}.tmp`, file);
    },
    async [Symbol.asyncDispose]() {
      await looking[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

const REPORT = { requests_total: 5, active_tasks: 2, current_task: "write", wedged: "stuck" };

/** What a look finds: tasks, label, wedge, and how many reports were handed on. */
async function look(looking: Looking): Promise<unknown> {
  const { activeTasks, currentTask, wedgeReason } = await looking.look();
  return [activeTasks, currentTask, wedgeReason, looking.handedOn()];
}

Deno.test("ReportFile.run() hands on what is there, and then only what is new", async () => {
  await using bench = await makeBench();
  const { looking } = bench;
  await bench.write(REPORT);
  assertEquals(await look(looking), [2, "write", "stuck", 1]);
  assertEquals(await look(looking), [2, "write", "stuck", 0]);
  await bench.write(REPORT);
  assertEquals(await look(looking), [2, "write", "stuck", 0]);
  await bench.write({ ...REPORT, wedged: null });
  assertEquals(await look(looking), [2, "write", "", 1]);
  assertEquals(looking.said(), []);
});

Deno.test("ReportFile.run() waits without a word for a file that is not there yet", async () => {
  await using bench = await makeBench();
  const { looking } = bench;
  for (let n = 0; n < 3; n++) assertEquals(await look(looking), [0, "", "", 0]);
  await bench.write(REPORT);
  assertEquals(await look(looking), [2, "write", "stuck", 1]);
  assertEquals(looking.said(), []);
});

Deno.test("ReportFile.run() looks again after 250 ms, and ends when its signal aborts", async () => {
  await using bench = await makeBench();
  const { clock, reportFile } = bench.looking;
  const stop = new AbortController();
  const running = reportFile.run(stop.signal);
  assertEquals(await clock.sleeping(), [LOOK_EVERY_MS]);
  stop.abort();
  await patient(running);
});

/** Looks as often as it takes for so long, in milliseconds. */
async function lookFor(looking: Looking, ms: number): Promise<void> {
  for (let past = 0; past < ms; past += LOOK_EVERY_MS) await looking.look();
}

Deno.test("ReportFile.run() looks once a second when nothing has changed for half a minute", async () => {
  await using bench = await makeBench();
  const { looking } = bench;
  await lookFor(looking, 30_000);
  assertEquals(await looking.clock.sleeping(), [LOOK_EVERY_MS]);
  await looking.look();
  assertEquals(await looking.clock.sleeping(), [1000]);
});

/** Looks until nothing has changed for so many seconds, from half a minute on. */
async function lookUntilQuietFor(looking: Looking, seconds: number): Promise<void> {
  await lookFor(looking, 30_250);
  for (let second = 31; second <= seconds; second++) {
    looking.clock.advance(1000 - LOOK_EVERY_MS);
    await looking.look();
  }
}

Deno.test("ReportFile.run() looks every 5 s when there has been no report for five minutes", async () => {
  await using bench = await makeBench();
  const { looking } = bench;
  await lookUntilQuietFor(looking, 298);
  for (const sleeping of [1000, 1000, 1000, 5000]) {
    assertEquals(await looking.clock.sleeping(), [sleeping]);
    looking.clock.advance(1000 - LOOK_EVERY_MS);
    await looking.look();
  }
});

Deno.test("ReportFile.run() looks every second when a report has not changed for longer than that", async () => {
  await using bench = await makeBench();
  const { looking } = bench;
  await bench.write(REPORT);
  await looking.look();
  await lookUntilQuietFor(looking, 310);
  assertEquals(await looking.clock.sleeping(), [1000]);
});

Deno.test("ReportFile.run() looks every 250 ms again when there is a new report", async () => {
  await using bench = await makeBench();
  const { looking } = bench;
  await lookFor(looking, 30_250);
  await bench.write(REPORT);
  looking.clock.advance(1000 - LOOK_EVERY_MS);
  await looking.look();
  assertEquals(await looking.clock.sleeping(), [LOOK_EVERY_MS]);
});

Deno.test("ReportFile.run() looks no more often in quiet times than it may when something happens", async () => {
  await using bench = await makeBench({ reportLookMs: 2000 });
  const { looking } = bench;
  for (let looks = 0; looks < 20; looks++) {
    await looking.look();
    assertEquals(await looking.clock.sleeping(), [2000]);
  }
});

/** How a report can be broken, and what is then said of it. */
const BROKEN: readonly (readonly [
  what: string,
  make: (file: string) => Promise<unknown>,
  problem: string,
])[] = [
  [
    "is empty",
    (file) => Deno.writeTextFile(file, ""),
    "expected one JSON object: it is empty",
  ],
  [
    "is half-written",
    (file) => Deno.writeTextFile(file, '{"active_tasks": 7, "current_task": "hun'),
    "expected one JSON object: it is no JSON, or a part of it",
  ],
  [
    "has a wrong field",
    (file) => Deno.writeTextFile(file, '{"active_tasks": 7, "wedged": 1}'),
    "'wedged': expected text: current value is 1",
  ],
  [
    "is too large",
    (file) =>
      Deno.writeTextFile(file, `${JSON.stringify({ active_tasks: 7 })}${" ".repeat(65536)}`),
    "expected at most 65536 bytes: it has 65554",
  ],
  ["cannot be read", (file) => Deno.mkdir(file), "it is not a regular file"],
];

for (const [what, make, problem] of BROKEN) {
  Deno.test(`ReportFile.run() keeps the last good report, and says so at the second look and once, when the file ${what}`, async () => {
    await using bench = await makeBench();
    const { file, looking } = bench;
    await bench.write(REPORT);
    await looking.look();
    looking.handedOn();
    await Deno.remove(file);
    await make(file);
    assertEquals([await look(looking), looking.said()], [[2, "write", "stuck", 0], []]);
    assertEquals([await look(looking), looking.said()], [[2, "write", "stuck", 0], [
      `WARN Cannot use the agent's report '${file}': ${problem}: the last good one stands until ` +
      "this is mended",
    ]]);
    for (let n = 0; n < 3; n++) await looking.look();
    assertEquals(looking.said(), []);
    await Deno.remove(file, { recursive: true });
    await bench.write({ ...REPORT, active_tasks: 3 });
    assertEquals([await look(looking), looking.said()], [[3, "write", "stuck", 1], [
      `INFO The agent's report '${file}' can be used again`,
    ]]);
    await looking.look();
    assertEquals(looking.said(), []);
  });

  Deno.test(`ReportFile.run() takes no notice when the file ${what} for one look`, async () => {
    await using bench = await makeBench();
    const { file, looking } = bench;
    await bench.write(REPORT);
    await looking.look();
    looking.handedOn();
    for (let n = 0; n < 3; n++) {
      await Deno.remove(file);
      await make(file);
      assertEquals(await look(looking), [2, "write", "stuck", 0]);
      await Deno.remove(file, { recursive: true });
      await bench.write(REPORT);
      assertEquals(await look(looking), [2, "write", "stuck", 0]);
    }
    assertEquals(looking.said(), []);
  });
}

Deno.test("ReportFile.run() says one thing when the file is broken in one way after the other, and again when it was mended between", async () => {
  await using bench = await makeBench();
  const { file, looking } = bench;
  const levels = () => looking.said().map((line) => line.split(" ")[0]);
  for (const text of ["", "{", "7"]) {
    await Deno.writeTextFile(file, text);
    await looking.look();
  }
  assertEquals(levels(), ["WARN"]);
  await bench.write({});
  await looking.look();
  assertEquals(levels(), ["INFO"]);
  await Deno.writeTextFile(file, "{");
  for (let n = 0; n < 3; n++) await looking.look();
  assertEquals(levels(), ["WARN"]);
});

Deno.test("ReportFile.run() changes nothing when the file is gone for one look", async () => {
  await using bench = await makeBench();
  const { file, looking } = bench;
  await bench.write(REPORT);
  await looking.look();
  looking.handedOn();
  for (let n = 0; n < 3; n++) {
    await Deno.remove(file);
    assertEquals(await look(looking), [2, "write", "stuck", 0]);
    await bench.write(REPORT);
    assertEquals(await look(looking), [2, "write", "stuck", 0]);
  }
  assertEquals(looking.said(), []);
});

Deno.test("ReportFile.run() goes back to nothing when the file stays gone, and counts nothing twice when it is back", async () => {
  await using bench = await makeBench();
  const { file, looking } = bench;
  await bench.write(REPORT);
  await looking.look();
  looking.handedOn();
  await Deno.remove(file);
  assertEquals(await look(looking), [2, "write", "stuck", 0]);
  assertEquals(await look(looking), [0, "", "", 1]);
  assertEquals(await look(looking), [0, "", "", 0]);
  await bench.write(REPORT);
  assertEquals(await look(looking), [2, "write", "stuck", 1]);
  assertEquals(looking.report.snapshot().requests, 5);
  assertEquals(looking.said(), []);
});

Deno.test("ReportFile.settle() looks once when what is there is a report", async () => {
  await using bench = await makeBench();
  const { looking } = bench;
  await bench.write(REPORT);
  await patient(looking.reportFile.settle(never)); // nobody turns the clock
  assertEquals(looking.report.snapshot().activeTasks, 2);
});

Deno.test("ReportFile.settle() looks once when there is no file, and never was", async () => {
  await using bench = await makeBench();
  await patient(bench.looking.reportFile.settle(never));
  assertEquals(bench.looking.said(), []);
});

Deno.test("ReportFile.settle() looks a second time when the file is broken, and then says so", async () => {
  await using bench = await makeBench();
  const { clock, reportFile } = bench.looking;
  await Deno.writeTextFile(bench.file, "{");
  const settled = reportFile.settle(never);
  assertEquals(await clock.sleeping(), [LOOK_EVERY_MS]);
  assertEquals(bench.looking.said(), []);
  clock.advance(LOOK_EVERY_MS);
  await patient(settled);
  assertEquals(bench.looking.said().length, 1);
});

Deno.test("ReportFile.settle() takes what is there at the second look", async () => {
  await using bench = await makeBench();
  const { clock, report, reportFile } = bench.looking;
  await Deno.writeTextFile(bench.file, "");
  const settled = reportFile.settle(never);
  await clock.sleeping();
  await bench.write(REPORT);
  clock.advance(LOOK_EVERY_MS);
  await patient(settled);
  assertEquals([report.snapshot().activeTasks, bench.looking.said()], [2, []]);
});

Deno.test("ReportFile.settle() shares a look that is under way, which does not count twice", async () => {
  await using bench = await makeBench();
  const { clock, reportFile } = bench.looking;
  await Deno.writeTextFile(bench.file, "{");
  const settled = [reportFile.settle(never), reportFile.settle(never)];
  await clock.sleeping(2);
  assertEquals(bench.looking.said(), []);
  clock.advance(LOOK_EVERY_MS);
  await patient(Promise.all(settled));
  assertEquals(bench.looking.said().length, 1);
});

Deno.test("ReportFile.settle() waits for no second look when its signal aborts", async () => {
  await using bench = await makeBench();
  const { clock, reportFile } = bench.looking;
  await Deno.writeTextFile(bench.file, "{");
  const stop = new AbortController();
  const settled = reportFile.settle(stop.signal);
  await clock.sleeping();
  stop.abort();
  await patient(settled);
});
