import type { FakeTime } from "@std/testing/time";

/**
 * Turns a fake clock, and lets everything happen that this leads to: what waits for a disk or a
 * connection needs real turns, in which no timer is real.
 *
 * @param time The clock.
 * @param ms How far.
 */
export async function tick(time: FakeTime, ms: number): Promise<void> {
  await time.tickAsync(ms);
  for (let turn = 0; turn < 20; turn++) await Deno.lstat(import.meta.dirname ?? "/");
}
