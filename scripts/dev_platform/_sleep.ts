/**
 * Waits in real time.
 *
 * @param ms How long.
 * @param signal Ends the wait early, without an error.
 */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

/**
 * A signal that aborts with the first of several. Not AbortSignal.any(): on Deno 2.7 the signal it
 * gives is collected while only its listeners need it, and what waits for it would wait for ever.
 *
 * @param signals The signals.
 */
export function firstOf(signals: AbortSignal[]): AbortSignal {
  const first = new AbortController();
  const end = () => first.abort();
  if (signals.some(({ aborted }) => aborted)) end();
  for (const signal of signals) signal.addEventListener("abort", end, { once: true });
  return first.signal;
}

/**
 * Waits until one of the signals is aborted.
 *
 * @param signals The signals.
 */
export async function untilAborted(signals: AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  for (const signal of signals) signal.addEventListener("abort", end);
  await promise;
  for (const signal of signals) signal.removeEventListener("abort", end);
}
