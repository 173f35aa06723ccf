import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { startSidecar } from "../support/mod.ts";
import { type Session, startSession } from "./_session.ts";

/** What `check --json` prints. */
interface Checked {
  readonly settings: Readonly<Record<string, { readonly value: unknown; readonly origin: string }>>;
  readonly checks: readonly {
    readonly name: string;
    readonly status: "ok" | "warning" | "failed" | "skipped";
    readonly message: string;
    readonly remedy: string;
  }[];
  readonly exitCode: number;
}

/** Runs `check --json`, and holds its exit code against what it says of it. */
async function check(session: Session, args: readonly string[] = [], env = {}): Promise<Checked> {
  await using process = session.start({ command: "check", args: ["--json", ...args], env });
  const code = await process.ended();
  const stdout = process.stdout.join("\n");
  assertEquals(process.stderr, []);
  assert(!stdout.includes(session.token), stdout);
  const checked: Checked = JSON.parse(stdout);
  assertEquals(checked.exitCode, code);
  return checked;
}

function statuses({ checks }: Checked): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}

const ALL_OK = {
  "config": "ok",
  "grants": "ok",
  "proxy": "ok",
  "token file": "ok",
  "results file": "ok",
  "journal": "ok",
  "results folder": "skipped", // it is not granted
  "report": "ok",
  "wake file": "ok",
  "status file": "ok",
  "platform": "ok",
  "workspace": "ok",
  "token": "ok",
};

Deno.test("check ends with 0, and sends no beat, when everything is in order", async () => {
  await using session = await startSession();
  await session.writeConfig("observability: {heartbeat_interval_seconds: 45}");
  const { token } = session;
  const checked = await check(session, [], { MOLECULE_WORKSPACE_TOKEN: token, LOG_LEVEL: "DEBUG" });
  assertEquals(statuses(checked), ALL_OK);
  assertEquals(checked.exitCode, 0);
  const sent = session.platform.requests.map(({ method, route }) => `${method} ${route}`);
  assertEquals(sent, ["GET health", "GET workspace", "GET delegations"]);
  const { settings } = checked;
  assertEquals(settings["interval"], { value: 45, origin: `file ${session.dir}/config.yaml` });
  assertEquals(settings["log-level"], { value: "debug", origin: "environment LOG_LEVEL" });
  assertEquals(settings["notify"], { value: "all", origin: "default" });
  assertEquals(settings["platform-url"]?.origin, "flag --platform-url");
  assertEquals(settings["results-max-bytes"], { value: 67_108_864, origin: "default" });
  assertEquals(settings["MOLECULE_WORKSPACE_TOKEN"], {
    value: "(set, not shown)",
    origin: "environment MOLECULE_WORKSPACE_TOKEN",
  });
});

Deno.test("check shows mode and age as the flags take them", async () => {
  await using session = await startSession();
  const { settings: standard } = await check(session);
  assertEquals(standard["results-mode"], { value: "0600", origin: "default" });
  assertEquals(standard["replay-max-age"], { value: "1d", origin: "default" });
  const args = ["--results-mode", "660", "--replay-max-age", "90m"];
  const { settings: given } = await check(session, args);
  assertEquals(given["results-mode"], { value: "0660", origin: "flag --results-mode" });
  assertEquals(given["replay-max-age"], { value: "90m", origin: "flag --replay-max-age" });
});

