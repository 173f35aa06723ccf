import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { grantFlags, leastGrants } from "../lib/permissions.ts";
import { runWithout } from "./_run_without.ts";
import { startSidecar } from "./support/mod.ts";

/** A grant, the exit code without it, and what is said. */
type Needed = readonly [
  kind: "net" | "read" | "write",
  name: string,
  code: number,
  says: RegExp,
];

/** A file without which no result can be delivered. */
function cannotStart(name: string): Needed[] {
  const says =
    /^Not allowed to write the results file .* \(from flag .*\) and what stands beside it: /;
  return [["read", name, 77, says], ["write", name, 77, says]];
}

const NEEDED: readonly Needed[] = [
  [
    "net",
    "the platform",
    77,
    /^Not allowed to reach the platform 'http.*: run with --allow-net=127/,
  ],
  ["read", "results.jsonl", 77, /^Not allowed to write the results file .*--results-file -$/],
  ["write", "results.jsonl", 77, /^Not allowed to write the results file .*--allow-write=/],
  ...["results.jsonl.tmp", "results.jsonl.journal", "results.jsonl.journal.tmp"].flatMap(
    cannotStart,
  ),
  ...cannotStart("results.jsonl.lock"),
  ["read", "config.yaml", 0, /INFO Keeping .* every 30 s$/],
  ["read", ".auth_token", 77, /WARN The beat failed: answered 401/],
  ["read", ".platform_inbound_secret", 0, /WARN Not granted.*: reading .*inbound_secret$/],
  ["read", ".platform_inbound_secret.tmp", 0, /WARN Cannot save the inbound secret .*rebuild/],
  ["read", ".runtime_report.json", 0, /WARN Not granted.*: reading .*runtime_report\.json$/],
  ["write", ".platform_inbound_secret", 0, /WARN Not granted.*: writing .*inbound_secret$/],
  ["write", ".platform_inbound_secret.tmp", 0, /WARN Cannot save the inbound secret .*rebuild/],
];

for (const [kind, name, code, says] of NEEDED) {
  Deno.test(`run ends with ${code} and says why when --allow-${kind} lacks ${name}`, async () => {
    const sidecar = await runWithout(kind, name);
    assertEquals(await sidecar.ended(), code, sidecar.stderr.join("\n"));
    const line = await sidecar.waitForLine(says);
    if (says.source.startsWith("^")) assertEquals(sidecar.stderr, [line]);
  });
}

/** What only `workspace-beat results` and `workspace-beat report` need, or a workspace that polls. */
const NOT_MISSED = [
  ...["results.jsonl.taken", "results.jsonl.taken.lock", "results.jsonl.rejected"],
  ...[".runtime_report.json.tmp", ".runtime_report.json.lock", "results.jsonl.wake"],
].flatMap((name) => [["read", name], ["write", name]] as const);
/** What only somebody needs who reports, or registers. */
const NEVER_USED = [
  ...[".runtime_report.json", ".auth_token", ".auth_token.tmp"].map((name) =>
    ["write", name] as const
  ),
  ["read", "agent_card.json"] as const,
];

for (const [kind, name] of [...NOT_MISSED, ...NEVER_USED]) {
  Deno.test(`run does its whole job and says nothing when --allow-${kind} lacks ${name}`, async () => {
    const sidecar = await runWithout(kind, name);
    assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
    await sidecar.waitForLine(/ INFO Delivered 1 new result/);
    assertEquals(sidecar.stderr.filter((line) => !line.includes(" INFO ")), []);
  });
}

/** What a workspace that is registered does without. */
const MISSED_BY: Readonly<
  Record<"poll" | "push", readonly (readonly ["read" | "write", string])[]>
> = {
  poll: [
    ["read", "agent_card.json"],
    ["read", "results.jsonl.wake"],
    ["write", "results.jsonl.wake"],
    ["write", ".auth_token"],
  ],
  push: [["read", "agent_card.json"], ["write", ".auth_token"]],
};

for (const [mode, missed] of Object.entries(MISSED_BY)) {
  for (const [kind, name] of missed) {
    Deno.test(`run --register ${mode} says what it does without when --allow-${kind} lacks ${name}`, async () => {
      const args = ["--register", mode, "--agent-url", "http://127.0.0.1:9"];
      const sidecar = await runWithout(kind, name, { args });
      const lines = sidecar.stderr.filter((line) => line.includes("Not granted"));
      assertEquals(lines.length, 1, sidecar.stderr.join("\n"));
      const [, what, file] = / without: (\w+) .*\/([\w.]+)$/.exec(lines[0] ?? "") ?? [];
      assertEquals([what, file], [kind === "read" ? "reading" : "writing", name]);
    });
  }
}

for (const kind of ["read", "write"] as const) {
  Deno.test(`run --register push does without a wake file, and says nothing, when --allow-${kind} lacks it`, async () => {
    const args = ["--register", "push", "--agent-url", "http://127.0.0.1:9"];
    const sidecar = await runWithout(kind, "results.jsonl.wake", { args });
    assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
    assertEquals(sidecar.stderr.filter((line) => line.includes("Not granted")), []);
  });
}

Deno.test("run does its whole job, and says what it does without, when --allow-sys lacks getPriority", async () => {
  const report = JSON.stringify({ pid: Deno.pid, active_tasks: 1 });
  const sidecar = await runWithout("sys", "getPriority", { report });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  const [without = "", line = "", ...more] = sidecar.stderr.filter((line) =>
    !line.includes(" INFO ")
  );
  assertMatch(
    without,
    / Not granted, so done without: seeing whether the agent's process is there$/,
  );
  assertMatch(
    line,
    / WARN Cannot tell whether process \d+ of the agent's report is there.*-sys=get/,
  );
  assertEquals(more, []);
});

