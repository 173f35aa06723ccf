import { inTurn, mapped } from "../by_contender.ts";
import type { Rows } from "../bench_platform.ts";
import type { ByContender } from "../contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { mean, median } from "../statistics.ts";
import { type Ordered, withOrdered } from "./_ordered.ts";

/** How many polls are counted in each round; those of one before are not, while a program warms up. */
const KNOWN = { rounds: 5, polls: 100 };
const NEW = { rounds: 5, polls: 20 };

/** What some polls in a row cost. */
interface Polled {
  /** Of one of them, in milliseconds. */
  readonly ms: number;
  /** Of one of them, in milliseconds of computing. */
  readonly cpuMs: number;
  /** How much larger the process has become with each, in bytes. */
  readonly grownBytes: number;
}

/**
 * Polls that find 50 rows: all known, and all new.
 *
 * @param course Who is measured.
 */
export async function measurePolls(course: Course): Promise<Figures> {
  return await withOrdered(course, async (ordered) => {
    const known = await polled(ordered, { rows: "known", ...KNOWN });
    const fresh = await polled(ordered, { rows: "new", ...NEW });
    return {
      poll_known: mapped(known, (runs) => median(runs.map(({ ms }) => ms))),
      poll_known_cpu: mapped(known, (runs) => mean(runs.map(({ cpuMs }) => cpuMs))),
      poll_known_rss: mapped(known, (runs) => median(runs.map(({ grownBytes }) => grownBytes))),
      poll_new: mapped(fresh, (runs) => median(runs.map(({ ms }) => ms))),
      poll_new_cpu: mapped(fresh, (runs) => mean(runs.map(({ cpuMs }) => cpuMs))),
    };
  });
}

async function polled(
  ordered: ByContender<Ordered>,
  { rounds, rows, polls }: {
    readonly rounds: number;
    readonly rows: Rows;
    readonly polls: number;
  },
): Promise<ByContender<Polled[]>> {
  const poll = async (one: Ordered, times: number) => {
    const took: number[] = [];
    for (let time = 0; time < times; time++) took.push(await one.take("poll"));
    return took;
  };
  await inTurn(ordered, {
    rounds: 1,
    work: async (one) => {
      one.visits.rows = rows;
      await poll(one, polls);
    },
  });
  return await inTurn(ordered, {
    rounds,
    work: async (one) => {
      const before = await one.figures();
      const ms = median(await poll(one, polls));
      const after = await one.figures();
      await one.takeResults();
      return {
        ms,
        cpuMs: (after.cpuSeconds - before.cpuSeconds) * 1000 / polls,
        grownBytes: (after.residentBytes - before.residentBytes) / polls,
      };
    },
  });
}
