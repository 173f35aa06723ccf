import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Build } from "../../lib/config/mod.ts";
import { resolve, resolveOne, type Scenario } from "./_resolve.ts";

const BUILD: Build = {
  platformUrls: ["https://*.build.test", "https://build.test", "https://other.test"],
  resultsFile: "/build/results.jsonl",
  configsDir: "/build/configs",
  configFile: "/build/config.yaml",
  reportFile: "/build/report.json",
  agentCardFile: "/build/card.json",
  wakeFile: "/build/wake",
  statusFile: "/build/status",
  metricsFile: "/build/beat.prom",
};

const YAML = `observability: {heartbeat_interval_seconds: 45, log_level: ERROR}
heartbeat:
  register: poll
  agent_card: {name: F, description: From the file, skills: [f, g], url: "http://file.test"}
`;

Deno.test("resolveSettings() gives every setting its default when nobody says anything (contract 7 #17, #38, #68)", async () => {
  const { settings, warnings } = await resolveOne({ env: { WORKSPACE_CONFIG_PATH: "" } });
  assertEquals(settings, {
    workspaceId: { value: "w", origin: "environment WORKSPACE_ID" },
    platformUrl: { value: "http://localhost:8080", origin: "default" },
    intervalSeconds: { value: 30, origin: "default" },
    resultsFile: { value: "/tmp/delegation_results.jsonl", origin: "default" },
    resultsMode: { value: 0o600, origin: "default" },
    resultsMaxBytes: { value: 64 * 1024 * 1024, origin: "default" },
    replayMaxAgeSeconds: { value: 24 * 3600, origin: "default" },
    configsDir: { value: "/configs", origin: "default" },
    reportFile: { value: "/configs/.runtime_report.json", origin: "default" },
    reportMaxAgeSeconds: { value: 0, origin: "default" },
    configFile: { value: "/configs/config.yaml", origin: "default" },
    logLevel: { value: "info", origin: "default" },
    logFormat: { value: "text", origin: "default" },
    notify: { value: "all", origin: "default" },
    sendsOrigin: { value: true, origin: "default" },
    registerMode: { value: "off", origin: "default" },
    agentCardFile: { value: "/configs/agent_card.json", origin: "default" },
    agentUrl: { origin: "default" },
    agentName: { origin: "default" },
    agentDescription: { origin: "default" },
    agentSkills: { origin: "default" },
    wakeFile: { value: "/tmp/delegation_results.jsonl.wake", origin: "default" },
    statusFile: { value: "/configs/.workspace_beat_status.json", origin: "default" },
    wakesPerHour: { value: 30, origin: "default" },
    metricsFile: { value: "off", origin: "default" },
    workspaces: { origin: "default" },
    workspacesDir: { origin: "default" },
    allowsProxy: { value: false, origin: "default" },
    usesActivity: { value: false, origin: "default" },
    waitsForRestore: { value: false, origin: "default" },
    environmentToken: { origin: "default" },
    orgId: { origin: "default" },
  });
  assertEquals(warnings, []);
});

/** A setting, and every place that can set it, the strongest first; the origin it then shows. */
const PRECEDENCE: Readonly<
  Record<string, readonly (readonly [from: Scenario, value: unknown, origin: string])[]>
