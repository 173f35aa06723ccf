import { atOnce, mapped } from "../by_contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { anonymous, beat, cpuPerBeat, type Mark, resident } from "./_beating.ts";

/** From the first of these on CPU is counted. */
const MARKS = [5, 60];

/**
 * Memory and CPU after 60 beats at 1 Hz, of all contenders at once: they rest most of the time.
 *
 * @param course Who is measured.
 */
export async function measureSlowBeats({ platform, field }: Course): Promise<Figures> {
  const runs = await atOnce(field.contenders, ({ slow }) => beat(slow, { platform, marks: MARKS }));
  const last = (figure: (mark: Mark) => number) =>
    mapped(runs, ([_, mark]) => mark === undefined ? NaN : figure(mark));
  return {
    anonymous_slow: last(anonymous),
    resident_slow: last(resident),
    cpu_per_beat_slow: mapped(runs, cpuPerBeat),
    later_connections_slow: last(({ laterConnections }) => laterConnections),
  };
}
