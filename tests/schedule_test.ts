import { assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { nextTurn } from "../lib/schedule.ts";

const turns: [name: string, last: number, random: number, due: number][] = [
  ["the first turn was on time", 0, 0.5, 130],
  ["the jitter is at its least", 0, 0, 128.5],
  ["the jitter is at its most", 0, 1, 131.5],
  ["the last turn was early", 28.5, 0.5, 160],
  ["the last turn was late", 31.5, 0.5, 160],
  ["the last turn was a retry between two places", 40, 0.5, 160],
  ["a place of the grid is too close to the last turn", 28, 0.5, 160],
  ["turns were missed (D11)", 95, 0.5, 220],
];
for (const [name, last, random, due] of turns) {
  Deno.test(`nextTurn() gives ${due} when ${name}`, () => {
    const options = { gridStart: 100, intervalMs: 30, last: 100 + last, random };
    assertAlmostEquals(nextTurn(options), due, 1e-9);
  });
}

const randoms = fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 2 });

Deno.test("nextTurn() keeps neighbours within the interval ±10 % when every turn is on time", () => {
  fc.assert(fc.property(randoms, fc.integer({ min: 5, max: 300 }), (randoms, seconds) => {
    const intervalMs = seconds * 1000;
    let last = 0;
    for (const random of randoms) {
      const next = nextTurn({ gridStart: 0, intervalMs, last, random });
      if (Math.abs(next - last - intervalMs) > intervalMs / 10 + 1e-6) return false;
      last = next;
    }
    return true;
  }));
});

Deno.test("nextTurn() never drifts from the grid when turns are late or retried (D11)", () => {
  const lateness = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(lateness, (lateness) => {
    let last = 0;
    for (const late of lateness) {
      const next = nextTurn({ gridStart: 0, intervalMs: 1, last, random: 0.5 });
      if (Math.abs(next - Math.round(next)) > 1e-6 || next <= last || next > last + 1.1 + 1e-6) {
        return false;
      }
      last = next + late;
    }
    return true;
  }));
});
