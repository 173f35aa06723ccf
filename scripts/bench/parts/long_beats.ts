import { atOnce, mapped } from "../by_contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { anonymous, beat, cpuPerBeat, type Mark, resident } from "./_beating.ts";

const MARKS = [2000, 20_000] as const;

/**
 * Memory and CPU at full speed until 20 000 beats, of all contenders at once: one after another they
 * would take too long. One that has the binary's flags and is no binary is left out for the same
 * reason.
 *
 * @param course Who is measured, and after how many beats at the most.
 */
export async function measureLongBeats({ platform, field, beats }: Course): Promise<Figures> {
  if (beats < MARKS[1]) return {};
  const { deno_with_flags: _, ...contenders } = field.contenders;
  const runs = await atOnce(contenders, ({ fast }) => beat(fast, { platform, marks: MARKS }));
  const last = (figure: (mark: Mark) => number) =>
    mapped(runs, ([_, to]) => to === undefined ? NaN : figure(to));
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
