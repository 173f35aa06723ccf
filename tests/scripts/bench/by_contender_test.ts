import { assertEquals, assertRejects } from "@std/assert";
import { atOnce, inTurn, mapped } from "../../../scripts/bench/by_contender.ts";

Deno.test("inTurn() takes one after another, again and again", async () => {
  const order: string[] = [];
  const results = await inTurn({ binary: "b", python: "p" }, {
    rounds: 2,
    work: (one) => {
      order.push(one);
      return Promise.resolve(order.length);
    },
  });
  assertEquals(order, ["p", "b", "p", "b"]);
  assertEquals(results, { python: [1, 3], binary: [2, 4] });
});

Deno.test("mapped() makes something of those that are there", () => {
  assertEquals(mapped({ node: 0, deno: 3 }, (value) => value + 1), { node: 1, deno: 4 });
});

Deno.test("atOnce() starts all before any has ended", async () => {
  const both = Promise.withResolvers<void>();
  let started = 0;
  const results = await atOnce({ python: 1, node: 2 }, async (one) => {
    started++;
    if (started === 2) both.resolve();
    await both.promise;
    return one * 10;
  });
  assertEquals(results, { python: 10, node: 20 });
});

Deno.test("atOnce() throws what one has thrown when the others have ended", async () => {
  const later = Promise.withResolvers<void>();
  let hasEnded = false;
  const all = atOnce({ python: true, node: false }, async (fails) => {
    if (fails) {
      setTimeout(later.resolve);
      throw new Error("It has ended early");
    }
    await later.promise;
    hasEnded = true;
  });
  await assertRejects(() => all, Error, "It has ended early");
  assertEquals(hasEnded, true);
});
