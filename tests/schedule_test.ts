import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { nextTurn, ownPlaces } from "../lib/schedule.ts";

const turns: [name: string, last: number, random: number, due: number][] = [
  ["the first turn was on time", 0, 0.5, 130],
  ["the jitter is at its least", 0, 0, 128.5],
  ["the jitter is at its most", 0, 1, 131.5],
  ["the last turn was early", 28.5, 0.5, 160],
  ["the last turn was late", 31.5, 0.5, 160],
  ["the last turn was a retry between two places", 40, 0.5, 160],
  ["a place of the grid is too close to the last turn", 28, 0, 158.5],
  ["the one after a place that was too close would be too late", 28, 1, 161],
  ["the random number is in the middle of what is left then", 28, 0.5, 159.75],
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

const places: [slot: number, random: number, beat: number, poll: number][] = [
  [1, 0, 0.1, 0.6],
  [1, 0.25, 0.35, 0.85],
  [1, 0.5, 0.6, 0.1],
  [1, 0.75, 0.85, 0.35],
  [1, 0.999, 1.099, 0.599],
  [0.5, 0, 0.6, 0.1],
  [0.5, 0.5, 0.85, 0.35],
  [0.01, 0, 1.09, 0.59],
  [0.01, 0.5, 1.095, 0.595],
];
for (const [slot, random, beat, poll] of places) {
  Deno.test(`ownPlaces() are ${beat} and ${poll} when the random number is ${random} and the slot ${slot}`, () => {
    const places = ownPlaces(random, slot);
    assertAlmostEquals(places.beat, beat);
    assertAlmostEquals(places.poll, poll);
  });
}

Deno.test("nextTurn() gives every second turn after the start a place of its own, at most 1.1 intervals later", () => {
  // So many workspaces that are started at once, and how many of them beat in each tenth of the next
  // interval.
  const count = 10_000;
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let index = 0; index < count; index++) {
    const { beat: gridStart } = ownPlaces(index / count);
    const random = (index * 0.618034) % 1;
    const due = nextTurn({ gridStart, intervalMs: 1, last: 0, random });
    const tenth = Math.floor((due - 0.1) * 10);
    if (tenth >= 0 && tenth < 10) tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    else assertEquals(due >= 0.05 && due <= 1.1, true, `${due}`);
  }
  assertEquals(tenths.slice(1, 9).every((each) => Math.abs(each - 1000) < 50), true, `${tenths}`);
});

/** The most beats in 60 s of so many workspaces that start one after another in 30 s. */
function mostInAMinute(count: number, slot: number): number {
  const intervalMs = 30_000;
  let random = 0;
  const nextRandom = () => random = (random + 0.618034) % 1;
  const times = Array.from({ length: count }, (_, place) => {
    const start = place * intervalMs / count;
    const gridStart = start + ownPlaces(nextRandom(), slot).beat * intervalMs;
    const own = [start];
    for (let last = start; last < 180_000; own.push(last)) {
      last = nextTurn({ gridStart, intervalMs, last, random: nextRandom() });
    }
    return own;
  }).flat().sort((a, b) => a - b);
  return Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length),
  );
}

Deno.test("ownPlaces() leave those of one process at no more beats in a minute than they have later", () => {
  const count = 200;
  const most = mostInAMinute(count, 1 / count);
  assertEquals(most <= 2 * count * 1.06, true, `${most} of ${2 * count}`);
  // Each anywhere in the interval, as those of many processes are, they would be too many.
  assertEquals(mostInAMinute(count, 1) > 2 * count * 1.15, true);
});
