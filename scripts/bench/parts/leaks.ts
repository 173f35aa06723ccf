import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { makeCollected } from "../own.ts";
import { slope } from "../statistics.ts";
import { Ordered } from "./_ordered.ts";

/** How often, and after how many polls each time, V8 is asked to collect. */
const SAMPLES = 40;
const POLLS = 100;

/**
 * How many bytes more are in use after each poll that finds 50 known rows, once the program has
 * warmed up.
 *
 * @param course Where.
 */
export async function measureLeaks({ platform, workplace }: Course): Promise<Figures> {
  await using one = new Ordered(await makeCollected(workplace), platform);
  await one.ready();
  one.visits.rows = "known";
  const inUse: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (let poll = 0; poll < POLLS; poll++) await one.take("poll");
    inUse.push(await one.heapBytes());
  }
  const warm = inUse.slice(inUse.length / 2);
  return { poll_known_heap: { deno_with_flags: slope(warm) / POLLS } };
}
