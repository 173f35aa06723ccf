import { assertEquals } from "@std/assert";
import { DEFAULT_PLATFORM_URLS } from "../lib/config/platform_url.ts";
import { leastGrants, workspaceFiles, workspacesGrants } from "../lib/permissions.ts";
import { assertProbed, makeProbedPlace } from "./_probed.ts";
import { isMetricsFileTaken } from "../lib/taken_files.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const PROBE = new URL("_workspaces_probe.ts", import.meta.url).pathname;

Deno.test("workspacesGrants() of the default settings is the set 'workspaces' in deno.json", async () => {
  const config = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const grants = workspacesGrants({
    platformUrls: [DEFAULT_PLATFORM_URLS.elsewhere, DEFAULT_PLATFORM_URLS.inDocker],
    configFile: "/configs/config.yaml",
    workspacesDir: "/configs/workspaces",
  });
  assertEquals(config.permissions.workspaces, grants);
});

Deno.test("workspacesGrants() names each platform once, and writes to the folder alone", () => {
  const { net, read, write } = workspacesGrants({
    platformUrls: ["https://a.test", "http://b.test:8080/base", "https://a.test:443/other"],
    configFile: "/c/config.yaml",
    workspacesDir: "/data/all",
  });
  assertEquals([net, read, write], [
    ["a.test:443", "b.test:8080"],
    ["/c/config.yaml", "/data/all", "/.dockerenv"],
    ["/data/all"],
  ]);
});

Deno.test("leastGrants() grants the workspaces folder besides all else when there is one", () => {
  const settings = {
    platformUrls: ["https://a.test"],
    resultsFile: "/r/results.jsonl",
    configsDir: "/c",
    configFile: "/c/config.yaml",
    reportFile: "/c/report.json",
  };
  const alone = leastGrants(settings);
  const { read, write, ...others } = leastGrants({ ...settings, workspacesDir: "/data/all" });
  const added = (some: readonly string[], before: readonly string[]) =>
    some.filter((path) => !before.includes(path));
  assertEquals([added(read, alone.read), added(write, alone.write)], [["/data/all"], [
    "/data/all",
  ]]);
  assertEquals({ ...others, read: alone.read, write: alone.write }, alone);
});

/** Settings, and the wake file and agent card that are granted for them. */
const CARDS_AND_WAKES = [
  [{}, "/r/results.jsonl.wake", "/c/agent_card.json"],
  [{ wakeFile: "/run/wake", agentCardFile: "/a/card.json" }, "/run/wake", "/a/card.json"],
  [{ wakeFile: "off" }, undefined, "/c/agent_card.json"],
  [{ resultsFile: "-" }, undefined, "/c/agent_card.json"],
  [{ resultsFile: "-", wakeFile: "/run/wake" }, "/run/wake", "/c/agent_card.json"],
] as const;

Deno.test("leastGrants() lets the wake file be written and the agent card only be read", () => {
  for (const [settings, wakeFile, card] of CARDS_AND_WAKES) {
    const { read, write } = leastGrants({
      platformUrls: [],
      resultsFile: "/r/results.jsonl",
      configsDir: "/c",
      configFile: "/c/config.yaml",
      reportFile: "/c/report.json",
      ...settings,
    });
    const wakes = (paths: readonly string[]) => paths.filter((path) => path.endsWith("wake"));
    const expected = wakeFile === undefined ? [] : [wakeFile];
    assertEquals([wakes(read), wakes(write)], [expected, expected]);
    const cards = (paths: readonly string[]) => paths.filter((path) => path.endsWith("card.json"));
    assertEquals([cards(read), cards(write)], [[card], []]);
  }
});

Deno.test("leastGrants() and workspacesGrants() let a metrics file be made and replaced, and only where there is one", () => {
  const settings = {
    platformUrls: [],
    resultsFile: "/r/results.jsonl",
    configsDir: "/c",
    configFile: "/c/config.yaml",
    reportFile: "/c/report.json",
    workspacesDir: "/data/all",
  };
  for (const grants of [leastGrants, workspacesGrants]) {
    const none = grants(settings);
    assertEquals(grants({ ...settings, metricsFile: "off" }), none);
    const { read, write } = grants({ ...settings, metricsFile: "/m/beat.prom" });
    const added = ["/m/beat.prom", "/m/beat.prom.tmp"];
    assertEquals(read.filter((path) => !none.read.includes(path)), added);
    assertEquals(write.filter((path) => !none.write.includes(path)), added);
  }
});

Deno.test("isMetricsFileTaken() knows the sidecar's other files, also by what stands beside it", () => {
  const settings = {
    platformUrls: [],
    resultsFile: "/r/results.jsonl",
    configsDir: "/c",
    configFile: "/c/config.yaml",
    reportFile: "/c/report",
  };
  const isTaken = (metricsFile?: string) => isMetricsFileTaken({ ...settings, metricsFile });
  const taken = ["/r/results.jsonl", "/r//results.jsonl.wake", "/c/.auth_token", "/c/config.yaml"];
  assertEquals([...taken, "/c/./report"].filter((path) => !isTaken(path)), []);
  assertEquals([undefined, "off", "/m/beat.prom", "/c/beat.prom"].filter(isTaken), []);
  const beside = { ...settings, resultsFile: "/m/beat.prom.tmp" };
  assertEquals(isMetricsFileTaken({ ...beside, metricsFile: "/m/beat.prom" }), true);
});

Deno.test("workspaceFiles() puts the files of a workspace into the folder of its name", () => {
  assertEquals(workspaceFiles("/data/all", "scribe"), {
    configsDir: "/data/all/scribe",
    resultsFile: "/data/all/scribe/delegation_results.jsonl",
  });
});

Deno.test("workspacesGrants() lets the files of every workspace be made, and nothing beside their folder", async (t) => {
  await using place = await makeProbedPlace(["config.yaml", ".auth_token"]);
  const { dir, platform } = place;
  const workspacesDir = `${dir}/workspaces`;
  await Deno.mkdir(`${workspacesDir}-old`);
  await Deno.writeTextFile(`${workspacesDir}-old/.auth_token`, "");
  const grants = workspacesGrants({
    platformUrls: [platform.url],
    configFile: `${dir}/config.yaml`,
    workspacesDir,
  });
  await assertProbed(t, PROBE, place, { grants, targets: { workspacesDir } });
});

Deno.test("deno run -P=workspaces has every grant that several workspaces need", async () => {
  const list = ["a", "b"].map((id) => ({ id, token: `token-of-${id}` }));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-P=workspaces", "main.ts", "check", "--json"],
    cwd: ROOT,
    env: {
      MOLECULE_WORKSPACES: JSON.stringify(list),
      PLATFORM_URL: DEFAULT_PLATFORM_URLS.elsewhere,
    },
    stdin: "null",
  });
  const { stdout } = await command.output();
  const { checks, settings } = JSON.parse(new TextDecoder().decode(stdout));
  const grants = checks.find(({ name }: { name: string }) => name === "grants");
  assertEquals(grants.status, "ok", grants.message);
  assertEquals(settings["workspaces-dir"].value, "/configs/workspaces");
});
