// What the agent reports, and how soon the platform knows of it: `workspace-beat report` beside a
// real sidecar, a queue that waits for the agent, and many writers of one report file at once.
// Exits with 0 only if everything is as it should be.
//   deno task bench:report [WRITERS [SECONDS]]

import { defaultReportFile } from "../../lib/permissions.ts";
import { type DevPlatform, type DevWorkspace, startDevPlatform } from "../dev_platform/mod.ts";
import {
  denoEnvironment,
  type SidecarProcess,
  startReport,
  startSidecar,
} from "../sidecar_process/mod.ts";

const INTERVAL_SECONDS = 5;
/** What there may be between a report and what the platform makes of it. */
const PROMPT_MS = 2000;
/** One beat a second for news, and those of the schedule. */
const MOST_BEATS_PER_SECOND = 1 + 1 / INTERVAL_SECONDS;
/** How far a beat of the schedule may be from its place (design.md, promise 1). */
const JITTER_MS = INTERVAL_SECONDS * 100;
const WRITERS = new URL("_report_writers.ts", import.meta.url).pathname;

/** Who is there. */
interface Bench {
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  readonly sidecar: SidecarProcess;
  readonly dir: string;
}

let isRight = true;

/** Prints what was seen, and remembers when it is not as it should be. */
function expect(holds: boolean, line: string): void {
  console.log(`${holds ? "ok  " : "FAIL"}  ${line}`);
  isRight &&= holds;
}

/** Runs `workspace-beat report …` as an agent's hook would. */
async function report({ dir }: Bench, ...args: string[]): Promise<void> {
  await using command = startReport(dir, args);
  const code = await command.ended();
  if (code !== 0) throw new Error(`report ${args.join(" ")}: ${command.stderr.join("\n")}`);
}

/** Milliseconds from the begin of an action until something is so. */
async function timed(act: () => Promise<void>, isSo: () => boolean): Promise<number> {
  const began = performance.now();
  await act();
  await until(isSo);
  return Math.round(performance.now() - began);
}

async function until(isSo: () => boolean): Promise<void> {
  const late = performance.now() + 10 * PROMPT_MS;
  while (!isSo()) {
    if (performance.now() > late) throw new Error(`Waited in vain for ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function wedge(bench: Bench): Promise<void> {
  const { workspace } = bench;
  const degraded = await timed(
    () => report(bench, "wedged", "the model does not answer"),
    () => workspace.status === "degraded",
  );
  expect(degraded < PROMPT_MS, `wedged → degraded after ${degraded} ms, the command included`);
  const online = await timed(() => report(bench, "clear"), () => workspace.status === "online");
  expect(online < PROMPT_MS, `clear → online after ${online} ms`);
}

/** A message that finds the agent busy waits in the platform's queue until a beat has room. */
async function queue(bench: Bench): Promise<void> {
  const { platform, workspace } = bench;
  await report(bench, "start", "Counting ducks");
  await until(() => workspace.activeTasks === 1);
  workspace.agent = { kind: "busy" };
  const message = { role: "user", messageId: "m", parts: [{ kind: "text", text: "hello" }] };
  const answer = await fetch(`${platform.url}/workspaces/${workspace.id}/a2a`, {
    method: "POST",
    headers: { "x-workspace-id": workspace.id, "authorization": `Bearer ${workspace.token}` },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "message/send", params: { message } }),
  });
  await answer.body?.cancel();
  workspace.agent = { kind: "answers" };
  const statusOf = () => workspace.queue[0]?.status;
  const beats = workspace.beats.length;
  await until(() => workspace.beats.length >= beats + 2);
  expect(
    answer.status === 202 && statusOf() === "queued",
    "with active_tasks at the maximum the message waits, over two beats",
  );
  const drained = await timed(() => report(bench, "done"), () => statusOf() === "completed");
  expect(drained < PROMPT_MS, `done → the queue is drained after ${drained} ms`);
}

async function write(bench: Bench, writers: number, seconds: number): Promise<void> {
  const { dir, workspace, sidecar } = bench;
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", `--allow-write=${dir}`, `--allow-read=${dir}`],
      ...[WRITERS, defaultReportFile(dir), String(writers)],
    ],
    clearEnv: true,
    env: denoEnvironment(),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await until(() => workspace.currentTask.startsWith("writer"));
  const first = workspace.beats.length - 1;
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const beats = workspace.beats.slice(first);
  const took = (performance.now() - began) / 1000;
  await command.stdin.close();
  const written = Number(new TextDecoder().decode((await command.output()).stdout));

  const torn = beats.filter(({ body }) => body.current_task !== `writer ${body.active_tasks}`);
  const rate = (beats.length - 1) / took; // the time begins with the first of them
  console.log(`      ${writers} writers wrote ${written} reports in ${took.toFixed(1)} s`);
  expect(torn.length === 0, `${beats.length} beats, ${torn.length} of them torn`);
  expect(rate <= MOST_BEATS_PER_SECOND, `${rate.toFixed(2)} beats a second`);
  const missing = missingTurns(workspace, first);
  expect(missing.length === 0, `the schedule's beats that are missing: ${missing.length}`);
  const kept = beats.every(({ body: { runtime_metadata: runtime } }) =>
    runtime?.idle_timeout_seconds === 600 && runtime.capabilities["scheduler"] === true
  );
  expect(kept, "every one of them carries capabilities and idle time-out");
  const complaints = sidecar.stderr.filter((line) => / (WARN|ERROR) /.test(line));
  expect(complaints.length === 0, `warnings and errors: ${complaints.join(" ") || "none"}`);
}

/** The places of the schedule, which the first beat of all has laid down, that no beat has taken. */
function missingTurns({ beats }: DevWorkspace, first: number): number[] {
  const gridStart = beats[0]?.at ?? 0;
  const [from = gridStart, to = gridStart] = [beats[first]?.at, beats.at(-1)?.at];
  const step = INTERVAL_SECONDS * 1000;
  const missing = [];
  for (let at = gridStart; at + JITTER_MS < to; at += step) {
    const isTaken = beats.some((beat) => Math.abs(beat.at - at) <= JITTER_MS);
    if (at - JITTER_MS > from && !isTaken) missing.push(at);
  }
  return missing;
}

const [writers = 100, seconds = 10] = Deno.args.map(Number);
const dir = await Deno.makeTempDir({ prefix: "workspace-beat-bench-" });
try {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  await Deno.writeTextFile(`${dir}/.auth_token`, workspace.token ?? "", { mode: 0o600 });
  const args = ["--interval", String(INTERVAL_SECONDS)];
  const options = { platformUrl: platform.url, workspaceId: workspace.id, dir, args };
  await using sidecar = startSidecar(options);
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  const bench = { platform, workspace, sidecar, dir };
  await report(bench, "set", "capabilities.scheduler=true", "idle_timeout_seconds=600");
  await until(() => workspace.runtimeOverrides?.idleTimeoutSeconds === 600);
  await wedge(bench);
  await queue(bench);
  const overrides = workspace.runtimeOverrides;
  expect(
    overrides?.idleTimeoutSeconds === 600 && overrides.capabilities["scheduler"] === true,
    "the platform's overrides have survived all of that",
  );
  await write(bench, writers, seconds);
  expect(await sidecar.stop() === 0, "SIGTERM ends it with 0");
} finally {
  await Deno.remove(dir, { recursive: true });
}
Deno.exit(isRight ? 0 : 1);
