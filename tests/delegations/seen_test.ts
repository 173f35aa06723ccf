import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { forgetOldest, Seen } from "../../lib/delegations/seen.ts";

function seenUpTo(count: number): Seen {
  const seen = new Seen();
  for (let i = 0; i < count; i++) seen.add(`k${i}`);
  return seen;
}

Deno.test("Seen.forget() forgets the oldest first, down to 2000 (contract 7 #15) (D6)", () => {
  const seen = seenUpTo(2250);
  seen.forget(new Set());
  assertEquals(seen.size, 2000);
  assert(!seen.has("k249"));
  assert(seen.has("k250"));
});

Deno.test("Seen.forget() forgets nothing when 2000 are remembered", () => {
  const seen = seenUpTo(2000);
  seen.forget(new Set());
  assertEquals(seen.size, 2000);
});

Deno.test("Seen.forget() never forgets what is listed, however old it is (D6)", () => {
  const listed = new Set(["k0", "k7", "k2049", "never added"]);
  const seen = seenUpTo(2050);
  seen.forget(listed);
  assertEquals(["k0", "k7", "k2049"].map((key) => seen.has(key)), [true, true, true]);
  assertEquals(seen.size, 2000);
  assertEquals(["k51", "k52"].map((key) => seen.has(key)), [false, true]);
});

Deno.test("Seen.forget() keeps more than 2000 when more than that are listed", () => {
  const seen = seenUpTo(2100);
  seen.forget(new Set(Array.from({ length: 2100 }, (_, index) => `k${index}`)));
  assertEquals(seen.size, 2100);
});

Deno.test("Seen.forget() keeps what is listed, and of the rest the youngest, whatever happened before", () => {
  const key = fc.integer({ min: 0, max: 4000 }).map((number) => `k${number}`);
  fc.assert(
    fc.property(
      fc.integer({ min: 1900, max: 2300 }),
      fc.uniqueArray(key, { maxLength: 300 }),
      fc.array(key, { maxLength: 50 }),
      (count, more, listed) => {
        const seen = seenUpTo(count);
        const order = [...new Set([...Array.from({ length: count }, (_, i) => `k${i}`), ...more])];
        for (const added of more) seen.add(added);
        seen.forget(new Set(listed));
        const surplus = order.length - 2000;
        const victims = order.filter((k) => !listed.includes(k)).slice(0, Math.max(0, surplus));
        assertEquals(order.filter((k) => !seen.has(k)), victims);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("forgetOldest() keeps as many as it is told, and of those that are needed all", () => {
  const remembered = new Set(["k1", "k2", "k3", "k4", "k5"]);
  forgetOldest(remembered, (key) => key === "k2", 3);
  assertEquals([...remembered], ["k2", "k4", "k5"]);
});
