import { atOnce, inTurn, mapped } from "../by_contender.ts";
import type { ByContender } from "../contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { median } from "../statistics.ts";
import { beat, cpuPerBeat, type Mark } from "./_beating.ts";

const ROUNDS = 2;
const [SOON, LATER] = [20, 2000];
const MB = 1e6;

/**
 * Memory and CPU at full speed: each contender alone until 2 000 beats, in turn; then all of them at
 * once, until all the beats.
 *
 * @param course Who is measured, and how many beats.
 */
export async function measureBeats(course: Course): Promise<Figures> {
  const { beats } = course;
  const figures = await measureAlone(course, [SOON, LATER].filter((mark) => mark <= beats));
  return beats <= LATER ? figures : { ...figures, ...await measureAtOnce(course) };
}

async function measureAlone(
  { platform, field }: Course,
  marks: readonly number[],
): Promise<Figures> {
  const runs = await inTurn(field.contenders, {
    rounds: ROUNDS,
    work: ({ fast }) => beat(fast, { platform, marks }),
  });
  const at = (mark: number, figure: (mark: Mark) => number): ByContender<number> =>
    mapped(runs, (runs) => median(runs.flatMap((run) => run[mark] ?? []).map(figure)));
  const soon: Figures = {
    anonymous_at_20: at(0, anonymous),
    resident_at_20: at(0, resident),
  };
  if (marks.length < 2) return soon;
  return {
    ...soon,
    anonymous_at_2000: at(1, anonymous),
    resident_at_2000: at(1, resident),
    cpu_per_beat: mapped(runs, (runs) => median(runs.map(cpuPerBeat))),
    requests_per_beat: at(1, ({ beats, requests }) => requests / beats),
    later_connections: at(1, ({ laterConnections }) => laterConnections),
  };
}

async function measureAtOnce({ platform, field, beats }: Course): Promise<Figures> {
  const marks = [LATER, beats];
  const runs = await atOnce(field.contenders, ({ fast }) => beat(fast, { platform, marks }));
  const last = (figure: (mark: Mark) => number) =>
    mapped(runs, ([_, mark]) => mark === undefined ? NaN : figure(mark));
  const growth = (figure: (mark: Mark) => number) =>
    mapped(runs, ([from, to]) => from && to ? figure(to) - figure(from) : NaN);
  return {
    anonymous_at_20000: last(anonymous),
    anonymous_growth: growth(anonymous),
    resident_at_20000: last(resident),
    resident_growth: growth(resident),
    cpu_per_beat_later: mapped(runs, cpuPerBeat),
  };
}

function anonymous({ anonymousBytes }: Mark): number {
  return anonymousBytes / MB;
}

function resident({ residentBytes }: Mark): number {
  return residentBytes / MB;
}
