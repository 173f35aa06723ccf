import { assertEquals } from "@std/assert";
import { spy } from "@std/testing/mock";
import { systemClock } from "../lib/clock.ts";

Deno.test("systemClock.sleep() ends when the signal aborts", async () => {
  const end = new AbortController();
  const slept = systemClock.sleep(3_600_000, end.signal);
  end.abort();
  await slept;
});

Deno.test("systemClock.sleep() ends at once when the signal has aborted before", async () => {
  await systemClock.sleep(3_600_000, AbortSignal.abort());
});

Deno.test("systemClock.sleep() does not end at once when the wait is longer than a timer takes", async () => {
  const end = new AbortController();
  let ended = false;
  const slept = systemClock.sleep(2 ** 33, end.signal).then(() => ended = true);
  await systemClock.sleep(5, end.signal);
  assertEquals(ended, false);
  end.abort();
  await slept;
});

Deno.test("systemClock.sleep() leaves nothing on the signal when it has ended", async () => {
  const { signal } = new AbortController();
  using added = spy(signal, "addEventListener");
  using removed = spy(signal, "removeEventListener");
  for (let turn = 0; turn < 3; turn++) await systemClock.sleep(0, signal);
  assertEquals(added.calls.length, 3);
  assertEquals(removed.calls.map(({ args }) => args), added.calls.map(({ args }) => args));
});

Deno.test("systemClock.now() never goes back", async () => {
  const before = systemClock.now();
  await systemClock.sleep(2, new AbortController().signal);
  assertEquals(systemClock.now() > before, true);
});
