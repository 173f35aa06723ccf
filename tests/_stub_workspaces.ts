import { EXIT_CODE, type ExitCode } from "../lib/exit_code.ts";
import { ALONE } from "../lib/sharing.ts";
import type { TurnTaking } from "../lib/turns.ts";
import type { Workspace } from "../lib/workspaces.ts";
import { patient, recordingLog } from "./support/mod.ts";
import type { RecordedLine } from "./support/recording_log.ts";

/** What a stub does when it is run. */
export type StubRun = (signal: AbortSignal) => Promise<ExitCode>;

/** A disk that never answers. */
export const HANGING_DISK: TurnTaking = { take: () => new Promise(() => {}) };

/** A workspace whose sidecar does what a test says. */
export interface StubWorkspace extends Workspace {
  readonly lines: readonly RecordedLine[];
  /** How often it was run so far. */
  readonly runs: number;
  /** Resolves when it has been run so often. */
  ran(times: number): Promise<void>;
}

/** Runs until it is told to stop, as a sidecar does. */
export async function untilAborted(signal: AbortSignal): Promise<ExitCode> {
  const aborted = Promise.withResolvers<ExitCode>();
  const onAbort = () => aborted.resolve(EXIT_CODE.fine);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return await aborted.promise;
}

/**
 * Makes a workspace.
 *
 * @param folder Where its folder is to be; it is named after the id.
 * @param id Its id.
 * @param does What its sidecar does, both when it is run and when it has its one turn.
 */
export function stubWorkspace(
  folder: string,
  id: string,
  does: StubRun = untilAborted,
): StubWorkspace {
  const { log, lines } = recordingLog();
  let runs = 0;
  let told = Promise.withResolvers<void>();
  const act = async (signal: AbortSignal) => {
    runs++;
    told.resolve();
    told = Promise.withResolvers();
    return await does(signal);
  };
  return {
    id,
    folder: `${folder}/${id}`,
    sidecar: { run: act, once: act },
    disk: ALONE.disk,
    log,
    lines,
    get runs() {
      return runs;
    },
    async ran(times) {
      while (runs < times) await patient(told.promise);
    },
  };
}
