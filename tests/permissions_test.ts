import { assert, assertEquals, assertMatch } from "@std/assert";
import { DEFAULT_PLATFORM_URLS } from "../lib/config/platform_url.ts";
import {
  grantFlags,
  hostAndPort,
  leastGrants,
  reportFiles,
  resultsFiles,
} from "../lib/permissions.ts";
import { startDevPlatform } from "../scripts/dev_platform/mod.ts";
import { assertProbed, makeProbedPlace } from "./_probed.ts";
import { SidecarProcess, startSidecar, testWithPrograms } from "./support/mod.ts";
import { isStatusFileTaken, isWakeFileTaken } from "../lib/taken_files.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const PROBE = new URL("_grants_probe.ts", import.meta.url).pathname;

Deno.test("leastGrants() of the default settings is the default manifest in deno.json", async () => {
  const config = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const grants = leastGrants({
    platformUrls: [DEFAULT_PLATFORM_URLS.elsewhere, DEFAULT_PLATFORM_URLS.inDocker],
    resultsFile: "/tmp/delegation_results.jsonl",
    configsDir: "/configs",
    configFile: "/configs/config.yaml",
    reportFile: "/configs/.runtime_report.json",
  });
  assertEquals(config.permissions.default, grants);
});

Deno.test("leastGrants() names each file once, and no results file for standard output", () => {
  const settings = {
    platformUrls: ["https://a.test", "https://a.test:443/base"],
    resultsFile: "-",
    configsDir: "/c",
    configFile: "/c/.auth_token",
    reportFile: "/c/.auth_token",
  };
  const { net, read, write } = leastGrants(settings);
  assertEquals(net, ["a.test:443"]);
  assertEquals(read, [
    "/c/.auth_token",
    "/c/.auth_token.tmp",
    "/c/.platform_inbound_secret",
    "/c/.platform_inbound_secret.tmp",
    "/c/.auth_token.lock",
    "/c/.workspace_beat_status.json",
    "/c/.workspace_beat_status.json.tmp",
    "/c/agent_card.json",
    "/.dockerenv",
  ]);
  assertEquals(write, [
    "/c/.auth_token",
    "/c/.auth_token.tmp",
    "/c/.platform_inbound_secret",
    "/c/.platform_inbound_secret.tmp",
    "/c/.auth_token.lock",
    "/c/.workspace_beat_status.json",
    "/c/.workspace_beat_status.json.tmp",
  ]);
});

Deno.test("resultsFiles() names files beside the results file, each another one", () => {
  const files = resultsFiles("/a/b c/results.jsonl");
  assertEquals(files, {
    results: "/a/b c/results.jsonl",
    next: "/a/b c/results.jsonl.tmp",
    journal: "/a/b c/results.jsonl.journal",
    nextJournal: "/a/b c/results.jsonl.journal.tmp",
    lock: "/a/b c/results.jsonl.lock",
    taken: "/a/b c/results.jsonl.taken",
    takenNext: "/a/b c/results.jsonl.taken.next",
    takenLock: "/a/b c/results.jsonl.taken.lock",
    rejected: "/a/b c/results.jsonl.rejected",
  });
});

Deno.test("leastGrants() lets everything that belongs to the results file be read and written", () => {
  const settings = {
    platformUrls: [],
    configsDir: "/c",
    configFile: "/c/config.yaml",
    reportFile: "/c/report.json",
  };
  const { read, write } = leastGrants({ ...settings, resultsFile: "/r/results.jsonl" });
  const files = [...Object.values(resultsFiles("/r/results.jsonl")), "/r/results.jsonl.wake"];
  assertEquals(read.filter((path) => path.startsWith("/r/")), files);
  assertEquals(write.filter((path) => path.startsWith("/r/")), files);
});

Deno.test("isWakeFileTaken() tells each file of the sidecar, however it is written, and no other", () => {
  const settings = {
    platformUrls: [],
    resultsFile: "/r/results.jsonl",
    configsDir: "/c",
    configFile: "/y/config.yaml",
    reportFile: "/p/report.json",
    agentCardFile: "/a/card.json",
  };
  const isTaken = (wakeFile?: string) => isWakeFileTaken({ ...settings, wakeFile });
  const taken = [
    ...Object.values(resultsFiles(settings.resultsFile)),
    ...Object.values(reportFiles(settings.reportFile)),
    ...["/c/.auth_token", "/c/.auth_token.tmp", "/c/.platform_inbound_secret"],
    ...["/c/.platform_inbound_secret.tmp", "/y/config.yaml", "/a/card.json"],
  ];
  for (const path of taken) {
    const spellings = [path, path.replaceAll("/", "//"), path.replace("/", "/./"), `/x/..${path}`];
    for (const spelling of spellings) assert(isTaken(spelling), spelling);
  }
  const free = [
    undefined,
    "off",
    "/r/results.jsonl.wake",
    "/c/wake",
    "/r/results",
    "/c/agent_card.json",
  ];
  for (const path of free) assert(!isTaken(path), path);
});

Deno.test("isStatusFileTaken() tells each file that writing a status would spoil, and no other", () => {
  const settings = {
    platformUrls: [],
    resultsFile: "/r/results.jsonl",
    configsDir: "/c",
    configFile: "/y/config.yaml",
    reportFile: "/p/report.json",
  };
  const isTaken = (statusFile?: string) => isStatusFileTaken({ ...settings, statusFile });
  const taken = [
    ...Object.values(resultsFiles(settings.resultsFile)),
    ...Object.values(reportFiles(settings.reportFile)),
    ...["/r/results.jsonl.wake", "/c/.auth_token", "/c//.auth_token", "/y/config.yaml"],
    "/c/agent_card.json",
  ];
  for (const path of taken) assert(isTaken(path), path);
  // What is written beside it would spoil the other's, too.
  assert(isStatusFileTaken({ ...settings, reportFile: "/s.json.tmp", statusFile: "/s.json" }));
  for (const path of [undefined, "off", "/c/.workspace_beat_status.json", "/s/status.json"]) {
    assert(!isTaken(path), path);
  }
});

