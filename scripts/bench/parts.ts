import type { Part } from "./course.ts";
import { measureAppends } from "./parts/appends.ts";
import { measureBeats } from "./parts/beats.ts";
import { measureLeaks } from "./parts/leaks.ts";
import { measureLongBeats } from "./parts/long_beats.ts";
import { measurePolls } from "./parts/polls.ts";
import { measureRecovery } from "./parts/recovery.ts";
import { measureSizes } from "./parts/sizes.ts";
import { measureSlowBeats } from "./parts/slow_beats.ts";
import { measureStarts } from "./parts/start.ts";

/** What can be measured, in this order. */
export const PARTS = {
  size: measureSizes,
  slow: measureSlowBeats,
  start: measureStarts,
  polls: measurePolls,
  appends: measureAppends,
  recovery: measureRecovery,
  beats: measureBeats,
  long: measureLongBeats,
  leaks: measureLeaks,
} as const satisfies Record<string, Part>;

/** The name of a part. */
export type PartName = keyof typeof PARTS;
