/**
 * Consumes a results file as the agents of the reference do (contract 5): rename, read whole,
 * unlink; synchronously, so that a thread that does nothing else is as fast as it can be.
 *
 * @param path The results file.
 * @returns Its lines, without those that are empty; none when it is not there.
 */
export function consumeLines(path: string): string[] {
  const consumed = `${path.replace(/\.[^./]*$/, "")}.consumed`;
  try {
    Deno.renameSync(path, consumed);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const text = Deno.readTextFileSync(consumed);
  Deno.removeSync(consumed);
  return text.split("\n").filter((line) => line !== "");
}