/** What `check --json` says of the settings and of all but the grants. */
async function checked(
  env: Readonly<Record<string, string>>,
  grants: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  await using check = startSidecar({ command: "check", args: ["--json", ...args], env, grants });
  if (await check.ended() === 78 && check.stdout.length === 0) return check.stderr;
  const { settings, checks } = JSON.parse(check.stdout.join("\n"));
  return [settings, checks.filter(({ name }: { name: string }) => name !== "grants")];
}

const PROXIED = { HTTP_PROXY: "http://127.0.0.1:9" };

/** Values of the variables that the sidecar reads, and what else must be set for them to matter. */
const VARIABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  WORKSPACE_ID: { WORKSPACE_ID: "w" },
  PLATFORM_URL: { PLATFORM_URL: "http://127.0.0.1:2" },
  WORKSPACE_CONFIG_PATH: { WORKSPACE_CONFIG_PATH: "/nowhere" },
  CONFIGS_DIR: { CONFIGS_DIR: "/nowhere" },
  DELEGATION_RESULTS_FILE: { DELEGATION_RESULTS_FILE: "/nowhere/results.jsonl" },
  RUNTIME_REPORT_FILE: { RUNTIME_REPORT_FILE: "/nowhere/report.json" },
  LOG_LEVEL: { LOG_LEVEL: "debug" },
  MOLECULE_WORKSPACE_TOKEN: { MOLECULE_WORKSPACE_TOKEN: "token" },
  MOLECULE_WORKSPACES: { MOLECULE_WORKSPACES: JSON.stringify([{ id: "w", token: "token" }]) },
  MOLECULE_AGENT_NAME: { MOLECULE_AGENT_NAME: "Scribe" },
  MOLECULE_AGENT_DESCRIPTION: { MOLECULE_AGENT_DESCRIPTION: "Writes" },
  MOLECULE_AGENT_SKILLS: { MOLECULE_AGENT_SKILLS: "writing" },
  MOLECULE_ORG_ID: { MOLECULE_ORG_ID: "org" },
  MOLECULE_ORGANIZATION_ID: { MOLECULE_ORGANIZATION_ID: "org" },
  DOCKER_VERSION: { DOCKER_VERSION: "27" },
  HOME: {},
  HTTP_PROXY: { HTTP_PROXY: "http://127.0.0.1:9" },
  http_proxy: { http_proxy: "http://127.0.0.1:9" },
  ALL_PROXY: { ALL_PROXY: "http://127.0.0.1:9" },
  all_proxy: { all_proxy: "http://127.0.0.1:9" },
  NO_PROXY: { ...PROXIED, NO_PROXY: "127.0.0.1" },
  no_proxy: { ...PROXIED, no_proxy: "127.0.0.1" },
};

const READ_BY_DEFAULT = {
  platformUrls: [],
  resultsFile: "-",
  configFile: "/configs/config.yaml",
  reportFile: "/configs/.runtime_report.json",
};

Deno.test("leastGrants() grants exactly the variables that the next test knows", () => {
  const { env } = leastGrants({ ...READ_BY_DEFAULT, configsDir: "/configs" });
  assertEquals([...env].sort(), Object.keys(VARIABLES).sort());
});

for (const [variable, env] of Object.entries(VARIABLES)) {
  Deno.test(`check finds something else when --allow-env lacks ${variable}`, async () => {
    // Only below HOME there is a folder for the configs, and Docker's marker cannot be seen.
    const configsDir = `${Deno.env.get("HOME")}/.molecule-workspace`;
    const { read, write, env: names } = leastGrants({ ...READ_BY_DEFAULT, configsDir });
    const grants = { net: [], sys: [], read: read.filter((path) => path !== "/.dockerenv"), write };
    const [all, fewer] = [names, names.filter((name) => name !== variable)]
      .map((env) => grantFlags({ ...grants, env }));
    assert(all !== undefined && fewer !== undefined);
    const url = variable === "DOCKER_VERSION" || variable === "PLATFORM_URL"
      ? []
      : ["--platform-url", "http://127.0.0.1:1"];
    const id = variable === "WORKSPACE_ID" ? [] : ["--workspace-id", "w"];
    assertNotEquals(
      await checked(env, all, [...url, ...id]),
      await checked(env, fewer, [...url, ...id]),
    );
  });
}

Deno.test("check takes this machine for the platform's when --allow-read lacks Docker's marker", {
  ignore: !await Deno.stat("/.dockerenv").then(() => true, () => false), // not in Docker
}, async () => {
  const args = ["--json", "--workspace-id", "w", "--results-file", "-"];
  const platforms = [];
  for (const grants of [["--allow-read=/.dockerenv"], []]) {
    await using check = startSidecar({ command: "check", args, grants });
    await check.ended();
    platforms.push(JSON.parse(check.stdout.join("\n")).settings["platform-url"].value);
  }
  assertEquals(platforms, ["http://host.docker.internal:8080", "http://localhost:8080"]);
});

Deno.test("run names what the manifest lacks, and not the owner, when a file is not granted", async () => {
  const sidecar = await runWithout("write", ".platform_inbound_secret.tmp");
  const line = await sidecar.waitForLine(/Cannot save the inbound secret/);
  assertMatch(line, /the manifest does not grant .*: rebuild, or run with its grant/);
  assert(!/owner|belongs/.test(line), line);
});
