import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  askedWait,
  FLEET_STEPS_MS,
  retryWait,
  type RetryWaitOptions,
} from "../../lib/platform/backoff.ts";
import { nextTurn } from "../../lib/schedule.ts";

const waits: [
  name: string,
  options: Omit<RetryWaitOptions, "random">,
  least: number,
  most: number,
][] = [
  ["the first attempt failed", { failures: 1 }, 500, 1000],
  ["the second failed too", { failures: 2 }, 1000, 2000],
  ["five have failed", { failures: 5 }, 8000, 16_000],
  ["the step reaches 30 s", { failures: 6 }, 15_000, 30_000],
  ["an outage of months has failed a million times", { failures: 1e6 }, 15_000, 30_000],
  ["a fleet's first attempt failed", { failures: 1, steps: FLEET_STEPS_MS }, 500, 1000],
  ["a fleet's second failed too", { failures: 2, steps: FLEET_STEPS_MS }, 6000, 12_000],
  ["a fleet's step reaches 24 s", { failures: 3, steps: FLEET_STEPS_MS }, 12_000, 24_000],
  ["a fleet has failed a million times", { failures: 1e6, steps: FLEET_STEPS_MS }, 12_000, 24_000],
  ["the interval is less than the step", { failures: 9, longestMs: 5000 }, 2500, 5000],
  ["the interval is more than 30 s", { failures: 9, longestMs: 300_000 }, 15_000, 30_000],
  [
    "the attempt of a fleet hung for 10 s",
    { failures: 9, steps: FLEET_STEPS_MS, longestMs: 30_000, tookMs: 10_000 },
    7000,
    14_000,
  ],
  ["the attempt hung for longer than that", { failures: 9, tookMs: 60_000 }, 500, 1000],
  ["the attempt hung, and the step is short", { failures: 1, tookMs: 10_000 }, 500, 1000],
  ["the platform asks for longer (D13)", { failures: 1, retryAfterSeconds: 7 }, 7000, 7000],
  ["the platform asks for shorter", { failures: 5, retryAfterSeconds: 1 }, 8000, 16_000],
  ["the platform asks for 0 s", { failures: 1, retryAfterSeconds: 0 }, 500, 1000],
  ["nothing is asked for, so nothing spread", { failures: 1, spreadMs: 30_000 }, 500, 1000],
  ["the platform asks for an hour (D13)", { failures: 1, retryAfterSeconds: 3600 }, 60_000, 60_000],
  ["the platform asks for ever", { failures: 1, retryAfterSeconds: Infinity }, 60_000, 60_000],
  [
    "the platform asks for longer than the interval",
    { failures: 1, longestMs: 5000, retryAfterSeconds: 20 },
    20_000,
    20_000,
  ],
  [
    "the platform asks a fleet to wait",
    { failures: 1, retryAfterSeconds: 20, spreadMs: 30_000 },
    20_000,
    26_000,
  ],
  [
    "the platform asks a fleet to wait that beats often",
    { failures: 1, retryAfterSeconds: 20, spreadMs: 5000 },
    20_000,
    25_000,
  ],
  [
    "the platform asks a fleet to wait once more",
    { failures: 2, retryAfterSeconds: 20, spreadMs: 30_000 },
    20_000,
    21_500,
  ],
  [
    "the platform asks a fleet to wait for the third time",
    { failures: 3, retryAfterSeconds: 60, spreadMs: 30_000 },
    60_000,
    60_375,
  ],
];
for (const [name, options, least, most] of waits) {
  Deno.test(`retryWait() gives ${least} to ${most} ms when ${name}`, () => {
    assertEquals(retryWait({ ...options, random: 0 }), least);
    assertEquals(retryWait({ ...options, random: 1 }), most);
  });
}

Deno.test("retryWait() and nextTurn() give at most 4 attempts in any 5 s when a 5 s interval is refused (D1)", () => {
  const intervalMs = 5000;
  const randoms = fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), {
    minLength: 10,
    maxLength: 100,
  });
  fc.assert(fc.property(randoms, (randoms) => {
    // The outage begins after the third beat.
    const attempts: number[] = [0];
    for (const [turn, random] of randoms.entries()) {
      const last = attempts.at(-1) ?? 0;
      const next = turn < 3 ? nextTurn({ gridStart: 0, intervalMs, last, random }) : last +
        retryWait({ failures: turn - 2, steps: FLEET_STEPS_MS, longestMs: intervalMs, random });
      attempts.push(next);
    }
    return attempts.every((attempt, index) => {
      const fifth = attempts[index + 4];
      return fifth === undefined || fifth - attempt > intervalMs;
    });
  }));
});

Deno.test("retryWait() is never 0, and never more than a step above what was asked for, when it is given anything", () => {
  const options = fc.record({
    failures: fc.integer({ min: 1 }),
    longestMs: fc.integer({ min: 1000, max: 300_000 }),
    retryAfterSeconds: fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
    spreadMs: fc.integer({ min: 0, max: 300_000 }),
    tookMs: fc.integer({ min: 0, max: 300_000 }),
    random: fc.double({ min: 0, max: 0.999999, noNaN: true }),
  });
  fc.assert(fc.property(options, (options) => {
    const wait = retryWait(options);
    const asked = askedWait(options.retryAfterSeconds);
    return wait >= 500 && wait >= asked && wait <= asked + 30_000;
  }));
});
