import { assertEquals } from "@std/assert";
import { Pace } from "../lib/pace.ts";
import { ManualClock } from "./support/mod.ts";

const { signal } = new AbortController();

Deno.test("Pace.turn() resolves at once when nothing has happened for a while", async () => {
  const clock = new ManualClock();
  const pace = new Pace(2, clock);
  await pace.turn(1, signal);
  clock.advance(500);
  await pace.turn(1, signal);
  clock.advance(60_000);
  await pace.turn(1, signal);
});

Deno.test("Pace.turn() spreads what is asked for at once, in this order", async () => {
  const clock = new ManualClock();
  const pace = new Pace(2, clock);
  const order: number[] = [];
  const turns = [1, 2, 3].map((place) => pace.turn(1, signal).then(() => order.push(place)));
  assertEquals(await clock.sleeping(2), [500, 1000]);
  clock.advance(500);
  await turns[1];
  assertEquals(order, [1, 2]);
  clock.advance(500);
  await Promise.all(turns);
  assertEquals(order, [1, 2, 3]);
});

Deno.test("Pace.turn() lets the next wait longer when several things happen in one turn", async () => {
  const clock = new ManualClock();
  const pace = new Pace(2, clock);
  await pace.turn(3, signal);
  const next = pace.turn(1, signal);
  assertEquals(await clock.sleeping(), [1500]);
  clock.advance(1500);
  await next;
});

Deno.test("Pace.turn() saves nothing up while nobody asks", async () => {
  const clock = new ManualClock();
  const pace = new Pace(2, clock);
  clock.advance(60_000);
  await pace.turn(1, signal);
  const next = pace.turn(1, signal);
  assertEquals(await clock.sleeping(), [500]);
  clock.advance(500);
  await next;
});

Deno.test("Pace.turn() resolves when the signal aborts", async () => {
  const clock = new ManualClock();
  const pace = new Pace(2, clock);
  const end = new AbortController();
  await pace.turn(1, signal);
  const next = pace.turn(1, end.signal);
  end.abort();
  await next;
});
