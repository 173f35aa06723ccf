import { assert, assertEquals, assertMatch } from "@std/assert";
import { Journal } from "../../lib/delegations/mod.ts";
import { headerLine } from "../../lib/delegations/journal_line.ts";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { recordingLog, startSidecar } from "../support/mod.ts";
import { type Session, startSession } from "./_session.ts";

/** What `check --json` says of one test. */
interface Checked {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly remedy: string;
}

/** Runs `check`, which may change nothing but make an empty results file. */
async function checked(
  session: Session,
  { args = [], also = [], made = [] }: {
    readonly args?: readonly string[];
    /** Folders that are granted for reading, too. */
    readonly also?: readonly string[];
    /** What it makes. */
    readonly made?: readonly string[];
  } = {},
): Promise<{ code: number; of(name: string): Checked | undefined }> {
  const { dir, platform } = session;
  const grants = leastGrants({
    platformUrls: [platform.url],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: `${dir}/.runtime_report.json`,
  });
  const before = await contents(dir);
  await using process = session.start({
    command: "check",
    args: ["--json", ...args],
    grants: grantFlags({ ...grants, read: [...grants.read, ...also] }),
  });
  const code = await process.ended();
  const empty = Object.fromEntries(made.map((name) => [name, "file 600 ''"]));
  assertEquals(await contents(dir), { ...before, ...empty });
  const { checks }: { checks: Checked[] } = JSON.parse(process.stdout.join("\n"));
  return { code, of: (wanted) => checks.find(({ name }) => name === wanted) };
}

/** What is in a folder: kind, mode and content of each. */
async function contents(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(dir)) {
    const path = `${dir}/${name}`;
    const { isDirectory, isSymlink, mode } = await Deno.lstat(path);
    const what = isDirectory
      ? "folder"
      : isSymlink
      ? `link ${await Deno.readLink(path)}`
      : `file '${await Deno.readTextFile(path)}'`;
    found[name] = what.replace(/^\w+/, (kind) => `${kind} ${((mode ?? 0) & 0o7777).toString(8)}`);
  }
  return found;
}

/** Writes a journal that knows two results, as the sidecar does. */
async function writeJournal(file: string, workspaceId: string): Promise<void> {
  const journal = new Journal({ file, workspaceId, log: recordingLog().log });
  await journal.open();
  await journal.append([{ started: true }, { done: ["completed d1", "failed d2"] }]);
}

Deno.test("check makes the results file, and says that there is no journal, when neither is there", async () => {
  await using session = await startSession();
  const { code, of } = await checked(session, { made: ["results.jsonl"] });
  assertEquals([code, of("results file")?.status, of("journal")?.status], [0, "ok", "ok"]);
  assertMatch(of("journal")?.message ?? "", /^nothing in '.*\.journal' yet: all that the platform/);
});

Deno.test("check says how many results the journal knows when a sidecar has written it", async () => {
  await using session = await startSession();
  const { workspace } = session;
  for (let n = 0; n < 3; n++) workspace.finish(workspace.delegate(), `answer ${n}`);
  await using sidecar = session.start({ args: ["--once"] });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  const { code, of } = await checked(session);
  assertEquals([code, of("journal")?.status], [0, "ok"]);
  assertMatch(of("journal")?.message ?? "", /^'.*\/results\.jsonl\.journal' knows 3 results$/);
});

Deno.test("check changes nothing of what a running sidecar uses", async () => {
  await using session = await startSession();
  const journal = `${session.dir}/results.jsonl.journal`;
  // The status changes by itself.
  await using sidecar = session.start({ args: ["--status-file", "off"] });
  // It is written at the start, and not again before the first poll, seconds later.
  while ((await Deno.readTextFile(journal).catch(() => "")) === "");
  const { code, of } = await checked(session, { made: ["results.jsonl"] });
  assertEquals([code, of("results file")?.status, of("journal")?.status], [0, "ok", "ok"]);
  assertEquals(await sidecar.stop(), 0);
});

Deno.test("check warns, and mends nothing, when a line of the journal is damaged", async () => {
  await using session = await startSession();
  const file = `${session.dir}/results.jsonl.journal`;
  await writeJournal(file, session.workspace.id);
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace("d2", "d3"));
  const { code, of } = await checked(session, { made: ["results.jsonl"] });
  const { status, message = "", remedy = "" } = of("journal") ?? {};
  assertEquals([code, status], [0, "warning"]);
  assertMatch(message, /\.journal' has 1 damaged line$/);
  assertMatch(remedy, /mends it/);
});

