import { assertEquals, assertMatch } from "@std/assert";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { type Session, startSession } from "./_session.ts";

/** What `check --json` says of the report. */
interface Checked {
  readonly code: number;
  readonly finding: { readonly status: string; readonly message: string; readonly remedy: string };
  readonly settings: Readonly<Record<string, unknown>>;
}

async function check(
  session: Session,
  { args = [], env = {}, isGranted = true }: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly isGranted?: boolean;
  } = {},
): Promise<Checked> {
  const { dir, platform } = session;
  const reportFile = `${dir}/.runtime_report.json`;
  const { read, ...others } = leastGrants({
    platformUrls: [platform.url],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile,
  });
  const readable = isGranted ? read : read.filter((path) => path !== reportFile);
  await using process = session.start({
    command: "check",
    args: ["--json", ...args],
    env,
    grants: grantFlags({ ...others, read: readable }),
  });
  const code = await process.ended();
  const { checks, settings } = JSON.parse(process.stdout.join("\n"));
  const { name: _name, ...finding } = checks.find(({ name }: { name: string }) =>
    name === "report"
  );
  return { code, finding, settings };
}

Deno.test("check says that beats say nothing of the agent when there is no report, and makes none", async () => {
  await using session = await startSession();
  const file = `${session.dir}/.runtime_report.json`;
  const { code, finding } = await check(session);
  assertEquals([code, finding], [0, {
    status: "ok",
    message: `no '${file}': beats say nothing of the agent's tasks and errors`,
    remedy: "",
  }]);
  const names = (await Array.fromAsync(Deno.readDir(session.dir))).map(({ name }) => name);
  assertEquals(names.filter((name) => name.includes("report")), []);
});

Deno.test("check finds a report sound, and changes nothing, when the sidecar can use it", async () => {
  await using session = await startSession();
  const file = `${session.dir}/.runtime_report.json`;
  await Deno.writeTextFile(file, '{"active_tasks": 1, "pond": "deep"}');
  const { code, finding } = await check(session);
  assertEquals([code, finding], [0, { status: "ok", message: `'${file}' is sound`, remedy: "" }]);
  assertEquals(await Deno.readTextFile(file), '{"active_tasks": 1, "pond": "deep"}');
});

/** Reports that cannot be used, and what is said of them. */
const BROKEN: readonly (readonly [
  what: string,
  put: (file: string) => Promise<unknown>,
  says: RegExp,
])[] = [
  ["is empty", (file) => Deno.writeTextFile(file, ""), /expected one JSON object: it is empty$/],
  ["has a wrong field", wrongField, /'active_tasks': expected a whole number from 0 to 2147483647/],
  ["is too large", (file) => Deno.writeTextFile(file, " ".repeat(65_537)), /at most 65536 bytes/],
  ["is a folder", (file) => Deno.mkdir(file), /it is not a regular file$/],
  ["is a pipe", (file) => new Deno.Command("mkfifo", { args: [file] }).output(), /not a regular/],
];

async function wrongField(file: string): Promise<void> {
  await Deno.writeTextFile(file, '{"active_tasks": "hunter2"}');
}

for (const [what, put, says] of BROKEN) {
  Deno.test(`check warns, says what to do, and ends with 0 when the report ${what}`, async () => {
    await using session = await startSession();
    const file = `${session.dir}/.runtime_report.json`;
    await put(file);
    const { code, finding } = await check(session);
    assertEquals([code, finding.status], [0, "warning"]);
    assertMatch(finding.message, says);
    assertEquals(finding.message.split(`'${file}'`).length, 2, finding.message); // named once
    assertMatch(finding.remedy, /^mend it: beats say what the last good one said, or nothing of/);
    assertEquals(finding.message.match(/hunter2|\n/), null);
  });
}

Deno.test("check does not test a report that is not granted", async () => {
  await using session = await startSession();
  const file = `${session.dir}/.runtime_report.json`;
  await Deno.writeTextFile(file, "broken");
  const { code, finding } = await check(session, { isGranted: false });
  const skipped = {
    status: "skipped",
    message: `not tested: '${file}' is not granted`,
    remedy: "",
  };
  assertEquals([code, finding], [0, skipped]);
});

Deno.test("check tests the report that a flag or a variable names", async () => {
  await using session = await startSession();
  const file = `${session.dir}/.runtime_report.json`;
  await Deno.writeTextFile(file, "{}");
  for (
    const [options, origin] of [
      [{ args: ["--report-file", file] }, "flag --report-file"],
      [{ env: { RUNTIME_REPORT_FILE: file } }, "environment RUNTIME_REPORT_FILE"],
      [{}, "flag --configs-dir"],
    ] as const
  ) {
    const { finding, settings } = await check(session, options);
    assertEquals(finding.message, `'${file}' is sound`);
    assertEquals(settings["report-file"], { value: file, origin });
  }
});

Deno.test("check shows the largest age of a report as the flag takes it", async () => {
  await using session = await startSession();
  const { settings: standard } = await check(session);
  assertEquals(standard["report-max-age"], { value: "off", origin: "default" });
  for (const [given, value] of [["10m", "10m"], ["600", "10m"], ["off", "off"], ["90s", "90s"]]) {
    const { settings } = await check(session, { args: ["--report-max-age", given ?? ""] });
    assertEquals(settings["report-max-age"], { value, origin: "flag --report-max-age" });
  }
});
