import type { Clock } from "../clock.ts";
import { type JudgedStatus, statusText } from "./status_text.ts";

/** A terminal is drawn anew so often: ages grow. */
const REDRAW_MS = 1000;

const HOME_AND_CLEAR = "\x1b[H\x1b[J";
const OTHER_SCREEN = "\x1b[?1049h\x1b[?25l";
const FORMER_SCREEN = "\x1b[?25h\x1b[?1049l";

/** Options of {@linkcode watchStatus}. */
export interface WatchOptions {
  readonly isTerminal: boolean;
  readonly hasColours: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Where to. */
  readonly write: (text: string) => void;
  readonly clock: Clock;
}

/**
 * Shows how the sidecar is until the signal aborts: in place on a terminal, which is then as it was
 * before; elsewhere again whenever something other than an age has changed, for as long as somebody
 * reads.
 *
 * @param look Looks for the statuses.
 * @param options How to show them.
 * @returns What was shown last.
 */
export async function watchStatus(
  look: () => Promise<readonly JudgedStatus[]>,
  { clock, hasColours, isTerminal, signal, write }: WatchOptions,
): Promise<readonly JudgedStatus[]> {
  let shown = await look(); // what is wrong with the flags is told on the former screen
  if (isTerminal) write(OTHER_SCREEN);
  try {
    for (let known = ""; true; shown = await look()) {
      const mark = markOf(shown);
      const text = statusText(shown, { hasColours });
      if (isTerminal) write(`${HOME_AND_CLEAR}${text}`);
      else if (mark !== known) write(`${known === "" ? "" : "\n"}${text}`);
      known = mark;
      await clock.sleep(REDRAW_MS, signal);
      if (signal.aborted) return shown;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    return shown; // whoever read it has seen enough
  } finally {
    if (isTerminal) write(`${FORMER_SCREEN}${statusText(shown, { hasColours })}`);
  }
}

/** What is another when something has changed that is worth a word. */
function markOf(statuses: readonly JudgedStatus[]): string {
  return JSON.stringify(statuses.map(({ found, verdict }) => {
    if (found.kind !== "status") return [verdict.word, verdict.reason];
    const { memory: _memory, refresh_seconds: _seconds, written_at: _at, ...rest } = found.status;
    return [verdict.word, rest];
  }));
}
