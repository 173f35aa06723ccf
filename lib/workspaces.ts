/**
 * Several workspaces in one process: each with its own sidecar, which no other one slows.
 *
 * @module
 */

import { dirname } from "./path.ts";
import { type Clock, orAborted, settlesWithin } from "./clock.ts";
import { InputError } from "./config/mod.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import { Episode, type Log } from "./log/mod.ts";
import type { Sidecar } from "./sidecar.ts";
import { reasonOf } from "./text.ts";
import type { TurnTaking } from "./turns.ts";

/** One of several workspaces. */
export interface Workspace {
  /** Its id. */
  readonly id: string;
  /** Its files are in here; it is made when it is not there. */
  readonly folder: string;
  readonly sidecar: Pick<Sidecar, "run" | "once">;
  /** Lets it use the disk. */
  readonly disk: TurnTaking;
  /** Where its lines go. */
  readonly log: Log;
}

/** Options of {@linkcode runWorkspaces}. */
export interface RunWorkspacesOptions {
  /** Ends all of them. */
  readonly signal: AbortSignal;
  /** Milliseconds between the beats of one: they start spread over that. */
  readonly intervalMs: number;
  readonly clock: Clock;
}

/** No folder may hold up the beats of its workspace for longer. */
const DISK_PATIENCE_MS = 1000;
/** A workspace that could not be started is tried again: another sidecar may be ending. */
const RESTART_MS = 60_000;
/** How many workspaces do their one turn at once. */
const AT_ONCE = 10;

/**
 * Runs the sidecars of several workspaces until the signal aborts, or all workspaces are removed.
 * They start spread over the interval, so that the platform hears of them evenly; what goes wrong in
 * one is told in its log, and changes nothing for the others.
 *
 * Requires `--allow-read` and `--allow-write` for the folders, and what the sidecars need.
 *
 * @param workspaces The workspaces.
 * @param options The signal, and over how long to spread them.
 * @returns What the first of them ended with that did not end well; when the signal has aborted, `fine`,
 * or `unexpected` when one of them has lost its token.
 */
export async function runWorkspaces(
  workspaces: readonly Workspace[],
  options: RunWorkspacesOptions,
): Promise<ExitCode> {
  const { clock, intervalMs, signal } = options;
  const step = intervalMs / workspaces.length;
  const codes = await Promise.all(workspaces.map(async (workspace, place) => {
    await clock.sleep(place * step, signal);
    return await keepAlive(workspace, options);
  }));
  // Those that had ended before the signal came do not count, but for a token that was lost.
  const counts = (code: ExitCode) => !signal.aborted || code === EXIT_CODE.unexpected;
  return codes.find((code) => code !== EXIT_CODE.fine && counts(code)) ?? EXIT_CODE.fine;
}

/**
 * Does one beat, one poll and its deliveries for each of several workspaces.
 *
 * @param workspaces The workspaces.
 * @param signal Gives up.
 * @returns The exit code of the first that failed.
 * @throws The signal's reason, when it aborts.
 */
export async function workspacesOnce(
  workspaces: readonly Workspace[],
  signal: AbortSignal,
): Promise<ExitCode> {
  const codes: ExitCode[] = [];
  const next = workspaces.entries();
  const work = async () => {
    for (const [place, workspace] of next) codes[place] = await turnOf(workspace, signal);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return codes.find((code) => code !== EXIT_CODE.fine) ?? EXIT_CODE.fine;
}

async function turnOf({ folder, log, sidecar }: Workspace, signal: AbortSignal): Promise<ExitCode> {
  try {
    const made = makeWorkspaceFolder(folder).catch((error: unknown) => log.warn(reasonOf(error)));
    await settlesWithin(made, DISK_PATIENCE_MS);
    return await sidecar.once(signal);
  } catch (error) {
    signal.throwIfAborted();
    log.error(reasonOf(error));
    return error instanceof InputError ? error.exitCode : EXIT_CODE.unexpected;
  }
}

async function keepAlive(
  workspace: Workspace,
  { clock, signal }: RunWorkspacesOptions,
): Promise<ExitCode> {
  const { log, sidecar } = workspace;
  const end = new AbortController();
  const onAbort = () => end.abort();
  signal.addEventListener("abort", onAbort);
  const keeping = keepFolder(workspace, { clock, signal: end.signal });
  let told: string | undefined;
  try {
    await settlesWithin(keeping.made, DISK_PATIENCE_MS);
    while (!signal.aborted) {
      try {
        return await sidecar.run(signal);
      } catch (error) {
        if (signal.aborted) break;
        const reason = reasonOf(error);
        if (reason === told) log.debug(reason);
        else log.error(`${reason}; trying again every ${RESTART_MS / 1000} s`);
        told = reason;
      }
      await clock.sleep(RESTART_MS, signal);
    }
    return EXIT_CODE.fine;
  } finally {
    signal.removeEventListener("abort", onAbort);
    end.abort();
  }
}

/**
 * Makes the folder of one of several workspaces, private, where there is none; and the folder that it
 * is in, which is granted, too. Nothing above that is made.
 *
 * Requires `--allow-read` and `--allow-write` for both.
 *
 * @param folder The folder.
 * @throws {Error} The system does not make it.
 */
export async function makeWorkspaceFolder(folder: string): Promise<void> {
  try {
    await makePrivateFolder(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await makePrivateFolder(dirname(folder));
    await makePrivateFolder(folder);
  }
}

async function makePrivateFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/**
 * Makes the folder, and makes it again when it goes: a volume may be mounted late, or be emptied. What
 * is in the way is told once for as long as it lasts.
 *
 * @returns `made` resolves when that was tried for the first time.
 */
function keepFolder(
  { disk, folder, log }: Workspace,
  { clock, signal }: Pick<RunWorkspacesOptions, "clock" | "signal">,
): { readonly made: Promise<void> } {
  const trouble = new Episode(`Making the folder '${folder}'`, { log, clock });
  const make = () =>
    disk.take(() => makeWorkspaceFolder(folder)).then(
      () => trouble.succeeded(),
      (error: unknown) =>
        trouble.failed(
          `Cannot make the folder '${folder}': ${
            reasonOf(error)
          }: nothing can be kept in it until ` +
            "it is there",
        ),
    );
  const made = make();
  const keep = async () => {
    await orAborted(made, signal);
    while (!signal.aborted) {
      await clock.sleep(RESTART_MS, signal);
      if (!signal.aborted) await orAborted(make(), signal);
    }
  };
  keep();
  return { made };
}
