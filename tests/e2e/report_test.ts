import { assertEquals, assertMatch } from "@std/assert";
import { defaultReportFile } from "../../lib/permissions.ts";
import type { AcceptedBeat } from "../../scripts/dev_platform/mod.ts";
import { denoEnvironment, startReport } from "../../scripts/sidecar_process/mod.ts";
import { type Session, startSession } from "../commands/_session.ts";

const WRITERS = new URL("../../scripts/bench/_report_writers.ts", import.meta.url).pathname;

/** Runs `workspace-beat report …` beside the sidecar of a session. */
async function report({ dir }: Session, ...args: string[]): Promise<void> {
  await using command = startReport(dir, args);
  assertEquals([await command.ended(), command.stdout, command.stderr], [0, [], []]);
}

/** Resolves with the next accepted beat that says something, old or new. */
async function beatThat(
  { platform, workspace }: Session,
  matches: (beat: AcceptedBeat["body"]) => boolean,
  from = 0,
): Promise<AcceptedBeat> {
  while (true) {
    const beat = workspace.beats.slice(from).find(({ body }) => matches(body));
    if (beat !== undefined) return beat;
    await platform.waitFor(({ route }) => route === "heartbeat", {
      count: platform.requestsTo("heartbeat").length + 1,
    });
  }
}

Deno.test("the sidecar makes the workspace degraded when the agent reports that it is stuck, and online when it reports that it is not", async () => {
  await using session = await startSession();
  const { workspace } = session;
  await using _sidecar = session.start();
  await beatThat(session, () => true);
  await report(session, "wedged", "the model does not answer");
  await beatThat(session, ({ runtime_state }) => runtime_state === "wedged");
  assertEquals(workspace.status, "degraded");
  assertEquals(workspace.lastBeat?.sample_error, "the model does not answer");
  const from = workspace.beats.length;
  await report(session, "clear");
  await beatThat(session, ({ runtime_state }) => runtime_state === "", from);
  assertEquals(workspace.status, "online");
});

Deno.test("the sidecar keeps the platform's queue waiting while the agent is busy, and lets it drain when the task is done", async () => {
  await using session = await startSession();
  const { platform, workspace } = session;
  await using _sidecar = session.start({ args: ["--interval", "5"] });
  await report(session, "start", "Counting ducks");
  await beatThat(session, ({ active_tasks }) => active_tasks === 1);
  workspace.agent = { kind: "busy" };
  const message = { role: "user", messageId: "m", parts: [{ kind: "text", text: "hello" }] };
  const answer = await fetch(`${platform.url}/workspaces/${workspace.id}/a2a`, {
    method: "POST",
    headers: { "x-workspace-id": workspace.id, "authorization": `Bearer ${session.token}` },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "message/send", params: { message } }),
  });
  await answer.body?.cancel();
  assertEquals(answer.status, 202);
  workspace.agent = { kind: "answers" };
  await beatThat(session, () => true, workspace.beats.length);
  assertEquals(workspace.queue.map(({ status }) => status), ["queued"]);
  await report(session, "done");
  await beatThat(session, ({ active_tasks }) => active_tasks === 0, workspace.beats.length - 1);
  await platform.settled();
  assertEquals(workspace.queue.map(({ status }) => status), ["completed"]);
});

Deno.test("the sidecar sends whole reports and full bodies, and complains of nothing, while a hundred write the report file", async () => {
  await using session = await startSession();
  const { dir, workspace } = session;
  await using sidecar = session.start({ args: ["--interval", "5"] });
  await beatThat(session, () => true);
  const writers = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", `--allow-write=${dir}`, `--allow-read=${dir}`],
      ...[WRITERS, defaultReportFile(dir), "100"],
    ],
    clearEnv: true,
    env: denoEnvironment(),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await beatThat(session, ({ active_tasks }) => active_tasks > 0);
  const first = workspace.beats.length - 1;
  while (workspace.beats.length < first + 4) {
    await beatThat(session, () => true, workspace.beats.length);
  }
  await writers.stdin.close();
  await writers.output();
  for (const { body } of workspace.beats.slice(first)) {
    assertEquals(body.current_task, `writer ${body.active_tasks}`);
    assertEquals(body.runtime_metadata?.idle_timeout_seconds, 600);
    assertEquals(body.runtime_metadata?.capabilities["scheduler"], true);
  }
  assertEquals(workspace.runtimeOverrides?.idleTimeoutSeconds, 600);
  assertEquals(sidecar.stderr.filter((line) => / (WARN|ERROR) /.test(line)), []);
});

Deno.test("the sidecar counts the agent's tasks as ended, and says so once, when its process is gone", async () => {
  await using session = await startSession();
  const { dir, workspace } = session;
  await using sidecar = session.start({ args: ["--interval", "5"] });
  const agent = new Deno.Command("sleep", { args: ["100"] }).spawn();
  const said = { pid: agent.pid, active_tasks: 2, current_task: "thinking", wedged: "stuck" };
  await Deno.writeTextFile(`${dir}/next.json`, JSON.stringify(said));
  await Deno.rename(`${dir}/next.json`, defaultReportFile(dir));
  await beatThat(session, ({ active_tasks }) => active_tasks === 2);
  agent.kill("SIGKILL");
  await agent.status;
  const from = workspace.beats.length;
  const { body } = await beatThat(session, ({ active_tasks }) => active_tasks === 0, from);
  assertEquals([body.current_task, body.runtime_state], ["", "wedged"]);
  await beatThat(session, () => true, workspace.beats.length);
  const [line = "", ...more] = sidecar.stderr.filter((line) => line.includes("stale"));
  assertMatch(
    line,
    / WARN The agent's report '.*' is stale: its process \d+ is gone: its 2 active/,
  );
  assertEquals(more, []);
});

Deno.test("the sidecar shows no secret of what the agent reports", async () => {
  await using session = await startSession();
  const { token, workspace } = session;
  await using sidecar = session.start();
  await beatThat(session, () => true);
  await report(session, "error", `401 for https://me:hunter2@models.test with ${token}`);
  await report(session, "start", "curl -H 'Authorization: Bearer sk-abcdef123456'");
  await beatThat(session, ({ active_tasks }) => active_tasks === 1);
  assertEquals(
    workspace.lastBeat?.sample_error,
    "401 for https://[redacted]@models.test with [redacted]",
  );
  assertEquals(workspace.lastBeat?.current_task, "curl -H 'Authorization: [redacted]'");
  assertEquals(sidecar.stderr.filter((line) => line.includes("hunter2")), []);
});
