import { systemClock } from "../clock.ts";
import {
  type Build,
  configurationError,
  type FlagValues,
  InputError,
  resolveSettings,
  type Settings,
} from "../config/mod.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { whileCollecting } from "../garbage.ts";
import { later } from "../later.ts";
import { type CreatedLog, createLog, type Log, Secrets, type StderrHandler } from "../log/mod.ts";
import { Sidecar } from "../sidecar.ts";
import { shareAmong, tooManyBeats } from "../sharing.ts";
import { sidecarOptions } from "../sidecar_options.ts";
import { counted, reasonOf } from "../text.ts";
import type { Vitals } from "../vitals/mod.ts";
import { runWorkspaces, workspacesOnce } from "../workspaces.ts";
import { whileMeasuring } from "./measuring.ts";
import { lackingGrants, proxyRefusal, type Refusal } from "./required_grants.ts";

/** SIGTERM promises an end within 5 s; what has not ended by then never will. */
const STOP_WITHIN_MS = 4500;
/** How long the last log lines may take. */
const FLUSH_WITHIN_MS = 300;

const isWindows = Deno.build.os === "windows";
/** What ends the sidecar. */
const STOPPING: readonly Deno.Signal[] = isWindows ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
/** What kills a process whose file has reached its limit, unless it listens: then the write fails. */
const SURVIVED: readonly Deno.Signal[] = isWindows ? [] : ["SIGXFSZ"];

/** How the workspace is kept alive. */
export interface KeepAliveOptions {
  /** Whether each thing is done once, and no more. */
  readonly once: boolean;
  /** What the binary was built for; undefined for `deno run`. */
  readonly build: Build | undefined;
}

/**
 * Does what `run` is for, until a signal ends it.
 *
 * @param flags The flags of the settings.
 * @param options How.
 * @returns What the process ends with.
 * @throws {InputError} A setting is not allowed, or something that is needed is not granted.
 */
export async function keepAlive(
  flags: FlagValues,
  { build, once }: KeepAliveOptions,
): Promise<ExitCode> {
  const { warnings, workspaces } = await resolveSettings(flags, build);
  const [first] = workspaces;
  const secrets = new Secrets({ workspaces: workspaces.length });
  const created = createLog({
    level: first.logLevel.value,
    format: first.logFormat.value,
    secrets,
  });
  const { handler, log } = created;
  const proxied = workspaces.map(proxyRefusal).find((refusal) => refusal !== undefined);
  if (proxied !== undefined) throw configurationError(lineOf(proxied));
  const { refusal, without } = lackingGrants(workspaces, build);
  if (refusal !== undefined) throw new InputError(lineOf(refusal), EXIT_CODE.notAllowed);
  for (const warning of warnings) log.warn(warning);
  if (without.length > 0) log.warn(`Not granted, so done without: ${without.join("; ")}`);
  const work = first.workspaces.value === undefined
    ? oneWorkspace(first, { log, secrets })
    : severalWorkspaces(workspaces, { ...created, secrets });
  const exitCode = await untilStopped(
    log,
    (signal) => once ? work.once(signal) : whileCollecting(work.vitals, () => work.run(signal)),
  );
  await end(log, handler);
  return exitCode;
}

/** What a process is for: one sidecar, or several. */
interface Work {
  /** What is known of each. */
  readonly vitals: readonly Vitals[];
  run(signal: AbortSignal): Promise<ExitCode>;
  once(signal: AbortSignal): Promise<ExitCode>;
}

function oneWorkspace(
  settings: Settings,
  { log, secrets }: { readonly log: Log; readonly secrets: Secrets },
): Work {
  log.info(
    `Keeping workspace ${settings.workspaceId.value} alive on ${settings.platformUrl.value} ` +
      `every ${settings.intervalSeconds.value} s`,
  );
  const sidecar = new Sidecar({ ...sidecarOptions(settings), secrets, log });
  return {
    vitals: [sidecar.vitals],
    run: (signal) => whileMeasuring([{ settings, sidecar }], log, () => sidecar.run(signal)),
    once: (signal) => sidecar.once(signal),
  };
}

function severalWorkspaces(
  all: readonly [Settings, ...Settings[]],
  { log, ofWorkspace, secrets }: CreatedLog & { readonly secrets: Secrets },
): Work {
  const [first] = all;
  const seconds = first.intervalSeconds.value;
  const advice = tooManyBeats(all.length, seconds);
  if (advice !== undefined) log.warn(advice);
  log.info(`Keeping ${counted(all.length, "workspace")} alive every ${seconds} s`);
  const usesActivity = first.usesActivity.value;
  const shares = shareAmong(all, { intervalSeconds: seconds, usesActivity, clock: systemClock });
  const workspaces = shares.map(([settings, sharing]) => {
    const id = settings.workspaceId.value;
    const log = ofWorkspace(id);
    const sidecar = new Sidecar({ ...sidecarOptions(settings), sharing, secrets, log });
    const folder = settings.configsDir.value;
    return { id, folder, settings, sidecar, disk: sharing.disk, log };
  });
  const options = { intervalMs: seconds * 1000, clock: systemClock };
  return {
    vitals: workspaces.map(({ sidecar }) => sidecar.vitals),
    run: (signal) =>
      whileMeasuring(workspaces, log, () => runWorkspaces(workspaces, { ...options, signal })),
    once: (signal) => workspacesOnce(workspaces, signal),
  };
}

function lineOf({ problem, remedy }: Refusal): string {
  return `${problem}: ${remedy}`;
}

/**
 * Runs something until it ends or a signal stops it. The first SIGTERM or SIGINT lets it finish
 * what it must; the second, or its dawdling, ends the wait.
 */
async function untilStopped(
  log: Log,
  work: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = new AbortController();
  const forced = Promise.withResolvers<ExitCode>();
  let cancel = () => {};
  const onSignal = () => {
    if (stop.signal.aborted) return forced.resolve(EXIT_CODE.unexpected);
    log.info("Stopping");
    stop.abort();
    cancel = later(STOP_WITHIN_MS, () => {
      log.error(`Not everything ended within ${STOP_WITHIN_MS / 1000} s; exiting all the same`);
      forced.resolve(EXIT_CODE.unexpected);
    });
  };
  const onStrayError = (event: Event) => {
    // A fault of ours in a corner that nobody waits for must not end the beats.
    event.preventDefault();
    const error = event instanceof PromiseRejectionEvent ? event.reason : event;
    log.error(`Unexpected: ${reasonOf(error)}; going on`);
  };
  for (const signal of STOPPING) Deno.addSignalListener(signal, onSignal);
  for (const signal of SURVIVED) Deno.addSignalListener(signal, onSurvived);
  globalThis.addEventListener("unhandledrejection", onStrayError);
  globalThis.addEventListener("error", onStrayError);
  try {
    return await Promise.race([
      work(stop.signal).catch((error) => {
        if (stop.signal.aborted) return EXIT_CODE.fine;
        throw error;
      }),
      forced.promise,
    ]);
  } finally {
    cancel();
    for (const signal of STOPPING) Deno.removeSignalListener(signal, onSignal);
    for (const signal of SURVIVED) Deno.removeSignalListener(signal, onSurvived);
    globalThis.removeEventListener("unhandledrejection", onStrayError);
    globalThis.removeEventListener("error", onStrayError);
  }
}

function onSurvived(): void {}

async function end(log: Log, handler: StderrHandler): Promise<void> {
  log.debug("Stopped");
  await handler.flush(FLUSH_WITHIN_MS);
}
