/**
 * Makes the program's time run faster: runs before the program, whose first argument is then
 * `--speed=N`. What waits for N seconds waits for one. Only waiting makes this time pass, and none
 * passes while a request is under way: that takes a moment of an interval, and would else take many,
 * the more the busier the machine is, and what is due in between would pile up. The deadlines of
 * requests are the machine's own, and stay what they are.
 *
 * @module
 */

import { type Clock, orAborted, systemClock } from "../../../lib/clock.ts";

/** A clock whose waits take less time. */
class PacedClock implements Clock {
  readonly #speed: number;
  readonly #real: Clock;
  #now = 0;
  #underWay = 0;
  #moving = Promise.withResolvers<void>();

  constructor(speed: number, real: Clock) {
    this.#speed = speed;
    this.#real = real;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const due = this.#now + ms;
    await this.#real.sleep(ms / this.#speed, signal);
    while (this.#underWay > 0 && !signal.aborted) await orAborted(this.#moving.promise, signal);
    if (!signal.aborted) this.#now = Math.max(this.#now, due);
  }

  /** Lets time stand still until something has ended. */
  async stoppedFor<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) {
        this.#moving.resolve();
        this.#moving = Promise.withResolvers<void>();
      }
    }
  }
}

const [first = "", ...args] = Deno.args;
const speed = Number(first.replace(/^--speed=/, ""));
if (!(speed > 0)) throw new TypeError(`Expected --speed=N: current value is '${first}'`);
Object.defineProperty(Deno, "args", { value: args });

const clock = new PacedClock(speed, { ...systemClock });
Object.assign(systemClock, {
  now: () => clock.now(),
  sleep: (ms: number, signal: AbortSignal) => clock.sleep(ms, signal),
});
const { fetch } = globalThis;
globalThis.fetch = (...request) => clock.stoppedFor(() => fetch(...request));
