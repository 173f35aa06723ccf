import type { BenchPlatform } from "./bench_platform.ts";
import type { Field } from "./field.ts";
import type { Figures } from "./figures.ts";
import type { Workplace } from "./workplace.ts";

/** What every part of the benchmark works with. */
export interface Course {
  readonly platform: BenchPlatform;
  readonly workplace: Workplace;
  readonly field: Field;
  /** How many beats the longest run at full speed has. */
  readonly beats: number;
}

/** One part of the benchmark. */
export type Part = (course: Course) => Promise<Figures>;
