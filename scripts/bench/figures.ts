/**
 * What is measured.
 *
 * @module
 */

import type { ByContender } from "./contender.ts";

/** What a figure counts; a table has a precision for each. */
export type Unit = "ms" | "MB" | "bytes" | "";

/** What a figure is. */
export interface FigureDefinition {
  /** As a table names it. */
  readonly title: string;
  readonly unit: Unit;
}

/** The figures by their names, which do not change; a table has them in this order. */
export const FIGURES = {
  start_to_first_beat: { title: "start to first beat accepted", unit: "ms" },
  anonymous_at_20: { title: "anonymous memory after 20 beats", unit: "MB" },
  anonymous_at_2000: { title: "… after 2 000", unit: "MB" },
  anonymous_at_20000: { title: "… after 20 000", unit: "MB" },
  anonymous_slow: { title: "… after 60 at 1 Hz", unit: "MB" },
  anonymous_growth: { title: "… growth from 2 000 to 20 000", unit: "MB" },
  resident_at_20: { title: "resident memory after 20 beats", unit: "MB" },
  resident_at_2000: { title: "… after 2 000", unit: "MB" },
  resident_at_20000: { title: "… after 20 000", unit: "MB" },
  resident_slow: { title: "… after 60 at 1 Hz", unit: "MB" },
  resident_growth: { title: "… growth from 2 000 to 20 000", unit: "MB" },
  cpu_per_beat: { title: "CPU per beat, from 20 to 2 000", unit: "ms" },
  cpu_per_beat_later: { title: "… from 2 000 to 20 000, all at once", unit: "ms" },
  cpu_per_beat_slow: { title: "… at 1 Hz", unit: "ms" },
  requests_per_beat: { title: "requests per beat at full speed", unit: "" },
  later_connections: { title: "new connections after the first beat, at full speed", unit: "" },
  later_connections_slow: { title: "… at 1 Hz", unit: "" },
  poll_known: { title: "poll, 50 known rows", unit: "ms" },
  poll_known_cpu: { title: "… CPU", unit: "ms" },
  poll_known_rss: { title: "… resident growth per poll", unit: "bytes" },
  poll_known_heap: { title: "… in use after a collection, growth per poll", unit: "bytes" },
  poll_new: { title: "poll, 50 new rows", unit: "ms" },
  poll_new_cpu: { title: "… CPU", unit: "ms" },
  append_1: { title: "append 1 result, synced", unit: "ms" },
  append_50: { title: "… 50 results", unit: "ms" },
  append_10000: { title: "… 10 000 results", unit: "ms" },
  append_1_unsynced: { title: "append 1 result, not synced", unit: "ms" },
  append_50_unsynced: { title: "… 50 results", unit: "ms" },
  append_10000_unsynced: { title: "… 10 000 results", unit: "ms" },
  recovery: { title: "start to open, with a journal of 100 000 lines", unit: "ms" },
  recovery_reading: { title: "… reading it", unit: "ms" },
  size_binary: { title: "size of the binary", unit: "MB" },
  size_base: { title: "… of its base", unit: "MB" },
  size_payload: { title: "… of our payload", unit: "MB" },
} as const satisfies Record<string, FigureDefinition>;

/** The name of a figure. */
export type FigureName = keyof typeof FIGURES;

/** What was measured; who has no such thing, or was not measured, is not in it. */
export type Figures = Partial<Record<FigureName, ByContender<number>>>;
