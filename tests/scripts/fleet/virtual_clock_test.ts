import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../../scripts/fleet/virtual_clock.ts";

const { signal } = new AbortController();

Deno.test("VirtualClock.run() wakes sleepers in the order of their time, and lets what follows settle in between", async () => {
  const clock = new VirtualClock();
  const woken: string[] = [];
  for (const ms of [500, 100, 30_000, 300, 200, 400]) {
    clock.sleep(ms, signal).then(async () => {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      woken.push(`${ms} at ${clock.now()}`);
      if (ms === 100) await clock.sleep(50, signal).then(() => woken.push(`again ${clock.now()}`));
    });
  }
  await clock.run(1000);
  assertEquals(woken, [
    ...["100 at 100", "again 150", "200 at 200", "300 at 300", "400 at 400", "500 at 500"],
  ]);
  assertEquals(clock.now(), 1000);
});

Deno.test("VirtualClock.run() wakes together what is due within 10 ms", async () => {
  const clock = new VirtualClock();
  const woken: number[] = [];
  for (const ms of [11, 19.5, 20, 20.1]) {
    clock.sleep(ms, signal).then(() => woken.push(clock.now()));
  }
  await clock.run(100);
  assertEquals(woken, [20, 20, 20, 30]);
});

Deno.test("VirtualClock.sleep() ends when its signal aborts", async () => {
  const clock = new VirtualClock();
  const end = new AbortController();
  const slept = clock.sleep(1000, end.signal);
  end.abort();
  await slept;
  await clock.sleep(1000, end.signal);
  assertEquals(clock.now(), 0);
  await clock.run(2000); // and is not woken once more
});
