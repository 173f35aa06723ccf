import { assertEquals, assertMatch } from "@std/assert";
import { BUILD_FOR_SEVERAL, several } from "./_several.ts";
import { resolve, resolveOne } from "./_resolve.ts";

const ORIGIN = "environment MOLECULE_WORKSPACES";

/** One setting of each workspace. */
function valuesOf(
  { workspaces }: Awaited<ReturnType<typeof resolveOne>>,
  name: string,
): readonly unknown[] {
  return workspaces.map((settings) => settings[name]?.value);
}

Deno.test("resolveSettings() gives each workspace of MOLECULE_WORKSPACES its id and its token (contract 4.1)", async () => {
  const resolved = await resolveOne(several());
  const { workspaces } = resolved;
  assertEquals(valuesOf(resolved, "workspaceId"), ["scribe", "critic", "newcomer"]);
  assertEquals(valuesOf(resolved, "environmentToken"), [
    "token-of-scribe",
    "token-of-critic",
    undefined,
  ]);
  for (const { workspaceId, environmentToken } of workspaces) {
    assertEquals([workspaceId?.origin, environmentToken?.origin], [ORIGIN, ORIGIN]);
  }
});

Deno.test("resolveSettings() gives each of several workspaces a folder with all its files", async () => {
  const { workspaces } = await resolveOne(several({ flags: { "workspaces-dir": "/all/" } }));
  for (const settings of workspaces) {
    const folder = `/all/${settings["workspaceId"]?.value}`;
    const origin = "flag --workspaces-dir";
    assertEquals(settings["configsDir"], { value: folder, origin });
    assertEquals(settings["resultsFile"], { value: `${folder}/delegation_results.jsonl`, origin });
    assertEquals(settings["reportFile"], { value: `${folder}/.runtime_report.json`, origin });
    assertEquals(settings["agentCardFile"], { value: `${folder}/agent_card.json`, origin });
    assertEquals(settings["wakeFile"], {
      value: `${folder}/delegation_results.jsonl.wake`,
      origin,
    });
    assertEquals(settings["workspacesDir"], { value: "/all", origin });
  }
});

Deno.test("resolveSettings() ignores the variables of the one workspace, also invalid ones, when there are several (contract 4.1)", async () => {
  const one = {
    WORKSPACE_ID: "not an id",
    MOLECULE_WORKSPACE_TOKEN: "no token",
    DELEGATION_RESULTS_FILE: "/one/results.jsonl",
    RUNTIME_REPORT_FILE: "/one/report.json",
  };
  const flags = { "workspaces-dir": "/all" };
  const [plain, beside] = await resolve([several({ flags }), several({ flags, env: one })]);
  assertEquals(beside?.message, undefined);
  assertEquals(
    beside?.workspaces.map(({ configFile: _configFile, ...settings }) => settings),
    plain?.workspaces.map(({ configFile: _configFile, ...settings }) => settings),
  );
});

Deno.test("resolveSettings() sends the tenant to the platform of the settings, and to no other, when a workspace has its own (contract 4.1)", async () => {
  const env = { PLATFORM_URL: "http://shared.test", MOLECULE_ORG_ID: "org-1" };
  const { workspaces } = await resolveOne(several({ env }));
  const shared = { value: "http://shared.test", origin: "environment PLATFORM_URL" };
  const tenant = { value: "org-1", origin: "environment MOLECULE_ORG_ID" };
  assertEquals(workspaces.map(({ platformUrl }) => platformUrl), [
    shared,
    { value: "https://other.test", origin: ORIGIN },
    shared,
  ]);
  assertEquals(workspaces.map(({ orgId }) => orgId), [tenant, { origin: ORIGIN }, tenant]);
});

Deno.test("resolveSettings() sends the tenant to a workspace's own platform, too, when that is the one of the others", async () => {
  const list = [{ id: "scribe" }, { id: "critic", platform_url: "http://shared.test/" }];
  const { workspaces } = await resolveOne(several({
    env: {
      MOLECULE_WORKSPACES: JSON.stringify(list),
      PLATFORM_URL: "http://shared.test",
      MOLECULE_ORG_ID: "org-1",
    },
  }));
  const tenant = { value: "org-1", origin: "environment MOLECULE_ORG_ID" };
  assertEquals(workspaces.map(({ orgId }) => orgId), [tenant, tenant]);
  assertEquals(workspaces.map(({ platformUrl }) => platformUrl?.origin), [
    "environment PLATFORM_URL",
    ORIGIN,
  ]);
});

Deno.test("resolveSettings() lets a workspace's own platform win over the flag, which is for the others", async () => {
  const resolved = await resolveOne(several({ flags: { "platform-url": "http://flag.test" } }));
  assertEquals(valuesOf(resolved, "platformUrl"), [
    "http://flag.test",
    "https://other.test",
    "http://flag.test",
  ]);
});

Deno.test("resolveSettings() shares every other setting among several workspaces", async () => {
  const yaml = "observability: {log_level: error}\nheartbeat: {register: poll}\n";
  const flags = { interval: "45", "wakes-per-hour": "3" };
  const resolved = await resolveOne(several({ yaml, flags, switches: { activity: true } }));
  const shared = {
    intervalSeconds: 45,
    wakesPerHour: 3,
    logLevel: "error",
    registerMode: "poll",
    usesActivity: true,
    notify: "all",
  };
  for (const [name, value] of Object.entries(shared)) {
    assertEquals(valuesOf(resolved, name), [value, value, value], name);
  }
});

