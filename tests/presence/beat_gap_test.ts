import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { BeatGap } from "../../lib/presence/beat_gap.ts";
import { ManualClock } from "../support/mod.ts";

Deno.test("BeatGap.end() gives how long it was since the last end, at first since it was made", () => {
  using _wall = new FakeTime();
  const clock = new ManualClock();
  clock.advance(7000); // a clock that does not begin at 0
  const gap = new BeatGap(clock);
  clock.advance(2000);
  assertEquals(gap.end(), 2000);
  assertEquals(gap.end(), 0);
  clock.advance(30_000);
  assertEquals(gap.end(), 30_000);
});

Deno.test("BeatGap.end() counts the time that the machine slept, in which only the wall clock ran", () => {
  using wall = new FakeTime();
  const clock = new ManualClock();
  const gap = new BeatGap(clock);
  wall.tick(200_000);
  clock.advance(30_000);
  assertEquals(gap.end(), 200_000);
  wall.tick(30_000);
  clock.advance(30_000);
  assertEquals(gap.end(), 30_000);
});

Deno.test("BeatGap.end() relies on the monotonic clock when the wall clock was set back", () => {
  const clock = new ManualClock();
  const gap = new BeatGap(clock);
  using _wall = new FakeTime(Date.now() - 3_600_000);
  clock.advance(200_000);
  assertEquals(gap.end(), 200_000);
});
