import type { BeatBody } from "./body.ts";

/** A field that a beat can do without. */
type OptionalField =
  | "observed_generation"
  | "runtime_metadata"
  | "sample_error"
  | "current_task";

/** What is left out for a platform that refuses the body, one step after the other. */
const STEPS: readonly (readonly OptionalField[])[] = [
  ["observed_generation"],
  ["runtime_metadata"],
  ["sample_error", "current_task"],
];

/** A platform that refused a field may have been updated since. */
const FULL_BODY_EVERY_MS = 60 * 60 * 1000;
/** Where nothing helps, the steps are gone through again no sooner: a body may cost four requests. */
const REST_MS = 60 * 1000;

/** What a platform that does not see a field does not do. */
const CONSEQUENCES: Readonly<Record<OptionalField, string>> = {
  observed_generation: "the platform does not learn which generation was seen",
  runtime_metadata: "the platform knows neither capabilities nor idle time-out",
  sample_error: "the platform shows no error",
  current_task: "the platform shows no task",
};

/**
 * Finds the body that a platform takes. One that answers 400 to a beat refuses all of them, so the
 * optional blocks are left out one step at a time. What worked is remembered when the next beat has
 * confirmed that nothing fuller does, and the full body is tried again every hour. While nothing works,
 * that is done once a minute.
 */
export class BodyFit {
  readonly #now: () => number;
  /** How many steps are known to be needed. */
  #known = 0;
  /** How many the last beat has needed, where that is more. */
  #suspected = 0;
  #fullBodyAt = -Infinity;
  /** How many steps the tries of this beat take; the first of them is the one under way. */
  #tries: readonly number[] = [];
  /** Whether this beat has begun with the full body. */
  #beganFull = false;
  /** Until when nothing more is left out, since that did not help. */
  #restsUntil = -Infinity;

  /** @param now Milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Begins a beat: what is sent first.
   *
   * @param body The full body.
   */
  begin(body: BeatBody): object {
    const needed = Math.max(this.#known, this.#suspected);
    const changing = STEPS.map((step, index) => ({ step, taken: index + 1 }))
      .filter(({ step }) => step.some((field) => body[field] !== undefined))
      .map(({ taken }) => taken);
    const now = this.#now();
    // A body without what was refused would say nothing about that.
    const isDue = now >= this.#fullBodyAt && changing.includes(this.#known);
    this.#beganFull = needed === 0 || needed > this.#known || isDue;
    if (now < this.#restsUntil) {
      this.#beganFull = this.#known === 0;
      this.#tries = [this.#known];
    } else if (this.#beganFull) {
      this.#tries = [0, ...changing];
    } else {
      this.#tries = [needed, ...changing.filter((taken) => taken > needed)];
    }
    return this.#trimmed(body);
  }

  /**
   * The platform has refused what was sent: what to send instead.
   *
   * @param body The full body.
   * @returns The next body, or undefined when there is nothing left that could be left out.
   */
  refused(body: BeatBody): object | undefined {
    this.#tries = this.#tries.slice(1);
    if (this.#tries.length > 0) return this.#trimmed(body);
    const now = this.#now();
    if (now >= this.#restsUntil) this.#restsUntil = now + REST_MS;
    return undefined;
  }

  /**
   * The platform has accepted what was sent.
   *
   * @param body The full body.
   * @returns What to tell about it, when something has changed.
   */
  accepted(
    body: BeatBody,
  ): { readonly isTrimmed: boolean; readonly message: string } | undefined {
    const [taken = 0] = this.#tries;
    this.#restsUntil = -Infinity;
    if (taken > 0 && this.#beganFull) this.#fullBodyAt = this.#now() + FULL_BODY_EVERY_MS;
    const isMore = taken > this.#known;
    const isConfirmed = !isMore || taken === this.#suspected;
    this.#suspected = isConfirmed ? 0 : taken;
    if (!isConfirmed || taken === this.#known) return undefined;
    this.#known = taken;
    const fields = leftOut(taken).filter((field) => body[field] !== undefined);
    if (!isMore) {
      const what = taken === 0 ? "the full body" : "more";
      const rest = taken === 0 ? "" : `: only ${fields.join(", ")} is left out`;
      return { isTrimmed: false, message: `The platform takes ${what} of a beat again${rest}` };
    }
    const last = STEPS[taken - 1] ?? [];
    return {
      isTrimmed: true,
      message: `The platform refuses beats with ${last.join(" or ")}: they are sent without ` +
        `${fields.join(", ")}, so that ${fields.map((field) => CONSEQUENCES[field]).join(", ")}; ` +
        "the full body is tried again every hour: update the platform, or workspace-beat",
    };
  }

  /** Something else than what was sent has kept a beat from being accepted: all may have changed. */
  failed(): void {
    this.#restsUntil = -Infinity;
  }

  #trimmed(body: BeatBody): object {
    const names: readonly string[] = leftOut(this.#tries[0] ?? 0);
    return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
  }
}

function leftOut(steps: number): OptionalField[] {
  return STEPS.slice(0, steps).flat();
}
