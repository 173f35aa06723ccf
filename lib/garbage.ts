import { type Clock, systemClock } from "./clock.ts";

/**
 * A sidecar makes little garbage, and V8 collects none of it before there are 8 MB: as much as all that
 * is in use. It takes some hours to get there, and this takes some 10 ms.
 */
const EVERY_MS = 60 * 60_000;

/** Options of {@linkcode whileCollecting}. */
export interface WhileCollectingOptions {
  /**
   * The monotonic clock.
   *
   * @default {systemClock}
   */
  readonly clock?: Clock;
  /**
   * What collects the garbage of the process.
   *
   * @default {V8's `gc`, which there is with `--expose-gc`, as in the binary}
   */
  readonly collect?: (() => void) | undefined;
}

/**
 * Collects the garbage once an hour, while something else is done.
 *
 * @param signal Ends both.
 * @param work What is done.
 * @returns What that gives.
 */
export async function whileCollecting<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  { clock = systemClock, collect = exposedCollector() }: WhileCollectingOptions = {},
): Promise<T> {
  const end = new AbortController();
  const onAbort = () => end.abort();
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  const collecting = collectHourly(collect, { clock, signal: end.signal });
  try {
    return await work(signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
    end.abort();
    await collecting;
  }
}

async function collectHourly(
  collect: (() => void) | undefined,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  while (collect !== undefined && !signal.aborted) {
    await clock.sleep(EVERY_MS, signal);
    if (!signal.aborted) collect();
  }
}

function exposedCollector(): (() => void) | undefined {
  const gc: unknown = Reflect.get(globalThis, "gc");
  return typeof gc === "function" ? () => void gc() : undefined;
}
