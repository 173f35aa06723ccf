/**
 * Waits for all, whatever becomes of them: who is left alone when another fails would run on after the
 * benchmark has ended.
 *
 * @param work What is under way.
 * @returns What it gave.
 * @throws What the first of them has thrown, once all have ended.
 */
export async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
