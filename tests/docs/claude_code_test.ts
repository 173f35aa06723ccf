import { assert, assertEquals } from "@std/assert";
import { parseRuntimeReport } from "../../lib/report/mod.ts";
import { makeTempDir } from "../support/mod.ts";
import { ClaudeCode, commandsFor, type EventInput, parseHooks } from "./_claude_code.ts";
import { Document } from "./_document.ts";
import { agentEnvironment, type Reporting, startReporting } from "./_reporting.ts";

const HOOKS = parseHooks((await Document.read("docs/report.md")).take("Claude Code", "json"));

/** Every event that the recipe has hooks for, in the order of a session. */
const EVENTS: readonly (readonly [event: string, about: EventInput])[] = [
  ["SessionStart", { source: "startup" }],
  ["UserPromptSubmit", { prompt: "Count the ducks" }],
  ["PostToolUse", { tool_name: "Bash", tool_input: { command: "ls" }, tool_response: {} }],
  ["PostToolUseFailure", { tool_name: "Bash", error: "exit code 1", is_interrupt: false }],
  ["Stop", { stop_hook_active: false }],
  ["StopFailure", { error: "rate_limit" }],
  ["Notification", { notification_type: "idle_prompt", message: "Waiting for your input" }],
  ["SessionEnd", { reason: "other" }],
];

Deno.test("the Claude Code recipe has hooks for these events alone", () => {
  assertEquals(Object.keys(HOOKS), EVENTS.map(([event]) => event));
});

/** Lets all events happen, and tells what their hooks have printed and ended with. */
async function outcomes(env: Readonly<Record<string, string>>): Promise<unknown[]> {
  await using claude = new ClaudeCode(HOOKS, env);
  const all: unknown[] = [];
  for (const [event, about] of EVENTS) {
    const ended = await claude.fire(event, about);
    assert(ended.length > 0, event);
    all.push(...ended.map(({ code, stdout }) => [event, code, stdout]));
  }
  return all;
}

/** Exit code 0 and nothing on standard output, which could be read by the model. */
const SILENCE = EVENTS.flatMap(([event, about]) => {
  return commandsFor(HOOKS, event, about).map(() => [event, 0, ""]);
});

Deno.test("the hooks for Claude Code succeed and print nothing", async () => {
  await using dir = await makeTempDir();
  const env = await agentEnvironment(dir.path, `${dir.path}/report.json`);
  assertEquals(await outcomes(env), SILENCE);
});

Deno.test("the hooks for Claude Code succeed and print nothing when the report file's folder is missing", async () => {
  await using dir = await makeTempDir();
  const env = await agentEnvironment(dir.path, `${dir.path}/missing/report.json`);
  assertEquals(await outcomes(env), SILENCE);
});

Deno.test("the hooks for Claude Code succeed and print nothing when the command is missing", async () => {
  await using dir = await makeTempDir();
  const env = await agentEnvironment(dir.path, `${dir.path}/report.json`);
  await Deno.remove(`${dir.path}/bin/workspace-beat`);
  assertEquals(await outcomes(env), SILENCE);
});

/** Lets an event happen, whose hooks have to do what they say. */
async function fire(claude: ClaudeCode, event: string, about: EventInput = {}): Promise<void> {
  for (const outcome of await claude.fire(event, about)) {
    assertEquals(outcome, { code: 0, stdout: "", stderr: "" });
  }
}

/** A session in the middle of a turn. */
async function startTurn(reporting: Reporting): Promise<ClaudeCode> {
  const claude = new ClaudeCode(HOOKS, reporting.env);
  await fire(claude, "SessionStart", { source: "startup" });
  await fire(claude, "UserPromptSubmit");
  await reporting.hears({ active_tasks: 1 });
  return claude;
}

/** What the platform shows of the workspace. */
function shown({ workspace }: Reporting): [number, string, string] {
  return [workspace.activeTasks, workspace.currentTask, workspace.status];
}

