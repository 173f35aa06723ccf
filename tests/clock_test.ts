import { assertEquals, assertRejects } from "@std/assert";
import { spy } from "@std/testing/mock";
import { FakeTime } from "@std/testing/time";
import { systemClock, withGrace } from "../lib/clock.ts";

Deno.test("systemClock.sleep() ends when the signal aborts", async () => {
  const end = new AbortController();
  const slept = systemClock.sleep(3_600_000, end.signal);
  end.abort();
  await slept;
});

Deno.test("systemClock.sleep() ends at once when the signal has aborted before", async () => {
  await systemClock.sleep(3_600_000, AbortSignal.abort());
});

for (const ms of [0, -5]) {
  Deno.test(`systemClock.sleep() waits for nothing when it is to sleep for ${ms} ms`, async () => {
    const { signal } = new AbortController();
    using added = spy(signal, "addEventListener");
    await systemClock.sleep(ms, signal);
    assertEquals(added.calls.length, 0);
  });
}

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
  for (let turn = 0; turn < 3; turn++) await systemClock.sleep(1, signal);
  assertEquals(added.calls.length, 3);
  assertEquals(removed.calls.map(({ args }) => args), added.calls.map(({ args }) => args));
});

Deno.test("systemClock.now() never goes back", async () => {
  const before = systemClock.now();
  await systemClock.sleep(2, new AbortController().signal);
  assertEquals(systemClock.now() > before, true);
});

/** Work that is done when a test says so, and given up when its signal aborts. */
function graceful() {
  const done = Promise.withResolvers<string>();
  let signal: AbortSignal | undefined;
  return {
    done,
    signal: () => signal,
    work: (given: AbortSignal) => {
      signal = given;
      given.addEventListener("abort", () => done.reject(given.reason));
      return done.promise;
    },
  };
}

Deno.test("withGrace() gives what the work gives when nobody gives it up", async () => {
  const { done, work } = graceful();
  const result = withGrace(new AbortController().signal, 3000, work);
  done.resolve("done");
  assertEquals(await result, "done");
});

Deno.test("withGrace() gives what the work gives when that is done a while after the signal has aborted", async () => {
  using time = new FakeTime();
  const { done, signal, work } = graceful();
  const end = new AbortController();
  const result = withGrace(end.signal, 3000, work);
  end.abort();
  time.tick(2999);
  assertEquals(signal()?.aborted, false);
  done.resolve("done");
  assertEquals(await result, "done");
});

Deno.test("withGrace() gives the work up, for the signal's reason, when the grace is over", async () => {
  using time = new FakeTime();
  const { signal, work } = graceful();
  const end = new AbortController();
  const result = withGrace(end.signal, 3000, work);
  end.abort(new Error("stopping"));
  const rejected = assertRejects(() => result, Error, "stopping");
  time.tick(3000);
  assertEquals(signal()?.aborted, true);
  await rejected;
});

Deno.test("withGrace() begins nothing, and rejects with the signal's reason, when that has aborted before", async () => {
  const { signal, work } = graceful();
  const aborted = AbortSignal.abort(new Error("stopping"));
  await assertRejects(() => withGrace(aborted, 3000, work), Error, "stopping");
  assertEquals(signal(), undefined);
});

Deno.test("withGrace() leaves neither a timer nor anything on the signal when the work has failed", async () => {
  const { done, signal, work } = graceful();
  const end = new AbortController();
  using added = spy(end.signal, "addEventListener");
  using removed = spy(end.signal, "removeEventListener");
  using time = new FakeTime();
  const result = withGrace(end.signal, 3000, work);
  end.abort();
  done.reject(new Error("failed"));
  await assertRejects(() => result, Error, "failed");
  time.tick(3000);
  assertEquals(signal()?.aborted, false);
  assertEquals(removed.calls.map(({ args }) => args), added.calls.map(({ args }) => args));
});
