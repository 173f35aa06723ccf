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
 * Waits until one of the signals is aborted.
 *
 * @param signals The signals.
 */
export async function untilAborted(signals: AbortSignal[]): Promise<void> {
  const any = AbortSignal.any(signals);
  if (any.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  any.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}
