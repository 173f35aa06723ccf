/** A test that waits longer than this for something has failed. */
const PATIENCE_MS = 20_000;

/**
 * Waits for something that broken code may never do.
 *
 * @param promise It.
 * @throws {Error} It was not done in 20 s.
 */
export async function patient<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const error = new Error(`Cannot wait any longer: nothing happened in ${PATIENCE_MS} ms`);
  const timer = setTimeout(() => late.reject(error), PATIENCE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
