import { assert, assertEquals } from "@std/assert";
import { parseConfig } from "../../lib/config/config_text.ts";
import { parseWorkspaces } from "../../lib/config/workspaces.ts";
import { grantFlags, workspacesGrants } from "../../lib/permissions.ts";
import { readAgentCard } from "../../lib/presence/mod.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeTempDir, startSidecar } from "../support/mod.ts";
import { Document } from "./_document.ts";

const DOCUMENT = await Document.read("docs/workspace.md");
const POLL = DOCUMENT.take("Registering", "sh");
const PUSH = DOCUMENT.take("Registering", "sh");
const CARD = DOCUMENT.take("The agent card", "json");
const YAML = DOCUMENT.take("The agent card", "yaml");
const WATCH = DOCUMENT.take("Agents that poll for their messages", "sh");
const SEVERAL = DOCUMENT.take("Several workspaces", "sh");
const AGENT = DOCUMENT.take("Several workspaces", "sh");

Deno.test("docs/workspace.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

for (const command of [POLL, PUSH]) {
  const [, mode = "", ...rest] = command.trim().split(" ").slice(1);
  Deno.test(`docs/workspace.md shows a command that registers in ${mode} mode`, async () => {
    await using platform = await startDevPlatform();
    await using dir = await makeTempDir();
    const workspace = platform.addWorkspace({ token: null });
    await using _sidecar = startSidecar({
      platformUrl: platform.url,
      workspaceId: workspace.id,
      dir: dir.path,
      args: ["--register", mode, ...rest],
    });
    const { body } = await platform.waitFor(({ route, status }) =>
      route === "register" && status === 200
    );
    const url = rest.at(-1) ?? "";
    const skills: string[] = [];
    const name = `molecule-mcp-${workspace.id.slice(0, 8)}`;
    assertEquals(body, {
      id: workspace.id,
      url,
      agent_card: { name, skills, ...(url !== "" && { url }) },
      delivery_mode: mode,
    });
  });
}

Deno.test("docs/workspace.md shows an agent card that can be used", async () => {
  await using dir = await makeTempDir();
  const agentCardFile = `${dir.path}/agent_card.json`;
  await Deno.writeTextFile(agentCardFile, CARD);
  const { card, url } = await readAgentCard("w", { agentCardFile, isAgentCardNamed: true });
  assertEquals([card, url], [JSON.parse(CARD), "http://agent.example.com:8000"]);
});

Deno.test("docs/workspace.md shows a config.yaml that says the same", () => {
  assertEquals(parseConfig(YAML, "config.yaml"), {
    state: "read",
    problems: [],
    registerMode: "push",
    agentName: "Scribe",
    agentDescription: "Writes what others think",
    agentSkills: ["writing", "research"],
    agentUrl: "http://agent.example.com:8000",
  });
});

Deno.test("docs/workspace.md shows a shell that takes the results when the wake file is touched", async () => {
  await using dir = await makeTempDir();
  const bin = `${dir.path}/workspace-beat`;
  await Deno.writeTextFile(bin, "#!/bin/sh\necho taken\n", { mode: 0o755 });
  const wakeFile = `${dir.path}/results.jsonl.wake`;
  const shell = new Deno.Command("sh", {
    args: ["-c", WATCH],
    cwd: dir.path,
    env: { WAKE_FILE: wakeFile, PATH: `${dir.path}:${Deno.env.get("PATH")}` },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  try {
    const reader = shell.stdout.pipeThrough(new TextDecoderStream()).getReader();
    // What came before it began to watch.
    assertEquals(await reader.read(), { done: false, value: "taken\n" });
    const seen = await Deno.stat(`${dir.path}/seen`);
    await Deno.writeTextFile(wakeFile, "");
    // A second later than what the shell has seen, whatever the file system's clock counts in.
    const later = new Date((seen.mtime?.getTime() ?? 0) + 1000);
    await Deno.utime(wakeFile, later, later);
    assertEquals(await reader.read(), { done: false, value: "taken\n" });
    await reader.cancel();
  } finally {
    shell.kill("SIGKILL");
    await shell.status;
  }
});

Deno.test("docs/workspace.md shows workspaces that one process keeps alive", async () => {
  await using platform = await startDevPlatform();
  await using dir = await makeTempDir();
  const [, text = ""] = /MOLECULE_WORKSPACES='([^']*)'/.exec(SEVERAL) ?? [];
  const entries = parseWorkspaces(text) ?? [];
  assertEquals(entries.map(({ id }) => id), ["scribe", "critic", "newcomer"]);
  const own = text.replace("https://other.example.com", platform.url);
  for (const { id, token = null } of entries) platform.addWorkspace({ id, token });
  assert(SEVERAL.trimEnd().endsWith("\nworkspace-beat --workspaces-dir /data/workspaces"));
  const config = `${dir.path}/config.yaml`;
  await using _sidecar = startSidecar({
    platformUrl: platform.url,
    args: ["--workspaces-dir", dir.path, "--config", config, "--interval", "5"],
    env: { MOLECULE_WORKSPACES: own },
    grants: grantFlags(workspacesGrants({
      platformUrls: [platform.url],
      workspacesDir: dir.path,
      configFile: config,
    })),
  });
  for (const { id } of entries) {
    await platform.waitFor((request) =>
      request.route === "heartbeat" && request.workspaceId === id && request.status === 200
    );
  }
});

Deno.test("docs/workspace.md shows how the agent of one of several takes its results, and reports", async () => {
  await using dir = await makeTempDir();
  const folder = `${dir.path}/scribe`;
  await Deno.mkdir(folder);
  const record = { delegation_id: "d1", status: "completed", summary: "done" };
  await Deno.writeTextFile(`${folder}/delegation_results.jsonl`, `${JSON.stringify(record)}\n`);
  const printed: string[] = [];
  for (const line of AGENT.trim().split("\n")) {
    const [, ...args] = line.replace("/data/workspaces", dir.path).split(" ");
    const grants = [`--allow-read=${dir.path}`, `--allow-write=${dir.path}`];
    await using command = startSidecar({ args, grants });
    assertEquals([await command.ended(), command.stderr], [0, []], line);
    printed.push(...command.stdout);
  }
  assert(printed.includes("- [completed] done"), printed.join("\n"));
  const report = JSON.parse(await Deno.readTextFile(`${folder}/.runtime_report.json`));
  assertEquals([report.active_tasks, report.current_task], [1, "Counting"]);
});
