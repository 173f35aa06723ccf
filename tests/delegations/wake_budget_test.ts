import { assertEquals } from "@std/assert";
import { WakeBudget } from "../../lib/delegations/wake_budget.ts";

const HOUR_MS = 60 * 60 * 1000;

Deno.test("WakeBudget.waitMs() is 0 while the hour has room", () => {
  const budget = new WakeBudget(3);
  for (const at of [0, 1, 2]) {
    assertEquals(budget.waitMs(at), 0);
    budget.spend(at);
  }
});

Deno.test("WakeBudget.waitMs() waits until the oldest wake that counts is an hour old", () => {
  const budget = new WakeBudget(2);
  for (const at of [0, 1000]) budget.spend(at);
  assertEquals(budget.waitMs(2000), HOUR_MS - 2000);
  assertEquals(budget.waitMs(HOUR_MS - 1), 1);
  assertEquals(budget.waitMs(HOUR_MS), 0);
  budget.spend(HOUR_MS);
  assertEquals(budget.waitMs(HOUR_MS), 1000);
});

Deno.test("WakeBudget.waitMs() is 0, and never less, when the wakes are long over", () => {
  const budget = new WakeBudget(1);
  budget.spend(0);
  for (const now of [HOUR_MS, HOUR_MS + 1, 100 * HOUR_MS]) {
    assertEquals(budget.waitMs(now), 0, `${now}`);
  }
});

Deno.test("WakeBudget.waitMs() allows no more in any hour, wherever it begins", () => {
  const budget = new WakeBudget(30);
  const spent: number[] = [];
  for (let now = 0; now < 5 * HOUR_MS; now += 30_000) {
    if (budget.waitMs(now) > 0) continue;
    budget.spend(now);
    spent.push(now);
  }
  for (const from of spent) {
    const inHour = spent.filter((at) => at >= from && at < from + HOUR_MS);
    assertEquals(inHour.length <= 30, true, `${inHour.length} from ${from}`);
  }
});

const before: [what: string, wakes: readonly number[], waitMs: number][] = [
  ["there were none", [], 0],
  ["there were fewer than an hour may have", [-60_000], 0],
  ["there were as many", [-120_000, -60_000], HOUR_MS - 120_000],
  ["there were more", [-180_000, -120_000, -60_000], HOUR_MS - 120_000],
  ["they were more than an hour ago", [-2 * HOUR_MS, -HOUR_MS], 0],
];
for (const [what, wakes, waitMs] of before) {
  Deno.test(`WakeBudget.waitMs() is ${waitMs} when, before the start, ${what}`, () => {
    assertEquals(new WakeBudget(2, wakes).waitMs(0), waitMs);
  });
}

Deno.test("WakeBudget.spend() adds to the wakes from before the start", () => {
  const budget = new WakeBudget(2, [-60_000]);
  budget.spend(0);
  assertEquals(budget.waitMs(0), HOUR_MS - 60_000);
});