Deno.test("resolveSettings() knows of each of several workspaces alone what MOLECULE_WORKSPACES says of it", async () => {
  const { workspaces } = await resolveOne(several());
  assertEquals(workspaces.map((settings) => settings["workspaces"]), [
    { value: [{ id: "scribe", token: "token-of-scribe" }], origin: ORIGIN },
    {
      value: [{ id: "critic", token: "token-of-critic", platformUrl: "https://other.test" }],
      origin: ORIGIN,
    },
    { value: [{ id: "newcomer" }], origin: ORIGIN },
  ]);
});

/** Where the workspaces folder is, the strongest first; the origin it then shows. */
const FOLDERS = [
  [{ flags: { "workspaces-dir": "/flag" } }, "/flag", "flag --workspaces-dir"],
  [{ build: BUILD_FOR_SEVERAL }, "/build/all", "build"],
  [{ flags: { "configs-dir": "/c/" } }, "/c/workspaces", "flag --configs-dir"],
  [{ env: { CONFIGS_DIR: "/e" } }, "/e/workspaces", "environment CONFIGS_DIR"],
  [{}, "/configs/workspaces", "default"],
] as const;

Deno.test("resolveSettings() takes the workspaces folder of the flag, of the build, or below the configs folder", async () => {
  const scenarios = FOLDERS.map((_, n) => {
    const rest = FOLDERS.slice(n).map(([scenario]) => scenario).toReversed();
    return several(rest.reduce((under, over) => ({ ...under, ...over }), {}));
  });
  const resolved = await resolve(scenarios);
  for (const [n, [, value, origin]] of FOLDERS.entries()) {
    assertEquals(resolved[n]?.settings["workspacesDir"], { value, origin });
    assertEquals(resolved[n]?.settings["configsDir"], { value: `${value}/scribe`, origin });
  }
});

Deno.test("resolveSettings() takes the workspaces folder below the build's configs folder when the build has none", async () => {
  const { workspacesDir: _none, ...build } = BUILD_FOR_SEVERAL;
  const { settings } = await resolveOne(several({ build }));
  assertEquals(settings["workspacesDir"], { value: "/build/configs/workspaces", origin: "build" });
});

Deno.test("resolveSettings() picks the one workspace that --workspace-id names, with its token and folder", async () => {
  const { workspaces } = await resolveOne(several({
    env: { MOLECULE_WORKSPACE_TOKEN: "another" },
    flags: { "workspace-id": "critic", "workspaces-dir": "/all" },
  }));
  const [settings, ...others] = workspaces;
  assertEquals(others, []);
  assertEquals(settings?.["workspaceId"], { value: "critic", origin: ORIGIN });
  assertEquals(settings?.["environmentToken"]?.value, "token-of-critic");
  assertEquals(settings?.["platformUrl"]?.value, "https://other.test");
  assertEquals(settings?.["configsDir"]?.value, "/all/critic");
});

Deno.test("resolveSettings() lets all of several workspaces write to standard output, without wake files", async () => {
  const resolved = await resolveOne(several({ flags: { "results-file": "-" } }));
  for (const { resultsFile, wakeFile, reportFile } of resolved.workspaces) {
    assertEquals(resultsFile, { value: "-", origin: "flag --results-file" });
    assertEquals(wakeFile, { value: "off", origin: "flag --results-file" });
    assertMatch(String(reportFile?.value), /^\/configs\/workspaces\/\w+\/\.runtime_report\.json$/);
  }
});

Deno.test("resolveSettings() lets all of several workspaces go without a wake file", async () => {
  const resolved = await resolveOne(several({ flags: { "wake-file": "off" } }));
  for (const { resultsFile, wakeFile } of resolved.workspaces) {
    assertEquals(wakeFile, { value: "off", origin: "flag --wake-file" });
    assertMatch(String(resultsFile?.value), /delegation_results\.jsonl$/);
  }
});

/** What a binary does that was built without results files, or without wake files. */
const BUILT_WITHOUT = [
  ["results files", { resultsFile: "-" }, "-", "off"],
  ["wake files", { wakeFile: "off" }, "/build/all/scribe/delegation_results.jsonl", "off"],
  [
    "neither",
    { resultsFile: "/build/r", wakeFile: "/build/w" },
    "/build/all/scribe/delegation_results.jsonl",
    "/build/all/scribe/delegation_results.jsonl.wake",
  ],
] as const;

for (const [what, options, resultsFile, wakeFile] of BUILT_WITHOUT) {
  Deno.test(`resolveSettings() keeps for several workspaces what a binary was built without: ${what}`, async () => {
    const build = { ...BUILD_FOR_SEVERAL, ...options };
    const { settings } = await resolveOne(several({ build }));
    assertEquals(settings["resultsFile"], { value: resultsFile, origin: "build" });
    assertEquals(settings["wakeFile"], { value: wakeFile, origin: "build" });
  });
}

Deno.test("resolveSettings() takes the flag before what a binary for several workspaces was built without", async () => {
  const build = { ...BUILD_FOR_SEVERAL, wakeFile: "off" };
  const flags = { "results-file": "-" };
  const { settings } = await resolveOne(several({ build, flags }));
  assertEquals(settings["resultsFile"], { value: "-", origin: "flag --results-file" });
});

Deno.test("resolveSettings() gives no address of config.yaml to several agents: each has one of its own", async () => {
  const yaml = "heartbeat: {agent_card: {name: Scribe, url: 'http://agent.test'}}\n";
  const resolved = await resolveOne(several({ yaml }));
  assertEquals(valuesOf(resolved, "agentUrl"), [undefined, undefined, undefined]);
  assertEquals(valuesOf(resolved, "agentName"), ["Scribe", "Scribe", "Scribe"]);
});

Deno.test("resolveSettings() takes an empty MOLECULE_WORKSPACES as not set", async () => {
  const { workspaces } = await resolveOne({ env: { MOLECULE_WORKSPACES: "" } });
  assertEquals(workspaces.map(({ workspaceId }) => workspaceId?.value), ["w"]);
});