Deno.test("check finds nothing wrong when the journal ends in the middle of a line", async () => {
  await using session = await startSession();
  const file = `${session.dir}/results.jsonl.journal`;
  await writeJournal(file, session.workspace.id);
  await Deno.writeTextFile(file, "0123456789abcdef {", { append: true });
  const { of } = await checked(session, { made: ["results.jsonl"] });
  assertEquals(of("journal")?.status, "ok");
  assertMatch(of("journal")?.message ?? "", /knows 2 results$/);
});

/** What else may stand in the journal's place, and what `check` says of it. */
const UNUSABLE: readonly (readonly [
  what: string,
  make: (file: string, workspaceId: string) => Promise<unknown>,
  says: RegExp,
])[] = [
  [
    "is of a newer version",
    async (file, workspaceId) =>
      await Deno.writeTextFile(file, (await headerLine(workspaceId)).replace(" 3 ", " 4 ")),
    /it has version 4, and this workspace-beat reads version 3: use the newer/,
  ],
  [
    "is another workspace's",
    (file) => writeJournal(file, "someone-else"),
    /it belongs to workspace 'someone-else'/,
  ],
  [
    "is no journal",
    (file) => Deno.writeTextFile(file, "notes\n"),
    /it is no journal of workspace-/,
  ],
  ["is a folder", (file) => Deno.mkdir(file), /it is no regular file/],
  ["is a link", (file) => Deno.symlink("/etc/passwd", file), /it is a symbolic link/],
];

for (const [what, make, says] of UNUSABLE) {
  Deno.test(`check ends with 73, and changes nothing, when the journal ${what}`, async () => {
    await using session = await startSession();
    await make(`${session.dir}/results.jsonl.journal`, session.workspace.id);
    const { code, of } = await checked(session, { made: ["results.jsonl"] });
    const { status, message = "", remedy } = of("journal") ?? {};
    assertEquals([code, status], [73, "failed"]);
    assertMatch(message, says);
    assertMatch(message, /^Cannot use the journal '.*\/results\.jsonl\.journal': /);
    assertEquals(remedy, "results cannot be delivered until this is mended");
    assertEquals(of("results file")?.status, "ok");
  });
}

/** What else may stand in the place of the files that a delivery writes. */
const IN_THE_WAY: readonly (readonly [
  what: string,
  make: (file: string) => Promise<unknown>,
  says: RegExp,
])[] = [
  [
    "results.jsonl is a folder",
    (dir) => Deno.mkdir(`${dir}/results.jsonl`),
    /^Cannot append to '.*\/results\.jsonl': it is no regular file: expected a regular file/,
  ],
  [
    "results.jsonl is a link",
    (dir) => Deno.symlink("/etc/passwd", `${dir}/results.jsonl`),
    /^Cannot append to '.*\/results\.jsonl': it is a symbolic link: expected a regular file/,
  ],
  [
    "results.jsonl is a link to nothing",
    (dir) => Deno.symlink(`${dir}/elsewhere`, `${dir}/results.jsonl`),
    /^Cannot append to '.*\/results\.jsonl': it is a symbolic link: expected a regular file/,
  ],
];

for (const [what, make, says] of IN_THE_WAY) {
  Deno.test(`check ends with 73, makes nothing and tests no folder when ${what}`, async () => {
    await using session = await startSession();
    await make(session.dir);
    const { code, of } = await checked(session, { also: [session.dir] });
    const { status, message = "", remedy } = of("results file") ?? {};
    assertEquals([code, status], [73, "failed"]);
    assertMatch(message, says);
    assertEquals(remedy, "results cannot be delivered until this is mended");
    assertEquals(of("results folder")?.status, "skipped");
  });
}

for (const name of ["results.jsonl.tmp", "results.jsonl.lock"]) {
  Deno.test(`check ends with 73 when ${name} is no regular file`, async () => {
    await using session = await startSession();
    await Deno.symlink("/etc/passwd", `${session.dir}/${name}`);
    const { code, of } = await checked(session, { made: ["results.jsonl"] });
    const { status, message, remedy } = of("results file") ?? {};
    assertEquals([code, status], [73, "failed"]);
    assertEquals(message, `'${session.dir}/${name}' is no regular file`);
    assertEquals(remedy, "remove it: the sidecar makes a file there");
  });
}