> = {
  workspaceId: [
    [{ flags: { "workspace-id": "f" } }, "f", "flag --workspace-id"],
    [{ env: { WORKSPACE_ID: "e" } }, "e", "environment WORKSPACE_ID"],
  ],
  platformUrl: [
    [{ flags: { "platform-url": "http://flag.test/" } }, "http://flag.test", "flag --platform-url"],
    [{ env: { PLATFORM_URL: "http://env.test/" } }, "http://env.test", "environment PLATFORM_URL"],
    [{ build: BUILD }, "https://build.test", "build"],
    [{ env: { DOCKER_VERSION: "27" } }, "http://host.docker.internal:8080", "default"],
  ],
  intervalSeconds: [
    [{ flags: { interval: "5" } }, 5, "flag --interval"],
    [{ yaml: YAML }, 45, "file …"],
  ],
  resultsFile: [
    [{ flags: { "results-file": "-" } }, "-", "flag --results-file"],
    [{ env: { DELEGATION_RESULTS_FILE: "/e" } }, "/e", "environment DELEGATION_RESULTS_FILE"],
    [{ build: BUILD }, "/build/results.jsonl", "build"],
  ],
  resultsMode: [[{ flags: { "results-mode": "660" } }, 0o660, "flag --results-mode"]],
  resultsMaxBytes: [
    [{ flags: { "results-max-bytes": "1000000" } }, 1_000_000, "flag --results-max-bytes"],
  ],
  replayMaxAgeSeconds: [
    [{ flags: { "replay-max-age": "7d" } }, 604_800, "flag --replay-max-age"],
  ],
  configsDir: [
    [{ flags: { "configs-dir": "/f/" } }, "/f", "flag --configs-dir"],
    [{ env: { CONFIGS_DIR: "/e/" } }, "/e", "environment CONFIGS_DIR"], // contract 7 #37
    [{ build: BUILD }, "/build/configs", "build"],
  ],
  reportFile: [
    [{ flags: { "report-file": "/f" } }, "/f", "flag --report-file"],
    [{ env: { RUNTIME_REPORT_FILE: "/e" } }, "/e", "environment RUNTIME_REPORT_FILE"],
    [{ flags: { "configs-dir": "/f" } }, "/f/.runtime_report.json", "flag --configs-dir"],
    [{ env: { CONFIGS_DIR: "/e" } }, "/e/.runtime_report.json", "environment CONFIGS_DIR"],
    [{ build: BUILD }, "/build/report.json", "build"],
  ],
  reportMaxAgeSeconds: [[{ flags: { "report-max-age": "10m" } }, 600, "flag --report-max-age"]],
  configFile: [
    [{ flags: { config: "/f.yaml" } }, "/f.yaml", "flag --config"],
    [
      { env: { WORKSPACE_CONFIG_PATH: "/e/" } },
      "/e/config.yaml",
      "environment WORKSPACE_CONFIG_PATH",
    ],
    [{ env: { WORKSPACE_CONFIG_PATH: "" }, build: BUILD }, "/build/config.yaml", "build"],
  ],
  logLevel: [
    [{ flags: { "log-level": "debug" } }, "debug", "flag --log-level"],
    [{ env: { LOG_LEVEL: "WARNING" } }, "warning", "environment LOG_LEVEL"],
    [{ yaml: YAML }, "error", "file …"],
  ],
  orgId: [
    [{ env: { MOLECULE_ORG_ID: "o1" } }, "o1", "environment MOLECULE_ORG_ID"],
    [{ env: { MOLECULE_ORGANIZATION_ID: "o2" } }, "o2", "environment MOLECULE_ORGANIZATION_ID"],
  ],
  allowsProxy: [[{ switches: { "allow-proxy": true } }, true, "flag --allow-proxy"]],
  logFormat: [[{ flags: { "log-format": "json" } }, "json", "flag --log-format"]],
  notify: [[{ flags: { notify: "off" } }, "off", "flag --notify"]],
  sendsOrigin: [[{ flags: { origin: "off" } }, false, "flag --origin"]],
  registerMode: [
    [{ flags: { register: "push" } }, "push", "flag --register"],
    [{ yaml: YAML }, "poll", "file …"],
  ],
  agentCardFile: [
    [{ flags: { "agent-card": "/f" } }, "/f", "flag --agent-card"],
    [{ flags: { "configs-dir": "/f" } }, "/f/agent_card.json", "flag --configs-dir"],
    [{ env: { CONFIGS_DIR: "/e" } }, "/e/agent_card.json", "environment CONFIGS_DIR"],
    [{ build: BUILD }, "/build/card.json", "build"],
  ],
  agentUrl: [
    [{ flags: { "agent-url": "http://flag.test" } }, "http://flag.test", "flag --agent-url"],
    [{ yaml: YAML }, "http://file.test", "file …"],
  ],
  agentName: [
    [{ env: { MOLECULE_AGENT_NAME: " E " } }, "E", "environment MOLECULE_AGENT_NAME"],
    [{ yaml: YAML }, "F", "file …"],
  ],
  agentDescription: [
    [
      { env: { MOLECULE_AGENT_DESCRIPTION: "From there" } },
      "From there",
      "environment MOLECULE_AGENT_DESCRIPTION",
    ],
    [{ yaml: YAML }, "From the file", "file …"],
  ],
  agentSkills: [
    [{ env: { MOLECULE_AGENT_SKILLS: "e,," } }, ["e"], "environment MOLECULE_AGENT_SKILLS"],
    [{ yaml: YAML }, ["f", "g"], "file …"],
  ],
  statusFile: [
    [{ flags: { "status-file": "/f" } }, "/f", "flag --status-file"],
    [
      { flags: { "configs-dir": "/c" } },
      "/c/.workspace_beat_status.json",
      "flag --configs-dir",
    ],
    [
      { env: { CONFIGS_DIR: "/e" } },
      "/e/.workspace_beat_status.json",
      "environment CONFIGS_DIR",
    ],
    [{ build: BUILD }, "/build/status", "build"],
  ],
  wakeFile: [
    [{ flags: { "wake-file": "/f" } }, "/f", "flag --wake-file"],
    [{ flags: { "results-file": "/r" } }, "/r.wake", "flag --results-file"],
    [
      { env: { DELEGATION_RESULTS_FILE: "/e" } },
      "/e.wake",
      "environment DELEGATION_RESULTS_FILE",
    ],
    [{ build: BUILD }, "/build/wake", "build"],
  ],
  wakesPerHour: [[{ flags: { "wakes-per-hour": "7" } }, 7, "flag --wakes-per-hour"]],
  metricsFile: [
    [{ flags: { "metrics-file": "/f.prom" } }, "/f.prom", "flag --metrics-file"],
    [{ build: BUILD }, "/build/beat.prom", "build"],
  ],
  usesActivity: [[{ switches: { activity: true } }, true, "flag --activity"]],
  waitsForRestore: [[{ switches: { "wait-for-restore": true } }, true, "flag --wait-for-restore"]],
  environmentToken: [
    [{ env: { MOLECULE_WORKSPACE_TOKEN: "t" } }, "t", "environment MOLECULE_WORKSPACE_TOKEN"],
  ],
};

