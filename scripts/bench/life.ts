// A workspace's whole life beside a real sidecar, with each dialect of the platform: it is
// registered, outlasts an outage, is paused, and is deleted. Exits with 0 only if everything is as
// it should be.
//   deno task bench:life [OUTAGE_SECONDS]

import {
  type DevPlatform,
  type DevWorkspace,
  type Dialect,
  DIALECTS,
  startDevPlatform,
} from "../dev_platform/mod.ts";
import { type SidecarProcess, startSidecar } from "../sidecar_process/mod.ts";

const INTERVAL_SECONDS = 5;
/** A fresh workspace is to be online before this. */
const PROMPT_MS = 2000;
const MODE = 0o600;

let isRight = true;

/** Prints what was seen, and remembers when it is not as it should be. */
function expect(holds: boolean, line: string): void {
  console.log(`${holds ? "ok  " : "FAIL"}  ${line}`);
  isRight &&= holds;
}

/** Looks until something is so; gives the milliseconds that took. */
async function until(isSo: () => boolean | Promise<boolean>, seconds = 60): Promise<number> {
  const began = performance.now();
  while (!await isSo()) {
    if (performance.now() > began + seconds * 1000) throw new Error(`Waited in vain for ${isSo}`);
    await pause(5);
  }
  return performance.now() - began;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What a file holds, and its mode; "" as long as it is not there. */
async function read(file: string): Promise<{ text: string; mode: number }> {
  try {
    const { mode } = await Deno.stat(file);
    return { text: await Deno.readTextFile(file), mode: (mode ?? 0) & 0o777 };
  } catch {
    return { text: "", mode: 0 };
  }
}

/** Who is there. */
interface Life {
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  readonly sidecar: SidecarProcess;
  readonly dir: string;
}

/** From the start of the process until the workspace is online, and token and secret are saved. */
async function birth({ workspace, dir }: Life, began: number): Promise<void> {
  const files = [`${dir}/.auth_token`, `${dir}/.platform_inbound_secret`] as const;
  await until(async () => {
    const [token, secret] = await Promise.all(files.map(read));
    return token?.text !== "" && secret?.text !== "";
  });
  const ms = Math.round(performance.now() - began);
  const [token, secret] = await Promise.all(files.map(read));
  const isOnline = workspace.status === "online" && workspace.livenessKey;
  expect(isOnline && ms < PROMPT_MS, `registered, online, token and secret saved after ${ms} ms`);
  const isSaved = token?.text === workspace.token && secret?.text === workspace.inboundSecret;
  expect(isSaved && token?.mode === MODE && secret?.mode === MODE, "both are right, and 0600");
}

/** Results from before, and from within, an outage in which the liveness key expires. */
async function outage({ platform, workspace, sidecar }: Life, seconds: number): Promise<void> {
  workspace.finish(workspace.delegate(), "from before the outage");
  await until(() => workspace.chat.length === 1);
  await sidecar.waitForLine(/Touched|was woken/);
  const before = { wakes: wakes(platform), notes: workspace.chat.length };
  platform.goDown();
  await pause(seconds * 1000);
  const hadKey = workspace.livenessKey;
  workspace.finish(workspace.delegate(), "from within the outage");
  const registrations = platform.requestsTo("register").length;
  platform.comeBack();
  const ms = await until(() => workspace.livenessKey);
  const again = platform.requestsTo("register").length - registrations;
  expect(
    again === 1 && workspace.livenessKey && !hadKey,
    `${seconds} s of outage: the liveness key was ${hadKey ? "still there" : "gone"}; registered ` +
      `again ${again} time(s), and the key there, ${(ms / 1000).toFixed(1)} s after the end`,
  );
  await until(() => workspace.chat.length > before.notes && wakes(platform) > before.wakes, 120);
  await pause(2 * INTERVAL_SECONDS * 1000);
  const [newWakes, notes] = [wakes(platform) - before.wakes, workspace.chat.length - before.notes];
  expect(
    newWakes === 1 && notes === 1,
    `since then ${newWakes} wake and ${notes} note, both of the new result: none repeated`,
  );
}

function wakes(platform: DevPlatform): number {
  return platform.requestsTo("a2a").length;
}

/** A workspace that is paused is beaten for, and not registered. */
async function rest({ platform, workspace, sidecar }: Life): Promise<void> {
  workspace.status = "paused";
  const beats = workspace.beats.length;
  const registrations = platform.requestsTo("register").length;
  await until(() => workspace.beats.length >= beats + 11, 20 * INTERVAL_SECONDS);
  await sidecar.waitForLine(/paused on the platform: beats go on/);
  const isLeft = workspace.status === "paused" &&
    platform.requestsTo("register").length === registrations;
  expect(isLeft, `paused: ${workspace.beats.length - beats} beats on, and not registered again`);
  workspace.status = "online";
}

/** A workspace that is deleted ends the process. */
async function death({ workspace, sidecar }: Life, dialect: Dialect): Promise<void> {
  const began = performance.now();
  workspace.status = "removed";
  const code = await sidecar.ended();
  const intervals = (performance.now() - began) / 1000 / INTERVAL_SECONDS;
  expect(
    code === 77 && intervals <= 3,
    `deleted: ended by itself with ${code} after ${intervals.toFixed(1)} intervals`,
  );
  const line = sidecar.stderr.find((line) => line.includes("removed from the platform")) ?? "";
  console.log(`      ${line}`);
  // Older platforms give no hint.
  const hint = dialect === "2026-04" ? "its status is removed" : "Make a new workspace";
  expect(line.includes(hint), `its last words say why: "${hint}"`);
}

async function live(dialect: Dialect, outageSeconds: number): Promise<void> {
  console.log(`\nDialect ${dialect}`);
  const dir = await Deno.makeTempDir({ prefix: "workspace-beat-bench-" });
  try {
    await using platform = await startDevPlatform({ dialect });
    const inboundSecret = crypto.randomUUID();
    const workspace = platform.addWorkspace({
      token: null,
      status: "provisioning",
      inboundSecret,
    });
    const began = performance.now();
    await using sidecar = startSidecar({
      platformUrl: platform.url,
      workspaceId: workspace.id,
      dir,
      args: ["--interval", String(INTERVAL_SECONDS), "--register", "poll"],
    });
    const life = { platform, workspace, sidecar, dir };
    await birth(life, began);
    await outage(life, outageSeconds);
    await rest(life);
    await death(life, dialect);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const [outageSeconds = 200] = Deno.args.map(Number);
if (!(outageSeconds >= 181)) {
  console.error("Usage: deno task bench:life [OUTAGE_SECONDS], 181 or more: the key lives 180 s");
  Deno.exit(64);
}
for (const dialect of DIALECTS) await live(dialect, outageSeconds);
Deno.exit(isRight ? 0 : 1);
