import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { endingOf, type Status } from "../lib/status/mod.ts";
import { StatusFile, type StatusFileOptions } from "../lib/status_file.ts";
import { ALONE } from "../lib/sharing.ts";
import type { Vitals } from "../lib/vitals/mod.ts";
import { eventually } from "./_running_sidecar.ts";
import { exampleStatus } from "./status/_statuses.ts";
import { makeTempDir, type ManualClock, recordingLog } from "./support/mod.ts";
import { mountSmallDisk, whyNot } from "./support/broken_disks.ts";
import { makeVitals, OK, STARTED_AT } from "./vitals/_vitals.ts";

/** A status file that is kept, under a clock that only the test turns. */
interface Kept extends AsyncDisposable {
  readonly file: string;
  readonly status: StatusFile;
  readonly vitals: Vitals;
  readonly clock: ManualClock;
  /** What is told of it, as "LEVEL message". */
  told(): string[];
  /** What the file holds. */
  read(): Promise<Status>;
  /** Starts to keep it. */
  start(): void;
  /** Resolves when it sleeps, with how long it is going to, in milliseconds. */
  asleep(): Promise<number>;
}

async function keep(
  path?: string,
  options: Partial<StatusFileOptions> = {},
): Promise<Kept> {
  const dir = await makeTempDir();
  const file = path ?? `${dir.path}/status.json`;
  const { vitals, clock } = makeVitals();
  const { log, lines } = recordingLog();
  const status = new StatusFile({
    file,
    vitals,
    workspaceId: "scribe",
    platformUrl: "http://platform.test",
    intervalSeconds: 60,
    mask: (text) => text.replaceAll("hunter2", "[redacted]"),
    disk: ALONE.disk,
    log,
    clock,
    ...options,
  });
  const end = new AbortController();
  let running: Promise<void> | undefined;
  return {
    file,
    status,
    vitals,
    clock,
    told: () => lines.map(({ level, message }) => `${level} ${message}`),
    read: async () => JSON.parse(await Deno.readTextFile(file)),
    start: () => {
      running = status.run(end.signal);
    },
    asleep: async () => (await clock.sleeping())[0] ?? NaN,
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** The status of another sidecar, which has started later and, in its container, is the same process. */
function younger(differences: Partial<Status>): Status {
  return exampleStatus({
    workspace_id: "critic",
    pid: Deno.pid,
    started_at: new Date(STARTED_AT + 1).toISOString(),
    ...differences,
  });
}

Deno.test("StatusFile.run() writes at once, privately, and leaves nothing beside the file", async () => {
  await using kept = await keep();
  kept.start();
  await kept.asleep();
  const { state, workspace_id } = await kept.read();
  assertEquals([state, workspace_id], ["running", "scribe"]);
  assertEquals((await Deno.stat(kept.file)).mode ?? 0 & 0o777, 0o100600);
  const folder = kept.file.replace(/\/[^/]*$/, "");
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  assertEquals(names, ["status.json"]);
});

Deno.test("StatusFile.run() writes what has changed, once a second at the most", async () => {
  await using kept = await keep();
  kept.start();
  assertEquals(await kept.asleep(), 1000);
  for (let beats = 0; beats < 5; beats++) {
    kept.vitals.beatEnded(OK, 0.1);
    kept.vitals.beatPlanned(60_000);
  }
  assertEquals((await kept.read()).beats.succeeded, 0);
  kept.clock.advance(1000);
  await eventually(async () => (await kept.read()).beats.succeeded === 5, "It is not written");
  assertEquals(await kept.asleep(), 1000);
});

Deno.test("StatusFile.run() writes the end of a beat and when the next is due at one time", async () => {
  await using kept = await keep();
  kept.start();
  await kept.asleep();
  kept.clock.advance(1000);
  assertEquals(await kept.asleep(), 35_000);
  kept.vitals.beatEnded(OK, 0.1);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve(); // as soon as the loop goes on
  kept.vitals.beatPlanned(35_000);
  await eventually(async () => (await kept.read()).next_beat !== null, "It is not written");
  assertEquals((await kept.read()).beats.succeeded, 1);
  assertEquals(await kept.asleep(), 1000);
  kept.clock.advance(1000);
  assertEquals(await kept.asleep(), 35_000);
});

Deno.test("StatusFile.run() writes a change at once that comes later than that", async () => {
  await using kept = await keep();
  kept.start();
  await kept.asleep();
  kept.clock.advance(1000);
  assertEquals(await kept.asleep(), 35_000);
  kept.vitals.resultsDelivered(1);
  await eventually(async () => (await kept.read()).results.delivered === 1, "It is not written");
});

const REFRESHES: [intervalSeconds: number, refreshSeconds: number][] = [[300, 36], [5, 6], [
  0.2,
  1,
]];
for (const [intervalSeconds, refreshSeconds] of REFRESHES) {
  Deno.test(`StatusFile.run() writes every ${refreshSeconds} s when nothing changes and beats are ${intervalSeconds} s apart`, async () => {
    await using kept = await keep(undefined, { intervalSeconds });
    kept.start();
    await kept.asleep();
    const before = await kept.read();
    assertEquals(before.refresh_seconds, refreshSeconds);
    await eventually(
      () => Date.now() > Date.parse(before.written_at),
      "Time stands still, and the next writing cannot be told from this one",
    );
    kept.clock.advance(1000);
    if (refreshSeconds > 1) kept.clock.advance(await kept.asleep());
    await eventually(
      async () => (await kept.read()).written_at !== before.written_at,
      "It is not written again",
    );
    assertEquals(kept.clock.now(), refreshSeconds * 1000);
  });
}

Deno.test("StatusFile.run() masks what the platform has said", async () => {
  await using kept = await keep();
  kept.vitals.beatEnded({ ...OK, kind: "rejected", detail: "answered 400: no hunter2" }, 0.1);
  kept.start();
  await kept.asleep();
  const text = await Deno.readTextFile(kept.file);
  assertStringIncludes(text, "answered 400: no [redacted]");
  assert(!text.includes("hunter2"));
});

Deno.test("StatusFile.end() says how it has ended", async () => {
  await using kept = await keep();
  await kept.status.end(endingOf(77));
  const { ended, state } = await kept.read();
  assertEquals([state, ended?.exit_code, ended?.reason], [
    "stopped",
    77,
    "the workspace was removed",
  ]);
});

Deno.test("StatusFile.end() says of a single turn that it was one", async () => {
  await using kept = await keep();
  await kept.status.end({ exitCode: 69, reason: "it was to do a single turn", wasOnce: true });
  const { ended, state } = await kept.read();
  assertEquals([state, ended?.exit_code], ["once", 69]);
});

Deno.test("StatusFile.end() does not wait for a disk that hangs", async () => {
  const hanging = Promise.withResolvers<void>();
  const works: Promise<unknown>[] = [];
  const take = <T>(work: () => Promise<T>): Promise<T> => {
    const done = hanging.promise.then(work);
    works.push(done);
    return done;
  };
  await using kept = await keep(undefined, { disk: { take } });
  kept.start();
  await kept.status.end(endingOf(0));
  assertEquals(works.length, 1);
  hanging.resolve();
  await eventually(() => works.length === 2, "It does not go on");
  await Promise.all(works);
  assertEquals((await kept.read()).state, "stopped");
});

/** What may stand in the way, and what is told of it. */
const FOREIGN: [what: string, put: (file: string) => Promise<void>, says: RegExp][] = [
  [
    "is a link",
    (file) => Deno.symlink("/etc/passwd", file),
    /^WARN Cannot write the status to '.*': it is a symbolic link: .*; beats go on, and it is tried/,
  ],
  ["is a folder", (file) => Deno.mkdir(file), /^WARN Cannot .*: it is no regular file: /],
  [
    "holds somebody's text",
    (file) => Deno.writeTextFile(file, "a token, say"),
    /^WARN Cannot .*: it holds something else: name another --status-file; beats go on/,
  ],
  [
    "holds somebody's JSON",
    (file) => Deno.writeTextFile(file, '{"version": 1}'),
    /^WARN Cannot .*: it holds something else/,
  ],
  [
    "is larger than any status",
    (file) => Deno.writeTextFile(file, `{"program": "workspace-beat"${" ".repeat(70_000)}}`),
    /^WARN Cannot .*: it holds something else/,
  ],
];
for (const [what, put, says] of FOREIGN) {
  Deno.test(`StatusFile.run() warns once, and leaves it alone, when what is there ${what}`, async () => {
    await using kept = await keep();
    await put(kept.file);
    const before = await Deno.lstat(kept.file);
    kept.start();
    for (let times = 0; times < 4; times++) kept.clock.advance(await kept.asleep());
    await kept.asleep();
    const warnings = kept.told().filter((line) => line.startsWith("WARN"));
    assertEquals(warnings.length, 1, warnings.join("\n"));
    assertMatch(warnings.join(), says);
    assertEquals((await Deno.lstat(kept.file)).ino, before.ino);
    await Deno.remove(kept.file, { recursive: true });
    for (let times = 0; times < 2; times++) kept.clock.advance(await kept.asleep());
    await eventually(
      () => kept.told().some((line) => /^INFO Writing the status recovered/.test(line)),
      "It does not recover",
    );
    assertEquals((await kept.read()).program, "workspace-beat");
  });
}

const OURS: [what: string, text: string][] = [
  ["is empty", ""],
  ["holds zeros", "\0\0\0\0"],
  ["is torn", '{\n  "program": "workspace-beat",\n  "vers'],
  ["is of another version", '{"program": "workspace-beat", "version": 2}'],
  ["is a former process's", JSON.stringify(exampleStatus({ pid: 1 }))],
];
for (const [what, text] of OURS) {
  Deno.test(`StatusFile.run() writes over a status that ${what}`, async () => {
    await using kept = await keep();
    await Deno.writeTextFile(kept.file, text);
    kept.start();
    await kept.asleep();
    assertEquals((await kept.read()).pid, Deno.pid);
    assertEquals(kept.told(), []);
  });
}

Deno.test("StatusFile.run() leaves the file to a sidecar that has started later, as long as that lives", async () => {
  await using kept = await keep();
  kept.start();
  await kept.asleep();
  const at = new Date().toISOString();
  // In the same inode: a file system gives numbers anew.
  await Deno.writeTextFile(kept.file, JSON.stringify(younger({ written_at: at })));
  kept.clock.advance(1000);
  kept.clock.advance(await kept.asleep());
  await eventually(() => kept.told().length > 0, "Nothing is told");
  assertMatch(
    kept.told().join(),
    /the sidecar of workspace 'critic', process \d+, does: name another/,
  );
  assertEquals((await kept.read()).workspace_id, "critic");
  const gone = younger({ state: "stopped", ended: { at, exit_code: 0, reason: "" } });
  await Deno.writeTextFile(kept.file, JSON.stringify(gone));
  kept.clock.advance(await kept.asleep());
  kept.clock.advance(await kept.asleep());
  await eventually(
    async () => (await kept.read()).workspace_id === "scribe",
    "It is not taken over",
  );
});

Deno.test("StatusFile.run() sees that a younger sidecar has written there when its file is of the same size and time", async () => {
  await using kept = await keep();
  kept.start();
  await kept.asleep();
  const own = await Deno.stat(kept.file);
  const text = JSON.stringify(younger({ written_at: new Date().toISOString() }));
  await Deno.writeTextFile(kept.file, text.padEnd(own.size));
  await Deno.utime(kept.file, own.mtime ?? 0, own.mtime ?? 0);
  kept.clock.advance(1000);
  kept.clock.advance(await kept.asleep());
  await eventually(() => kept.told().length > 0, "Nothing is told");
  assertEquals((await kept.read()).workspace_id, "critic");
});

Deno.test("StatusFile.end() leaves the file to a sidecar that has just started", async () => {
  await using kept = await keep();
  kept.start();
  await kept.asleep();
  const text = JSON.stringify(younger({ written_at: new Date().toISOString() }));
  await Deno.writeTextFile(kept.file, text);
  await kept.status.end({ exitCode: 0, reason: "", wasOnce: false });
  assertEquals((await kept.read()).workspace_id, "critic");
});

Deno.test("StatusFile.run() looks at what is there every 20 s where it writes more often", async () => {
  await using kept = await keep(undefined, { intervalSeconds: 5 });
  const text = JSON.stringify(younger({ written_at: new Date().toISOString() }));
  kept.start();
  for (let writes = 0; writes < 3; writes++) {
    await kept.asleep();
    await Deno.writeTextFile(kept.file, text);
    kept.clock.advance(1000);
    kept.clock.advance(await kept.asleep());
    await eventually(
      async () => (await kept.read()).workspace_id === "scribe",
      "It is not written again",
    );
  }
  await kept.asleep(); // 18 s after the start
  await Deno.writeTextFile(kept.file, text);
  kept.clock.advance(1000);
  kept.clock.advance(await kept.asleep());
  await eventually(() => kept.told().length > 0, "Nothing is told");
  assertEquals((await kept.read()).workspace_id, "critic");
});

for (const [when, seconds] of [["long ago", -91], ["before the clock was set back", 91]] as const) {
  Deno.test(`StatusFile.run() writes over the status of a sidecar that has started later, and wrote ${when}`, async () => {
    await using kept = await keep();
    const written_at = new Date(Date.now() + seconds * 1000).toISOString();
    await Deno.writeTextFile(kept.file, JSON.stringify(younger({ written_at })));
    kept.start();
    await kept.asleep();
    assertEquals((await kept.read()).workspace_id, "scribe");
    assertEquals(kept.told(), []);
  });
}

Deno.test("StatusFile.run() makes no folder, and says that there is none", async () => {
  await using dir = await makeTempDir();
  const folder = `${dir.path}/late`;
  await using kept = await keep(`${folder}/status.json`);
  kept.start();
  await kept.asleep();
  assertMatch(
    kept.told().join(),
    /^WARN Cannot write the status to '.*': .*: make its folder; beats/,
  );
  assertEquals([...Deno.readDirSync(dir.path)], []);
  await Deno.mkdir(folder);
  for (let times = 0; times < 2; times++) kept.clock.advance(await kept.asleep());
  await eventually(() => kept.told().length === 2, "It does not recover");
  assertEquals((await kept.read()).workspace_id, "scribe");
});

const noSmallDisk = await whyNot(mountSmallDisk);

Deno.test({
  name: `StatusFile.run() warns once while the disk is full, and goes on when it is not${
    noSmallDisk === undefined ? "" : ` (ignored: ${noSmallDisk})`
  }`,
  ignore: noSmallDisk !== undefined,
  async fn() {
    await using disk = await mountSmallDisk();
    await using kept = await keep(`${disk.path}/status.json`);
    kept.start();
    await kept.asleep();
    const before = await Deno.readTextFile(kept.file);
    await disk.fill();
    for (let times = 0; times < 5; times++) kept.clock.advance(await kept.asleep());
    await kept.asleep();
    assertEquals(kept.told().filter((line) => line.startsWith("WARN")).length, 1);
    assertEquals(await Deno.readTextFile(kept.file), before);
    await disk.mend();
    for (let times = 0; times < 2; times++) kept.clock.advance(await kept.asleep());
    await eventually(() => kept.told().some((line) => line.startsWith("INFO")), "No recovery");
  },
});