/** Everything that the sources say, each over those behind it. */
function together(sources: readonly Scenario[]): Scenario {
  return sources.toReversed().reduce((under, over) => ({
    ...under,
    ...over,
    env: { ...under.env, ...over.env },
    flags: { ...under.flags, ...over.flags },
  }), {});
}

Deno.test("resolveSettings() takes flags over environment over file over build over default, and says which (contract 7 #18, #37)", async () => {
  const expected = Object.entries(PRECEDENCE).flatMap(([name, sources]) =>
    sources.map(([, value, origin], n) => ({
      name,
      value,
      origin,
      scenario: together(sources.slice(n).map(([source]) => source)),
    }))
  );
  const resolved = await resolve(expected.map(({ scenario }) => scenario));
  for (const [n, { settings, configFile }] of resolved.entries()) {
    const { name = "", value, origin = "" } = expected[n] ?? {};
    const wanted = { value, origin: origin.replace("…", configFile) };
    assertEquals(settings[name], wanted, `${name} of ${JSON.stringify(expected[n]?.scenario)}`);
  }
});

Deno.test("resolveSettings() knows of every setting who may say it", async () => {
  const { settings } = await resolveOne({});
  const known = [...Object.keys(PRECEDENCE), "workspaces", "workspacesDir"]; // not of one workspace
  assertEquals(Object.keys(settings).sort(), known.sort());
});

