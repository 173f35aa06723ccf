import { assertEquals } from "@std/assert";
import { beatGaps } from "../../../scripts/soak/beat_gaps.ts";

const BEATS = [0, 5000, 12_000, 42_000, 47_000];

Deno.test("beatGaps() tells the largest of all gaps", () => {
  assertEquals(beatGaps(BEATS, []), { largest: 30, largestCalm: 30 });
});

Deno.test("beatGaps() leaves out gaps in which something was wrong, if only at an end", () => {
  const calm = (from: number, to: number) => beatGaps(BEATS, [{ from, to }]).largestCalm;
  assertEquals(calm(20_000, 25_000), 7);
  assertEquals(calm(42_000, 43_000), 7);
  assertEquals(calm(8000, 12_000), 5);
  assertEquals(calm(42_001, 43_000), 30);
});

Deno.test("beatGaps() says 0 where there is no gap", () => {
  assertEquals(beatGaps([7], []), { largest: 0, largestCalm: 0 });
  assertEquals(beatGaps([0, 9000], [{ from: 1, to: 2 }]), { largest: 9, largestCalm: 0 });
});