Deno.test("isWakeFileTaken() tells a file by a path that begins nowhere", () => {
  const settings = {
    platformUrls: [],
    resultsFile: "results.jsonl",
    configsDir: ".",
    configFile: "config.yaml",
    reportFile: "report.json",
  };
  for (
    const wakeFile of ["results.jsonl", "./results.jsonl", "a/../results.jsonl", ".auth_token"]
  ) {
    assert(isWakeFileTaken({ ...settings, wakeFile }), wakeFile);
  }
  assert(!isWakeFileTaken({ ...settings, wakeFile: "a/results.jsonl" }));
  assert(!isWakeFileTaken({ ...settings, resultsFile: "off", wakeFile: "off" }), "off is no file");
});

Deno.test("hostAndPort() gives what --allow-net takes", () => {
  const table = {
    "http://platform.test": "platform.test:80",
    "https://platform.test/base": "platform.test:443",
    "http://localhost:8080": "localhost:8080",
    "http://[::1]:8080": "[::1]:8080",
    "https://*.example.com": "*.example.com:443",
    "https://*.example.com:8443": "*.example.com:8443",
  };
  for (const [url, expected] of Object.entries(table)) assertEquals(hostAndPort(url), expected);
});

Deno.test("grantFlags() gives one flag per kind, and none where nothing is granted", () => {
  const flags = grantFlags({
    net: ["a:1", "b:2"],
    read: ["/r"],
    write: [],
    env: ["E"],
    sys: ["S"],
  });
  assertEquals(flags, ["--allow-net=a:1,b:2", "--allow-read=/r", "--allow-env=E", "--allow-sys=S"]);
});

Deno.test("grantFlags() grants what the sidecar does, and refuses everything else", async (t) => {
  const names = ["config.yaml", ".auth_token", "results.jsonl", "results.consumed"];
  await using place = await makeProbedPlace([...names, "results.jsonl.bak"]);
  const { dir, platform } = place;
  const grants = leastGrants({
    platformUrls: [platform.url],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: `${dir}/.runtime_report.json`,
  });
  await assertProbed(t, PROBE, place, { grants });
});

Deno.test("deno run -P has every grant that the default settings need", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-P", "main.ts", "check", "--json", "--results-file", "-"],
    cwd: ROOT,
    // An unset HOME would take Deno's cache away.
    env: { WORKSPACE_ID: "w", PLATFORM_URL: DEFAULT_PLATFORM_URLS.elsewhere },
    stdin: "null",
  });
  const { stdout } = await command.output();
  const { checks, settings } = JSON.parse(new TextDecoder().decode(stdout));
  const grants = checks.find(({ name }: { name: string }) => name === "grants");
  assertEquals(grants.status, "ok", grants.message);
  assertEquals(settings["configs-dir"].value, "/configs");
});

/** `deno run --allow-net main.ts --platform-url U --workspace-id W --results-file - --once`. */
function developing(platformUrl: string, workspaceId: string): readonly string[] {
  const settings = ["--platform-url", platformUrl, "--workspace-id", workspaceId];
  return ["run", "--allow-net", `${ROOT}main.ts`, ...settings, "--results-file", "-", "--once"];
}

Deno.test("run does its job, and says in one line what it does without, when only the net is granted", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ token: null, inboundSecret: "a secret" });
  const id = workspace.delegate();
  workspace.finish(id, "the answer");
  const body = [{ delegation_id: id, status: "completed", source_id: workspace.id }];
  platform.fault("delegations", { kind: "answer", status: 200, body });
  await using process = startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    args: ["--results-file", "-", "--once", "--notify", "off"], // notes need a token
    grants: ["--allow-net"],
  });
  assertEquals(await process.ended(), 0, process.stderr.join("\n"));
  assertEquals(process.stdout.map((line) => JSON.parse(line).delegation_id), [id]);
  assertEquals(workspace.beats.length, 1);
  const [line = "", ...others] = process.stderr.filter((line) => line.includes("Not granted"));
  assertEquals(others, []);
  assertMatch(
    line,
    / WARN Not granted, so done without: environment variables; reading .*; writing/,
  );
  const warnings = process.stderr.filter((line) => line.includes(" WARN "));
  assert(warnings.every((line) => /Not granted|inbound secret/.test(line)), warnings.join("\n"));
});

// Without script there is no terminal.
testWithPrograms("run prompts for nothing when it is at a terminal and only the net is granted", {
  programs: ["script"],
  async fn() {
    await using platform = await startDevPlatform();
    const { id } = platform.addWorkspace({ token: null });
    platform.fault("delegations", { kind: "answer", status: 200, body: [] });
    const words = [Deno.execPath(), ...developing(platform.url, id)];
    const command = words.map((word) => `'${word}'`).join(" ");
    const child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", command, "/dev/null"],
      stdin: "piped", // and open: a prompt would wait for it
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await using process = new SidecarProcess(child);
    const code = await process.ended();
    await child.stdin.close();
    assertEquals(code, 0, process.stdout.join("\n"));
    assert(!process.stdout.join("\n").includes("Allow?"), process.stdout.join("\n"));
  },
});
