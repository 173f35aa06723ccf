import type { BenchPlatform } from "./bench_platform.ts";
import type { Field } from "./field.ts";
import type { Figures } from "./figures.ts";
import type { Workplace } from "./workplace.ts";

/** What every part of the benchmark works with. */
export interface Course {
  readonly platform: BenchPlatform;
  readonly workplace: Workplace;
  readonly field: Field;
  /** How many beats a run at full speed has at the most. */
  readonly beats: number;
}

/** One part of the benchmark. */
export type Part = (course: Course) => Promise<Figures>;
