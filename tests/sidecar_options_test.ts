import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { resolveSettings } from "../lib/config/mod.ts";
import { Sidecar } from "../lib/sidecar.ts";
import { advance, startRunning } from "./_running_sidecar.ts";
import { completeOptions, type SidecarOptions, sidecarOptions } from "../lib/sidecar_options.ts";

const LEAST: SidecarOptions = { platformUrl: "http://127.0.0.1:1", workspaceId: "w" };

/** Every option, each another than it is by default. */
const ALL = {
  platformUrl: "http://127.0.0.1:1/base",
  workspaceId: "scribe",
  sendsOrigin: false,
  orgId: "org-1",
  token: "token-of-scribe",
  intervalSeconds: 7,
  registerMode: "push",
  agentCardFile: "/a/card.json",
  isAgentCardNamed: true,
  agentName: "Scribe",
  agentDescription: "Writes",
  agentSkills: ["writing"],
  agentUrl: "http://agent.test:8000",
  usesActivity: true,
  wakeFile: "/w/wake",
  wakesPerHour: 3,
  waitsForRestore: true,
  resultsFile: "/r/results.jsonl",
  resultsMode: 0o660,
  resultsMaxBytes: 1000,
  replayMaxAgeSeconds: 60,
  configsDir: "/c",
  reportFile: "/p/report.json",
  reportMaxAgeSeconds: 600,
  statusFile: "/s/status.json",
  notify: "failures",
  allowsProxy: true,
} as const satisfies SidecarOptions;

Deno.test("completeOptions() fills in what holds where nothing is said", () => {
  const { platformUrl, workspaceId } = LEAST;
  assertEquals(completeOptions(LEAST), {
    platformUrl,
    workspaceId,
    sendsOrigin: true,
    orgId: undefined,
    token: undefined,
    intervalSeconds: 30,
    registerMode: "off",
    agentCardFile: "/configs/agent_card.json",
    isAgentCardNamed: false,
    agentName: undefined,
    agentDescription: undefined,
    agentSkills: undefined,
    agentUrl: undefined,
    usesActivity: false,
    wakeFile: "/tmp/delegation_results.jsonl.wake",
    wakesPerHour: 30,
    statusFile: "/configs/.workspace_beat_status.json",
    waitsForRestore: false,
    resultsFile: "/tmp/delegation_results.jsonl",
    resultsMode: 0o600,
    resultsMaxBytes: 67_108_864,
    replayMaxAgeSeconds: 86_400,
    configsDir: "/configs",
    reportFile: "/configs/.runtime_report.json",
    reportMaxAgeSeconds: 0,
    notify: "all",
    allowsProxy: false,
  });
});

Deno.test("completeOptions() leaves everything that is said as it is", () => {
  assertEquals(completeOptions(ALL), ALL);
});

Deno.test("completeOptions() takes an agent card for named when its file is", () => {
  const named = completeOptions({ ...LEAST, agentCardFile: "/a/card.json" });
  const beside = completeOptions({ ...LEAST, agentCardFile: "/a/c.json", isAgentCardNamed: false });
  assertEquals([named.isAgentCardNamed, beside.isAgentCardNamed], [true, false]);
});

/** Options that are not allowed, and what is said of them. */
const REFUSED: readonly (readonly [options: Partial<SidecarOptions>, says: RegExp])[] = [
  [{ registerMode: JSON.parse('"now"') }, /option registerMode: expected push, poll or off$/],
  [
    { agentUrl: "agent:8000" },
    /option agentUrl: expected an http:\/\/ or https:\/\/ URL without c/,
  ],
  [{ agentUrl: "http://u:s3cr3t@agent.test" }, /option agentUrl: expected an http:\/\/ or https:/],
  [{ wakesPerHour: 0 }, /option wakesPerHour: expected a whole number from 1 to 60$/],
  [{ wakesPerHour: 61 }, /option wakesPerHour: expected a whole number from 1 to 60$/],
  [{ wakesPerHour: 1.5 }, /option wakesPerHour: expected a whole number from 1 to 60$/],
];

