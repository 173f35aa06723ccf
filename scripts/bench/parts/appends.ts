import { inTurn, mapped } from "../by_contender.ts";
import type { ByContender } from "../contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { median } from "../statistics.ts";
import { type Ordered, withOrdered } from "./_ordered.ts";

/** How often so many results are appended. */
const ROUNDS = { 1: 20, 50: 10, 10_000: 3 } as const;

/**
 * New results until they are safe on the disk: with the journal, where there is one. The loops also
 * without a sync, as the reference does.
 *
 * @param course Who is measured.
 */
export async function measureAppends(course: Course): Promise<Figures> {
  return await withOrdered(course, async (ordered) => {
    const { python, node } = ordered;
    const loops = { ...python && { python }, ...node && { node } };
    return {
      append_1: await append(ordered, "append", 1),
      append_50: await append(ordered, "append", 50),
      append_10000: await append(ordered, "append", 10_000),
      append_1_unsynced: await append(loops, "append_unsynced", 1),
      append_50_unsynced: await append(loops, "append_unsynced", 50),
      append_10000_unsynced: await append(loops, "append_unsynced", 10_000),
    };
  });
}

async function append(
  ordered: ByContender<Ordered>,
  order: string,
  count: keyof typeof ROUNDS,
): Promise<ByContender<number>> {
  const took = await inTurn(ordered, {
    rounds: ROUNDS[count],
    work: async (one) => {
      await one.takeResults();
      return await one.take(`${order} ${count}`);
    },
  });
  return mapped(took, median);
}
