import type { ExitCode } from "../lib/exit_code.ts";
import { Sidecar } from "../lib/sidecar.ts";
import type { SidecarOptions } from "../lib/sidecar_options.ts";
import {
  type AddWorkspaceOptions,
  type DevPlatform,
  type DevWorkspace,
  type Dialect,
  startDevPlatform,
} from "../scripts/dev_platform/mod.ts";
import { makeTempDir, ManualClock, recordingLog } from "./support/mod.ts";

/** A workspace on a platform, and a sidecar in this process, on a clock that a test turns. */
export interface MadeSidecar extends AsyncDisposable {
  readonly sidecar: Sidecar;
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  readonly clock: ManualClock;
  /** The folder of its files. */
  readonly dir: string;
  readonly lines: readonly { readonly level: string; readonly message: string }[];
  /** The lines that match, as "LEVEL message". */
  logged(pattern: RegExp): string[];
  /** Waits for a line that matches, old or new. */
  waitForLine(pattern: RegExp): Promise<string>;
}

/** What a sidecar is made with, and its workspace. */
export interface MadeOptions extends Partial<SidecarOptions> {
  /** What the workspace is like. */
  readonly workspace?: AddWorkspaceOptions;
}

/** Makes a sidecar that does nothing yet. */
export async function makeSidecar(
  dialect: Dialect,
  { workspace: like, ...options }: MadeOptions = {},
): Promise<MadeSidecar> {
  await using made = new AsyncDisposableStack();
  const platform = made.use(await startDevPlatform({ dialect }));
  const { path: dir } = made.use(await makeTempDir());
  const workspace = platform.addWorkspace(like);
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const sidecar = new Sidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    statusFile: "off", // its loop sleeps, too, and tests count those that do
    token: workspace.token,
    log,
    clock,
    random: randomInTheMiddle(),
    ...options,
  });
  const logged = (pattern: RegExp) =>
    lines.map(({ level, message }) => `${level} ${message}`).filter((line) => pattern.test(line));
  const kept = made.move();
  return {
    ...{ sidecar, platform, workspace, clock, dir, lines, logged },
    async waitForLine(pattern) {
      await eventually(() => logged(pattern).length > 0, `No line matches ${pattern}`);
      return logged(pattern)[0] ?? "";
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/**
 * Random numbers that shift nothing: the second beat comes an interval after the first, and the first
 * poll half an interval after it.
 */
function randomInTheMiddle(): () => number {
  let next = 0.9;
  return () => {
    const random = next;
    next = 0.5;
    return random;
  };
}

/** A test that waits longer than this has failed. */
const PATIENCE_MS = 20_000;

/**
 * Waits for what nobody tells of.
 *
 * @param isSo Whether it is so.
 * @param otherwise What is wrong when it never is.
 */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  otherwise: string,
): Promise<void> {
  const since = performance.now();
  while (!await isSo()) {
    if (performance.now() - since > PATIENCE_MS) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** A sidecar under way. */
export interface Running extends MadeSidecar {
  /** Asks it to stop. */
  stop(): void;
  /** What it has ended with. */
  readonly ended: Promise<ExitCode>;
}

/**
 * Starts a sidecar; disposing of it ends it.
 *
 * @param dialect The platform's dialect.
 * @param prepare What is done before it starts.
 * @param options What it is made with.
 */
export async function startRunning(
  dialect: Dialect,
  prepare: (platform: DevPlatform, dir: string) => void = () => {},
  options: MadeOptions = {},
): Promise<Running> {
  const made = await makeSidecar(dialect, options);
  prepare(made.platform, made.dir);
  const end = new AbortController();
  const stop = () => end.abort();
  const ended = made.sidecar.run(end.signal);
  return {
    ...made,
    stop,
    ended,
    async [Symbol.asyncDispose]() {
      stop();
      await ended;
      await made[Symbol.asyncDispose]();
    },
  };
}

/** Waits until the loops of report, polls and beats all sleep, then turns the clock. */
export async function advance(clock: ManualClock, ms: number): Promise<void> {
  await clock.sleeping(3);
  clock.advance(ms);
}
