import { inTurn, mapped } from "../by_contender.ts";
import type { Rows } from "../bench_platform.ts";
import type { ByContender } from "../contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { makeCollected } from "../own.ts";
import { median, slope } from "../statistics.ts";
import { Ordered, withOrdered } from "./_ordered.ts";

/** What is found in the first polls is not what is found in the later ones. */
const WARM_UP = 100;
const KNOWN = { rounds: 5, polls: 100 };
const NEW = { rounds: 5, polls: 40 };
/** How often, and after how many polls each time, V8 is asked to collect. */
const COLLECTED = { samples: 20, polls: 50 };

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
 * Polls that find 50 rows: all known, and all new; and what the known ones leave behind.
 *
 * @param course Who is measured.
 */
export async function measurePolls(course: Course): Promise<Figures> {
  const figures = await withOrdered(course, async (ordered) => {
    const known = await polled(ordered, { rows: "known", ...KNOWN });
    const fresh = await polled(ordered, { rows: "new", ...NEW });
    return {
      poll_known: mapped(known, (runs) => median(runs.map(({ ms }) => ms))),
      poll_known_cpu: mapped(known, (runs) => median(runs.map(({ cpuMs }) => cpuMs))),
      poll_known_rss: mapped(known, (runs) => median(runs.map(({ grownBytes }) => grownBytes))),
      poll_new: mapped(fresh, (runs) => median(runs.map(({ ms }) => ms))),
      poll_new_cpu: mapped(fresh, (runs) => median(runs.map(({ cpuMs }) => cpuMs))),
    };
  });
  return { ...figures, poll_known_heap: { deno_with_flags: await heapGrowth(course) } };
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
      await poll(one, WARM_UP);
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

/** How many bytes more are in use after each poll that finds 50 known rows. */
async function heapGrowth({ platform, workplace }: Course): Promise<number> {
  await using one = new Ordered(await makeCollected(workplace), platform);
  await one.ready();
  one.visits.rows = "known";
  const inUse: number[] = [];
  for (let sample = 0; sample < COLLECTED.samples; sample++) {
    for (let poll = 0; poll < COLLECTED.polls; poll++) await one.take("poll");
    inUse.push(await one.heapBytes());
  }
  return slope(inUse.slice(inUse.length / 2)) / COLLECTED.polls;
}