/** Runs `check` for another results file than the session's. */
async function checkedFor(resultsFile: string, session: Session): Promise<[number, Checked[]]> {
  const { dir, platform, workspace } = session;
  const configFile = `${dir}/config.yaml`;
  const platformUrls = [platform.url];
  const reportFile = `${dir}/.runtime_report.json`;
  const settings = { platformUrls, resultsFile, configsDir: dir, configFile, reportFile };
  const grants = leastGrants(settings);
  await using process = startSidecar({
    command: "check",
    platformUrl: platform.url,
    workspaceId: workspace.id,
    args: ["--json", "--results-file", resultsFile, "--configs-dir", dir, "--config", configFile],
    grants: grantFlags(grants),
  });
  const code = await process.ended();
  const { checks }: { checks: Checked[] } = JSON.parse(process.stdout.join("\n"));
  return [code, checks.filter(({ name }) => /^(results|journal)/.test(name))];
}

Deno.test("check ends with 73, and says to make the folder, when the results file has none", async () => {
  await using session = await startSession();
  const [code, checks] = await checkedFor(`${session.dir}/none/results.jsonl`, session);
  const statuses = checks.map(({ name, status }) => [name, status]);
  assertEquals([code, statuses], [
    73,
    [["results file", "failed"], ["journal", "ok"], ["results folder", "skipped"]],
  ]);
  assertEquals(checks[0]?.remedy, "make its folder");
});

Deno.test("check says of results only that they go to standard output when they do", async () => {
  await using session = await startSession();
  const [code, checks] = await checkedFor("-", session);
  const message = "results go to standard output: no journal";
  assertEquals([code, checks], [
    0,
    [{ name: "results file", status: "ok", message, remedy: "" }],
  ]);
});

Deno.test("check takes /tmp for sticky when it is not granted", async () => {
  await using session = await startSession();
  const resultsFile = await Deno.makeTempFile({ dir: "/tmp", prefix: "workspace-beat-" });
  try {
    const [code, checks] = await checkedFor(resultsFile, session);
    assertEquals([code, checks[2]?.status], [0, "ok"]);
    assertMatch(checks[2]?.message ?? "", /^'\/tmp' is not granted, but usually sticky /);
  } finally {
    await Deno.remove(resultsFile);
  }
});

Deno.test("check tests neither results file nor journal when they are not granted", async () => {
  await using session = await startSession();
  const grants = [`--allow-net=${new URL(session.platform.url).host}`];
  await using process = session.start({ command: "check", args: ["--json"], grants });
  assertEquals(await process.ended(), 77);
  const { checks }: { checks: Checked[] } = JSON.parse(process.stdout.join("\n"));
  const of = checks.filter(({ name }) => /^(grants|results|journal)/.test(name));
  assertEquals(of.map(({ status }) => status), ["failed", "skipped", "skipped", "skipped"]);
  assertEquals(of.slice(1).map(({ message }) => message), [
    `not tested: '${session.dir}/results.jsonl' is not granted`,
    `not tested: '${session.dir}/results.jsonl.journal' is not granted`,
    "not tested: the results file cannot be written",
  ]);
});

Deno.test("check tests no folder, and says how to look at it, when it is not granted", async () => {
  await using session = await startSession();
  const { code, of } = await checked(session, { made: ["results.jsonl"] });
  const { status, message = "" } = of("results folder") ?? {};
  assertEquals([code, status], [0, "skipped"]);
  assert(message.includes(`'${session.dir}' itself is not granted; `), message);
  assert(message.includes(`look with ls -ld '${session.dir}': `), message);
});

Deno.test("check looks at the folder when it is granted", async () => {
  await using session = await startSession();
  await Deno.chmod(session.dir, 0o1777);
  const also = [session.dir];
  const { code, of } = await checked(session, { also, made: ["results.jsonl"] });
  const { status, message = "" } = of("results folder") ?? {};
  assertEquals([code, status], [0, "ok"]);
  assertMatch(message, /' is sticky \(mode 1777\): only (root|user \d+ )/);
});

Deno.test("check warns of a sticky folder before the results file has the mode of the settings", async () => {
  await using session = await startSession();
  await Deno.chmod(session.dir, 0o1777);
  const also = [session.dir];
  const args = ["--results-mode", "0666"];
  const { code, of } = await checked(session, { args, also, made: ["results.jsonl"] });
  const { status, message = "" } = of("results folder") ?? {};
  assertEquals([code, status], [0, "warning"]);
  assertMatch(message, /--results-mode 0666 lets no other agent take it$/);
});
