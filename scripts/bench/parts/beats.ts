import { inTurn, mapped } from "../by_contender.ts";
import type { ByContender } from "../contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { median } from "../statistics.ts";
import { anonymous, beat, cpuPerBeat, type Mark, resident } from "./_beating.ts";

const ROUNDS = 5;
const MARKS = [20, 2000];

/**
 * Memory and CPU at full speed until 2 000 beats, of each contender alone, in turn.
 *
 * @param course Who is measured, and after how many beats at the most.
 */
export async function measureBeats({ platform, field, beats }: Course): Promise<Figures> {
  const marks = MARKS.filter((mark) => mark <= beats);
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