Deno.test("resolveSettings() takes an empty variable as not set", async () => {
  const names = ["PLATFORM_URL", "CONFIGS_DIR", "DELEGATION_RESULTS_FILE", "LOG_LEVEL"];
  const others = ["MOLECULE_WORKSPACE_TOKEN", "MOLECULE_ORG_ID", "DOCKER_VERSION", "HOME"];
  const empty = Object.fromEntries([...names, ...others].map((name) => [name, ""]));
  const env = { ...empty, MOLECULE_ORGANIZATION_ID: "second" };
  const { settings, warnings } = await resolveOne({ env });
  assertEquals(settings["orgId"]?.value, "second");
  assertEquals(settings["platformUrl"]?.value, "http://localhost:8080");
  const origins = ["resultsFile", "configsDir", "logLevel", "environmentToken"]
    .map((name) => settings[name]?.origin);
  assertEquals(origins, ["default", "default", "default", "default"]);
  assertEquals(warnings, []);
});

Deno.test("resolveSettings() warns of an interval of 90 s or more, and keeps it (D31)", async () => {
  const scenarios = [
    { flags: { interval: "89" } },
    { flags: { interval: "90" } },
    { yaml: "observability: {heartbeat_interval_seconds: 3600}" },
  ];
  const [short, long, longest] = await resolve(scenarios);
  assertEquals([short?.settings["intervalSeconds"]?.value, short?.warnings], [89, []]);
  assertEquals([long?.settings["intervalSeconds"]?.value, long?.warnings.length], [90, 1]);
  assertMatch(long?.warnings.join() ?? "", /^The interval of 90 s \(from flag --interval\)/);
  assertEquals([longest?.settings["intervalSeconds"]?.value, longest?.warnings.length], [300, 1]);
  assertMatch(longest?.warnings.join() ?? "", /from file .*config.yaml\)/);
});

Deno.test("resolveSettings() warns, and goes on, when the tenant cannot stand in a header", async () => {
  const { settings, warnings } = await resolveOne({ env: { MOLECULE_ORG_ID: "ö" } });
  assertEquals(settings["orgId"]?.value, undefined);
  assertEquals(warnings.length, 1);
  assertMatch(warnings.join(), /'ö' from MOLECULE_ORG_ID in the environment/);
});

Deno.test("resolveSettings() judges the flags before anything else", async () => {
  const flags = { interval: "4" };
  const env = { WORKSPACE_ID: "", LOG_LEVEL: "loud" };
  const { exitCode, message } = await resolveOne({ flags, env });
  assertEquals(exitCode, 64);
  assertMatch(message ?? "", /--interval/);
});

Deno.test("resolveSettings() says in one line what a flag about results may be", async () => {
  const allowed = {
    "results-mode": "an octal mode from 0600 to 0666, without execute bits",
    "results-max-bytes": "a whole number of bytes from 1 to 1099511627776",
    "replay-max-age":
      "a whole number of at most 9 digits, perhaps with s, m, h or d behind it, such as 24h",
  };
  const refused = [
    ["results-mode", "0755"],
    ["results-mode", ""],
    ["results-max-bytes", "64M"],
    ["results-max-bytes", "0"],
    ["replay-max-age", "24 h"],
    ["replay-max-age", "1h\n30m"],
  ] as const;
  const resolved = await resolve(refused.map(([flag, value]) => ({ flags: { [flag]: value } })));
  for (const [n, [flag, value]] of refused.entries()) {
    const shown = value.replace("\n", " ");
    assertEquals([resolved[n]?.exitCode, resolved[n]?.message], [
      64,
      `Cannot use '${shown}' from --${flag}: expected ${allowed[flag]}`,
    ]);
  }
});

Deno.test("resolveSettings() has no default platform of a build that names only patterns", async () => {
  const build = { ...BUILD, platformUrls: ["https://*.build.test"] };
  const { settings } = await resolveOne({ build });
  const { value, origin } = settings["platformUrl"] ?? {};
  assert(origin === "default" && value === "http://localhost:8080", `${value} from ${origin}`);
});
