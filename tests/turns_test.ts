import { assertEquals, assertRejects } from "@std/assert";
import { Turns } from "../lib/turns.ts";

/** Pieces of work that a test ends one by one, and those that have begun, in order. */
function work(turns: Turns) {
  const begun: string[] = [];
  return {
    begun,
    take(name: string) {
      const end = Promise.withResolvers<string>();
      const done = turns.take(async () => {
        begun.push(name);
        return await end.promise;
      });
      return { done, end: () => end.resolve(name), fail: () => end.reject(new Error(name)) };
    },
  };
}

/** Lets everything happen that waits for nothing. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

Deno.test("Turns.take() gives what the work gives, and begins it at once when it is free", async () => {
  const { begun, take } = work(new Turns());
  const one = take("one");
  assertEquals(begun, ["one"]);
  one.end();
  assertEquals(await one.done, "one");
});

Deno.test("Turns.take() does one thing at a time, in the order in which they were asked for, unless it is told otherwise", async () => {
  const { begun, take } = work(new Turns());
  const [one, two, three] = [take("one"), take("two"), take("three")];
  await turn();
  assertEquals(begun, ["one"]);
  one.end();
  await turn();
  assertEquals(begun, ["one", "two"]);
  two.end();
  three.end();
  await Promise.all([two.done, three.done]);
  assertEquals(begun, ["one", "two", "three"]);
});

Deno.test("Turns.take() begins at once when everything before has ended", async () => {
  const { begun, take } = work(new Turns());
  for (const name of ["one", "two"]) {
    const { done, end } = take(name);
    assertEquals(begun.at(-1), name);
    end();
    await done;
  }
});

for (const most of [2, Infinity]) {
  Deno.test(`Turns.take() does ${most} things at a time when it may`, async () => {
    const { begun, take } = work(new Turns(most));
    const all = ["one", "two", "three"].map(take);
    await turn();
    assertEquals(begun.length, Math.min(most, 3));
    for (const { end } of all) end();
    await Promise.all(all.map(({ done }) => done));
  });
}

Deno.test("Turns.take() rejects with what the work throws, and goes on with the next", async () => {
  const { begun, take } = work(new Turns());
  const [one, two] = [take("one"), take("two")];
  one.fail();
  await assertRejects(() => one.done, Error, "one");
  two.end();
  assertEquals([await two.done, begun], ["two", ["one", "two"]]);
});

Deno.test("Turns.take() does no more at a time when something is asked for while the next is let in", async () => {
  const { begun, take } = work(new Turns());
  const [one, two] = [take("one"), take("two")];
  one.end();
  await one.done;
  const three = take("three");
  await turn();
  assertEquals(begun, ["one", "two"]);
  two.end();
  three.end();
  await Promise.all([two.done, three.done]);
});
