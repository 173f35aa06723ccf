import { assert, assertEquals, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  changeReport,
  ReportBusyError,
  requestSucceeded,
  type RuntimeReport,
  taskStarted,
} from "../../lib/report/mod.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import { makeTempDir, runModule } from "../support/mod.ts";

const PROBE = new URL("_change_probe.ts", import.meta.url).pathname;

/** A folder with a report file in it, or none yet. */
interface ReportFolder extends AsyncDisposable {
  readonly path: string;
  readonly file: string;
  /** What was told. */
  readonly told: string[];
  change(
    change: (report: RuntimeReport) => RuntimeReport,
    options?: { readonly patienceMs?: number },
  ): Promise<void>;
  /** The report file's text. */
  text(): Promise<string>;
  /** The names in the folder. */
  names(): Promise<string[]>;
}

async function makeReportFolder(text?: string): Promise<ReportFolder> {
  const dir = await makeTempDir();
  const file = `${dir.path}/report.json`;
  if (text !== undefined) await Deno.writeTextFile(file, text);
  const told: string[] = [];
  return {
    path: dir.path,
    file,
    told,
    change: (change, options) =>
      changeReport(file, change, { tell: (line) => told.push(line), ...options }),
    text: () => Deno.readTextFile(file),
    async names() {
      const entries = await Array.fromAsync(Deno.readDir(dir.path));
      return entries.map(({ name }) => name).sort();
    },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

Deno.test("changeReport() makes a private file, and leaves nothing but the lock, when there is none", async () => {
  await using folder = await makeReportFolder();
  await folder.change((report) => taskStarted(report, "write"));
  assertEquals(await folder.text(), '{"active_tasks":1,"current_task":"write"}\n');
  assertEquals(await modeOf(folder.file), 0o600);
  assertEquals(await folder.names(), ["report.json", "report.json.lock"]);
  assertEquals(folder.told, []);
});

Deno.test("changeReport() changes what is there, and keeps what it does not know", async () => {
  await using folder = await makeReportFolder(
    '{"mood": {"fine": [1]}, "active_tasks": 1, "wedged": null}',
  );
  await folder.change((report) => taskStarted(report, "write"));
  assertEquals(JSON.parse(await folder.text()), {
    mood: { fine: [1] },
    active_tasks: 2,
    wedged: null,
    current_task: "write",
  });
  assertEquals(await folder.names(), ["report.json", "report.json.lock"]);
  assertEquals(folder.told, []);
});

for (const mode of [0o640, 0o644, 0o600, 0o660]) {
  Deno.test(`changeReport() leaves a file's mode 0${mode.toString(8)} as it is`, async () => {
    await using folder = await makeReportFolder("{}");
    await Deno.chmod(folder.file, mode);
    await folder.change(requestSucceeded);
    assertEquals(await modeOf(folder.file), mode);
    assertEquals(await folder.text(), '{"requests_total":1}\n');
  });
}

const NOBODY = 65534;

/** Whether this user may give files away, as root may. */
async function givesAway(): Promise<boolean> {
  await using folder = await makeReportFolder("{}");
  return await Deno.chown(folder.file, NOBODY, NOBODY).then(() => true, () => false);
}

Deno.test("changeReport() leaves report and lock to the one whose report it is", {
  ignore: !await givesAway(), // only root can
}, async () => {
  await using folder = await makeReportFolder("{}");
  await Deno.chown(folder.file, NOBODY, NOBODY);
  await folder.change(requestSucceeded);
  for (const file of [folder.file, `${folder.file}.lock`]) {
    const { gid, uid } = await Deno.stat(file);
    assertEquals([uid, gid], [NOBODY, NOBODY], file);
  }
});

/** What may be in the file that is no report, and why it is none. */
const BROKEN: readonly (readonly [what: string, text: string, problem: string])[] = [
  ["empty", "", "expected one JSON object: it is empty"],
  [
    "half-written",
    '{"active_tasks": 7',
    "expected one JSON object: it is no JSON, or a part of it",
  ],
  [
    "wrong",
    '{"active_tasks": -1}',
    "'active_tasks': expected a whole number from 0 to 2147483647: current value is -1",
  ],
  [
    "full of what a crash has left",
    "\0".repeat(40),
    "expected one JSON object: it is no JSON, or a part of it",
  ],
  ["oversized", " ".repeat(65_537), "expected at most 65536 bytes: it has 65537"],
];

for (const [what, text, problem] of BROKEN) {
  Deno.test(`changeReport() begins the report anew, and says so once, when it is ${what}`, async () => {
    await using folder = await makeReportFolder(text);
    await folder.change(requestSucceeded);
    assertEquals(folder.told, [`The report '${folder.file}' is begun anew: ${problem}`]);
    await folder.change(requestSucceeded);
    assertEquals(await folder.text(), '{"requests_total":2}\n');
    assertEquals(folder.told.length, 1);
  });
}

Deno.test("changeReport() leaves a file alone that does not begin as a report", async () => {
  await using folder = await makeReportFolder("somebody's-token");
  const { message } = await assertRejects(() => folder.change(requestSucceeded), TypeError);
  assertEquals(
    message,
    `Cannot change the report '${folder.file}': it is something else: expected one JSON object: ` +
      "it is no JSON, or a part of it: remove it, or name another file",
  );
  assertEquals([await folder.text(), folder.told], ["somebody's-token", []]);
});

/** What else may stand in the file's place, and how the message calls it. */
const IN_THE_WAY: readonly (readonly [
  what: string,
  make: (file: string) => Promise<unknown>,
  called: string,
])[] = [
  ["a link", (file) => Deno.symlink("/etc/passwd", file), "a symbolic link"],
  ["a link to nothing", (file) => Deno.symlink(`${file}.target`, file), "a symbolic link"],
  ["a folder", (file) => Deno.mkdir(file), "no regular file"],
  ["a pipe", (file) => new Deno.Command("mkfifo", { args: [file] }).output(), "no regular file"],
];

for (const [what, make, called] of IN_THE_WAY) {
  Deno.test(`changeReport() refuses ${what} in the file's place, and leaves it there`, async () => {
    await using folder = await makeReportFolder();
    await make(folder.file);
    const before = await Deno.lstat(folder.file);
    const { message } = await assertRejects(() => folder.change(requestSucceeded), TypeError);
    assertEquals(
      message,
      `Cannot change the report '${folder.file}': it is ${called}: expected a regular file: ` +
        "remove it, and it is made anew",
    );
    assertEquals((await Deno.lstat(folder.file)).ino, before.ino);
    assertEquals(await folder.names(), ["report.json"]);
  });
}

Deno.test("changeReport() writes up to 64 KiB, and keeps the former report when it would be more", async () => {
  await using folder = await makeReportFolder();
  const around = '{"sample_error":""}\n'.length;
  const largest = { sample_error: "x".repeat(64 * 1024 - around) };
  await folder.change(() => largest);
  assertEquals((await Deno.stat(folder.file)).size, 64 * 1024);
  const { message } = await assertRejects(
    () => folder.change(() => ({ sample_error: `${largest.sample_error}y` })),
    RangeError,
  );
  assertEquals(
    message,
    `Cannot write the report '${folder.file}': expected at most 65536 bytes: current value has ` +
      "65537: shorten its texts, or remove it, and it is begun anew",
  );
  assertEquals(JSON.parse(await folder.text()), largest);
  assertEquals(await folder.names(), ["report.json", "report.json.lock"]);
});

Deno.test("changeReport() counts bytes, not characters, when it says that a report is too large", async () => {
  await using folder = await makeReportFolder("{}");
  await assertRejects(() => folder.change(() => ({ wedged: "é".repeat(33_000) })), RangeError);
  assertEquals(await folder.text(), "{}");
});

Deno.test("changeReport() gives up, and changes nothing, when another one holds the lock for too long", async () => {
  await using folder = await makeReportFolder("{}");
  using lock = await Deno.open(`${folder.file}.lock`, { write: true, create: true });
  assert(await lock.tryLock(true));
  const { message } = await assertRejects(
    () => folder.change(requestSucceeded, { patienceMs: 20 }),
    ReportBusyError,
  );
  assertEquals(
    message,
    `Cannot change the report '${folder.file}': others have held '${folder.file}.lock' for 0.02 s: ` +
      "try again",
  );
  assertEquals(await folder.text(), "{}");
});

Deno.test("changeReport() reads what the other one has written when it has waited for that one", async () => {
  await using folder = await makeReportFolder("{}");
  const lock = await Deno.open(`${folder.file}.lock`, { read: true, write: true, create: true });
  const tryLock = Deno.FsFile.prototype.tryLock;
  const refused = Promise.withResolvers<void>();
  using _tryLock = stub(Deno.FsFile.prototype, "tryLock", async function (exclusive) {
    const isOurs = await tryLock.call(this, exclusive);
    if (!isOurs) refused.resolve();
    return isOurs;
  });
  assert(await lock.tryLock(true));
  const changed = folder.change(requestSucceeded);
  await refused.promise;
  await Deno.writeTextFile(folder.file, '{"requests_total": 41}');
  lock.close();
  await changed;
  assertEquals(JSON.parse(await folder.text()), { requests_total: 42 });
});

Deno.test("changeReport() goes on, and says so, when the file system knows no locks", async () => {
  await using folder = await makeReportFolder("{}");
  using _tryLock = stub(
    Deno.FsFile.prototype,
    "tryLock",
    () => Promise.reject(new Error("No locks available (os error 37)")),
  );
  await folder.change(requestSucceeded);
  assertEquals(folder.told, [
    `Cannot lock '${folder.file}.lock': No locks available (os error 37): see to it that only one ` +
    "workspace-beat report runs at a time",
  ]);
  assertEquals(JSON.parse(await folder.text()), { requests_total: 1 });
});

Deno.test("changeReport() lets the next one change the report when a change has thrown", async () => {
  await using folder = await makeReportFolder('{"requests_total": 1}');
  await assertRejects(
    () =>
      folder.change(() => {
        throw new SyntaxError("no such key");
      }),
    SyntaxError,
    "no such key",
  );
  await folder.change(requestSucceeded, { patienceMs: 0 });
  assertEquals(JSON.parse(await folder.text()), { requests_total: 2 });
});

Deno.test("changeReport() is not stopped by what a killed process has left behind", async () => {
  await using folder = await makeReportFolder("{}");
  await Deno.writeTextFile(`${folder.file}.tmp`, '{"active_');
  await Deno.writeTextFile(`${folder.file}.lock`, "");
  await folder.change(requestSucceeded);
  assertEquals(await folder.names(), ["report.json", "report.json.lock"]);
});

Deno.test("changeReport() loses nothing when 20 change the report at once", async () => {
  await using folder = await makeReportFolder();
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => folder.change((report) => taskStarted(report, `${n}`))),
  );
  assertEquals(JSON.parse(await folder.text()).active_tasks, 20);
  assertEquals(folder.told, []);
  assertEquals(await folder.names(), ["report.json", "report.json.lock"]);
});