for (const [options, says] of REFUSED) {
  Deno.test(`Sidecar refuses ${JSON.stringify(options)} with a TypeError`, () => {
    const { message } = assertThrows(() => new Sidecar({ ...LEAST, ...options }), TypeError);
    assertMatch(message, says);
    assertEquals(message.includes("s3cr3t"), false);
  });
}

/** Files that the wake file may not be, in whatever way they are written. */
const TAKEN: readonly Partial<SidecarOptions>[] = [
  { wakeFile: "/tmp/delegation_results.jsonl" },
  { wakeFile: "/tmp/delegation_results.jsonl.journal" },
  { wakeFile: "/configs/.auth_token" },
  { wakeFile: "/configs/config.yaml" },
  { wakeFile: "/configs//.platform_inbound_secret" },
  { configsDir: "/c", wakeFile: "/c/./.runtime_report.json" },
  { configsDir: "/c", wakeFile: "/c/agent_card.json" },
  { agentCardFile: "/a/card.json", wakeFile: "/a/card.json" },
  { resultsFile: "results.jsonl", wakeFile: "./results.jsonl" },
];

for (const options of TAKEN) {
  Deno.test(`Sidecar refuses ${JSON.stringify(options)}, since touching it would spoil another file`, () => {
    assertThrows(
      () => new Sidecar({ ...LEAST, ...options }),
      TypeError,
      `Cannot use '${options.wakeFile}' as the wake file: it is another of the sidecar's files`,
    );
  });
}

Deno.test("sidecarOptions() says what every setting says", async () => {
  const { workspaces: [settings] } = await resolveSettings({
    texts: {
      "platform-url": ALL.platformUrl,
      "workspace-id": ALL.workspaceId,
      "origin": "off",
      "interval": "7",
      "register": ALL.registerMode,
      "agent-card": ALL.agentCardFile,
      "agent-url": ALL.agentUrl,
      "wake-file": ALL.wakeFile,
      "wakes-per-hour": "3",
      "status-file": ALL.statusFile,
      "results-file": ALL.resultsFile,
      "results-mode": "660",
      "results-max-bytes": "1000",
      "replay-max-age": "60",
      "configs-dir": ALL.configsDir,
      "config": "/nowhere/config.yaml",
      "report-file": ALL.reportFile,
      "report-max-age": "10m",
      "notify": ALL.notify,
    },
    switches: { "activity": true, "allow-proxy": true, "wait-for-restore": true },
  });
  const said = <T>(value: T) => ({ value, origin: "the test" });
  assertEquals(
    sidecarOptions({
      ...settings,
      environmentToken: said(ALL.token),
      orgId: said(ALL.orgId),
      agentName: said(ALL.agentName),
      agentDescription: said(ALL.agentDescription),
      agentSkills: said(ALL.agentSkills),
    }),
    ALL,
  );
});

Deno.test("sidecarOptions() takes an agent card for named only when the command line names it", async () => {
  const { workspaces: [settings] } = await resolveSettings({
    texts: { "workspace-id": "w", "config": "/nowhere/config.yaml" },
    switches: {},
  });
  const agentCardFile = { value: "/a/card.json", origin: "build" };
  assertEquals(sidecarOptions({ ...settings, agentCardFile }).isAgentCardNamed, false);
});

Deno.test("Sidecar.run() wakes the agent no more often in an hour than its option allows", async () => {
  await using running = await startRunning("2026-04", () => {}, { wakesPerHour: 1 });
  const { clock, platform, workspace } = running;
  workspace.finish(workspace.delegate(), "the answer");
  await platform.waitFor(({ route }) => route === "heartbeat");
  await advance(clock, 15_000);
  await platform.waitFor(({ route }) => route === "a2a");
  workspace.finish(workspace.delegate(), "another answer");
  await advance(clock, 35_000);
  await platform.waitFor(({ route }) => route === "delegations", { count: 2 });
  await advance(clock, 60_000);
  await running.waitForLine(/^WARN The agent has been woken 1 time within an hour, which is all /);
  assertEquals(platform.requestsTo("a2a").length, 1);
});