Deno.test("the hook for SessionStart ends the tasks of a session that was killed", async () => {
  await using reporting = await startReporting();
  await Deno.writeTextFile(reporting.reportFile, '{"active_tasks": 3, "current_task": "old"}');
  await reporting.hears({ active_tasks: 3 });
  await using claude = new ClaudeCode(HOOKS, reporting.env);
  await fire(claude, "SessionStart", { source: "resume" });
  await reporting.hears({ active_tasks: 0 });
  assertEquals(shown(reporting), [0, "", "online"]);
});

Deno.test("the hook for SessionStart names the process of Claude Code", async () => {
  await using dir = await makeTempDir();
  const reportFile = `${dir.path}/report.json`;
  await using claude = new ClaudeCode(HOOKS, await agentEnvironment(dir.path, reportFile));
  await fire(claude, "SessionStart", { source: "clear" });
  const { report } = parseRuntimeReport(await Deno.readTextFile(reportFile));
  assertEquals(report?.pid, claude.pid);
});

Deno.test("the hook for SessionStart has nothing to do with a compaction in the middle of a turn", () => {
  assertEquals(commandsFor(HOOKS, "SessionStart", { source: "compact" }), []);
});

Deno.test("the hook for UserPromptSubmit reports a task", async () => {
  await using reporting = await startReporting();
  await using _claude = await startTurn(reporting);
  assertEquals(shown(reporting), [1, "Answering a prompt", "online"]);
});

Deno.test("the hook for UserPromptSubmit counts no task twice when a turn was interrupted", async () => {
  await using reporting = await startReporting();
  await using claude = await startTurn(reporting);
  await fire(claude, "UserPromptSubmit");
  await fire(claude, "PostToolUseFailure");
  await reporting.hears({ error_rate: 1 });
  assertEquals(reporting.workspace.activeTasks, 1);
});

Deno.test("the hooks for tools report how many fail", async () => {
  await using reporting = await startReporting();
  await using claude = await startTurn(reporting);
  await reporting.hearsTogether(async () => {
    await fire(claude, "PostToolUseFailure", { tool_name: "Bash" });
    for (let i = 0; i < 3; i++) await fire(claude, "PostToolUse", { tool_name: "Read" });
  }, { error_rate: 0.25, active_tasks: 1 });
  assertEquals(reporting.workspace.lastBeat?.sample_error, "A tool has failed");
});

for (
  const [event, about] of EVENTS.filter(([event]) =>
    ["Stop", "Notification", "SessionEnd"].includes(event)
  )
) {
  Deno.test(`the hook for ${event} ends the task`, async () => {
    await using reporting = await startReporting();
    await using claude = await startTurn(reporting);
    await fire(claude, event, about);
    await reporting.hears({ active_tasks: 0 });
    assertEquals(shown(reporting), [0, "", "online"]);
  });
}

Deno.test("the hooks for StopFailure end the task, and report the error", async () => {
  await using reporting = await startReporting();
  await using claude = await startTurn(reporting);
  await reporting.hearsTogether(
    () => fire(claude, "StopFailure", { error: "rate_limit" }),
    { error_rate: 1, active_tasks: 0, sample_error: "A turn has ended in an API error" },
  );
  assertEquals(shown(reporting), [0, "", "degraded"]);
});

Deno.test("the hook for Notification has nothing to do with a permission that is asked for", () => {
  assertEquals(commandsFor(HOOKS, "Notification", { notification_type: "permission_prompt" }), []);
});

Deno.test("the hook for SessionEnd leaves no process behind that later reports would be judged by", async () => {
  await using dir = await makeTempDir();
  const reportFile = `${dir.path}/report.json`;
  await using claude = new ClaudeCode(HOOKS, await agentEnvironment(dir.path, reportFile));
  await fire(claude, "SessionStart", { source: "startup" });
  await fire(claude, "SessionEnd", { reason: "other" });
  const { report } = parseRuntimeReport(await Deno.readTextFile(reportFile));
  assertEquals(report?.pid, null);
});

Deno.test("the hooks for Claude Code leave no task behind when it is killed", async () => {
  await using reporting = await startReporting();
  await using claude = await startTurn(reporting);
  await claude.kill();
  await reporting.hears({ active_tasks: 0 });
  assertEquals(shown(reporting), [0, "", "online"]);
});