Deno.test("changeReport() loses nothing when 4 processes change the report 20 times each, with no other grants than it says", async () => {
  await using folder = await makeReportFolder();
  const files = [folder.file, `${folder.file}.tmp`, `${folder.file}.lock`].join(",");
  const grants = [`--allow-read=${files}`, `--allow-write=${files}`];
  const ended = await Promise.all(
    Array.from({ length: 4 }, () => runModule(PROBE, { grants, args: [folder.file, "20"] })),
  );
  assertEquals(ended.map(({ code, stderr }) => [code, stderr]), ended.map(() => [0, ""]));
  assertEquals(JSON.parse(await folder.text()).active_tasks, 80);
  assertEquals(await folder.names(), ["report.json", "report.json.lock"]);
});

Deno.test({
  name: "changeReport() leaves the former report whole, and nothing behind, when the disk is full",
  ignore: await whyNot(mountSmallDisk) !== undefined,
}, async () => {
  await using disk = await mountSmallDisk();
  const file = `${disk.path}/report.json`;
  const options = { tell: (line: string) => assertEquals(line, "") };
  const text = JSON.stringify({ active_tasks: 1, current_task: "x".repeat(5000) });
  await Deno.writeTextFile(file, text);
  await disk.fill();
  await assertRejects(() => changeReport(file, requestSucceeded, options), Error, "No space left");
  assertEquals(await Deno.readTextFile(file), text);
  const names = (await Array.fromAsync(Deno.readDir(disk.path))).map(({ name }) => name);
  assertEquals(names.sort(), ["filler", "report.json", "report.json.lock"]);
  await disk.mend();
  await changeReport(file, requestSucceeded, options);
  assertEquals(JSON.parse(await Deno.readTextFile(file)).requests_total, 1);
});