Deno.test("check prints one line per setting and per check when a person reads it", async () => {
  await using session = await startSession();
  const env = { MOLECULE_WORKSPACE_TOKEN: session.token };
  await using process = session.start({ command: "check", env });
  assertEquals(await process.ended(), 0);
  const [settings = "", checks = ""] = process.stdout.join("\n").split("\n\nChecks\n");
  assertMatch(settings, /^Settings\n/);
  for (const line of settings.split("\n").slice(1)) assertMatch(line, /^ {2}\S+ +\S.* {2}\[.+\]$/);
  assertMatch(settings, /MOLECULE_WORKSPACE_TOKEN +\(set, not shown\) {2}\[environment/);
  assertEquals(
    checks.trimEnd().split("\n").map((line) => line.split(":")[0]),
    Object.entries(ALL_OK).map(([name, status]) => `  ${status.padEnd(7)}  ${name}`),
  );
});

Deno.test("check says everything on one line each, whatever the agent's texts hold", async () => {
  await using session = await startSession();
  const odd = "a\nb\u2028c\u202e\u0085d";
  const env = { MOLECULE_AGENT_NAME: odd };
  await using process = session.start({ command: "check", args: ["--register", "poll"], env });
  assertEquals(await process.ended(), 0);
  const { stdout } = process;
  assertEquals(stdout.filter((line) => line.includes('"name":"a')).length, 1);
  for (const line of stdout.filter(Boolean)) {
    assertMatch(line, /^(Settings|Checks| {2}[\w-]+ {2}[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*)$/u);
  }
});

/** Something that is wrong, the first check that fails of it, and the exit code. */
type Wrong = readonly [
  what: string,
  make: (session: Session) => unknown,
  name: string,
  code: number,
  message: RegExp,
];

const refused: Fault = { kind: "answer", status: 401, body: { error: "no such token" } };
const page: Fault = { kind: "answer", status: 200, body: "<html>" };

const WRONG: readonly Wrong[] = [
  ["config.yaml is broken", (s) => s.writeConfig("a: b: c"), "config", 78, /line 1, column 5/],
  ["observability is empty", (s) => s.writeConfig("observability:"), "config", 78, /line 1, col/],
  ["config.yaml is a folder", (s) => Deno.mkdir(`${s.dir}/config.yaml`), "config", 78, /no.*file/],
  ["the token file is a folder", tokenFolder, "token file", 77, /is no regular file/],
  ["the token file is too large for a run", hugeToken, "token file", 77, /expected at most 8192/],
  ["the results file is a folder", resultsFolder, "results file", 73, /expected a regular file/],
  ["nobody listens", (s) => s.platform.goDown(), "platform", 69, /'http:\/\/127/],
  ["a page answers", (s) => s.platform.fault("health", page), "platform", 78, /a page/],
  ["the token is refused", (s) => s.platform.fault("delegations", refused), "token", 77, /401/],
];

async function tokenFolder({ dir }: Session): Promise<void> {
  await Deno.remove(`${dir}/.auth_token`);
  await Deno.mkdir(`${dir}/.auth_token`);
}

async function hugeToken({ dir }: Session): Promise<void> {
  await Deno.writeTextFile(`${dir}/.auth_token`, "t".repeat(9000));
}

async function resultsFolder({ dir }: Session): Promise<void> {
  await Deno.mkdir(`${dir}/results.jsonl`);
}

for (const [what, make, name, code, message] of WRONG) {
  Deno.test(`check ends with ${code} and says what to do when ${what}`, async () => {
    await using session = await startSession();
    await make(session);
    const { checks, exitCode } = await check(session);
    const failed = checks.find(({ status }) => status === "failed");
    assertEquals([failed?.name, exitCode], [name, code]);
    assertMatch(failed?.message ?? "", message);
    assertNotEquals(failed?.remedy, "");
  });
}

Deno.test("check only warns when something is unwise but works", async () => {
  await using session = await startSession();
  const { dir } = session;
  await Deno.chmod(`${dir}/.auth_token`, 0o644);
  const checked = await check(session, ["--interval", "120"]);
  assertEquals(statuses(checked), { ...ALL_OK, "config": "warning", "token file": "warning" });
  assertEquals(checked.exitCode, 0);
  assertMatch(checked.checks[0]?.message ?? "", /interval of 120 s/);
});

Deno.test("check sends nothing when a proxy would read the token", async () => {
  await using session = await startSession();
  await using proxy = await startDevPlatform();
  const checked = await check(session, [], { HTTP_PROXY: proxy.url });
  const skipped = {
    "proxy": "failed",
    "platform": "skipped",
    "workspace": "skipped",
    "token": "skipped",
  };
  assertEquals([statuses(checked), checked.exitCode], [{ ...ALL_OK, ...skipped }, 78]);
  assertEquals([proxy.requests.length, session.platform.requests.length], [0, 0]);
});

Deno.test("check says that the token was not tested when the platform is down", async () => {
  await using session = await startSession();
  session.platform.goDown();
  const checked = await check(session);
  const skipped = { "platform": "failed", "workspace": "skipped", "token": "skipped" };
  assertEquals([statuses(checked), checked.exitCode], [{ ...ALL_OK, ...skipped }, 69]);
});

Deno.test("check shows no token when the platform's answer quotes it", async () => {
  await using session = await startSession();
  const body = { error: `token ${session.token} was revoked` };
  session.platform.fault("delegations", { kind: "answer", status: 401, body });
  const { checks } = await check(session); // which looks for the token
  assertMatch(checks.at(-1)?.message ?? "", /token \[redacted\] was revoked/);
});

Deno.test("check names what is not granted, and ends with 77 when it is the platform", async () => {
  await using session = await startSession();
  const { dir, platform } = session;
  const grants = grantFlags({
    ...leastGrants({
      platformUrls: ["http://127.0.0.1:1"],
      resultsFile: `${dir}/results.jsonl`,
      configsDir: dir,
      configFile: `${dir}/config.yaml`,
      reportFile: `${dir}/.runtime_report.json`,
    }),
    read: [`${dir}/results.jsonl`],
  });
  await using process = session.start({ command: "check", args: ["--json"], grants });
  assertEquals(await process.ended(), 77);
  const { checks }: Checked = JSON.parse(process.stdout.join("\n"));
  const [config, lacking, tokens, results, journal, net] = [
    "config",
    "grants",
    "token file",
    "results file",
    "journal",
    "platform",
  ]
    .map((wanted) => checks.find(({ name }) => name === wanted));
  assertEquals([results?.status, journal?.status], ["ok", "skipped"]);
  assertEquals([config?.status, tokens?.status], ["warning", "warning"]);
  assertMatch(config?.message ?? "", /config\.yaml' is not granted/);
  assertMatch(tokens?.message ?? "", /\.auth_token' is not granted/);
  assertEquals([lacking?.status, net?.status], ["failed", "failed"]);
  assertMatch(lacking?.remedy ?? "", new RegExp(`--allow-net=${new URL(platform.url).host} `));
  assertEquals(platform.requests.length, 0);
});

Deno.test("check ends with 0 and one warning when only the net is granted and results go to standard output", async () => {
  await using session = await startSession();
  const { platform } = session;
  const workspace = platform.addWorkspace({ token: null });
  platform.fault("delegations", { kind: "answer", status: 200, body: [] });
  await using process = startSidecar({
    command: "check",
    platformUrl: platform.url,
    workspaceId: workspace.id,
    args: ["--results-file", "-", "--json"],
    grants: ["--allow-net"],
  });
  assertEquals([await process.ended(), process.stderr], [0, []]);
  const checked: Checked = JSON.parse(process.stdout.join("\n"));
  const { journal: _journal, "results folder": _folder, ...others } = ALL_OK; // there are none
  assertEquals(statuses(checked), {
    ...others,
    "config": "warning",
    "grants": "warning",
    "token file": "warning",
    "report": "skipped",
    "status file": "skipped",
  });
});
