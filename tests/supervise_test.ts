import { assertEquals } from "@std/assert";
import { type Loop, supervise } from "../lib/supervise.ts";
import { ManualClock, recordingLog } from "./support/mod.ts";

/** Supervises loops under a clock that stands still; disposing ends them. */
function supervised(loops: readonly Loop[]) {
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const end = new AbortController();
  const ended = supervise(loops, { signal: end.signal, log, clock, random: () => 0.5 });
  return {
    clock,
    lines,
    ended,
    stop: () => end.abort(),
    async [Symbol.asyncDispose]() {
      end.abort();
      await ended;
    },
  };
}

/** A loop that waits for the end and counts its starts. */
function steadyLoop(name: string) {
  const loop = {
    name,
    starts: 0,
    async run(signal: AbortSignal): Promise<void> {
      loop.starts++;
      const aborted = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => aborted.resolve());
      await aborted.promise;
    },
  };
  return loop;
}

/** A loop that crashes every time, after some of the clock's time. */
function crashingLoop(crash: () => void) {
  const loop = {
    name: "poll",
    starts: 0,
    async run(): Promise<void> {
      loop.starts++;
      await Promise.resolve();
      crash();
    },
  };
  return loop;
}

Deno.test("supervise() starts a loop again, after a growing wait, when it crashes (contract 7 #16) (D18)", async () => {
  const loop = crashingLoop(() => {
    throw new Error("bad\nrow");
  });
  await using run = supervised([loop]);
  const waits: number[] = [];
  while (waits.length < 7) {
    const [wait = 0] = await run.clock.sleeping();
    waits.push(wait / 0.75);
    run.clock.advance(wait);
  }
  assertEquals(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

Deno.test("supervise() logs one error that names the loop when it crashes", async () => {
  const loop = crashingLoop(() => {
    throw new Error("bad\nrow");
  });
  await using run = supervised([loop]);
  await run.clock.sleeping();
  assertEquals(run.lines, [{
    level: "ERROR",
    message: "The poll loop crashed: bad row; it is started again in 0.8 s",
  }]);
});

Deno.test("supervise() starts a loop again when it ends by itself", async () => {
  const loop = crashingLoop(() => {});
  await using run = supervised([loop]);
  const [wait = 0] = await run.clock.sleeping();
  run.clock.advance(wait);
  await run.clock.sleeping();
  assertEquals(loop.starts, 2);
  assertEquals(run.lines.map(({ level }) => level), ["ERROR", "ERROR"]);
});

Deno.test("supervise() begins with the first wait again when a loop had run soundly since", async () => {
  let soundMs = 0;
  const loop = crashingLoop(() => run.clock.advance(soundMs));
  await using run = supervised([loop]);
  for (let crash = 0; crash < 3; crash++) run.clock.advance((await run.clock.sleeping())[0] ?? 0);
  assertEquals(await run.clock.sleeping(), [6000]);
  soundMs = 60_001;
  run.clock.advance(6000);
  assertEquals(await run.clock.sleeping(), [750]);
});

Deno.test("supervise() leaves the other loops alone when one crashes", async () => {
  const steady = steadyLoop("beat");
  await using run = supervised([
    steady,
    crashingLoop(() => {
      throw new Error("bad row");
    }),
  ]);
  for (let crash = 0; crash < 3; crash++) run.clock.advance((await run.clock.sleeping())[0] ?? 0);
  await run.clock.sleeping();
  assertEquals(steady.starts, 1);
});

Deno.test("supervise() ends without an error when a loop rejects because of the signal (D18)", async () => {
  await using run = supervised([{
    name: "beat",
    run: (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  }]);
  run.stop();
  await run.ended;
  assertEquals(run.lines, []);
});

Deno.test("supervise() starts nothing again when the signal aborts during the wait (D18)", async () => {
  const loop = crashingLoop(() => {
    throw new Error("bad row");
  });
  await using run = supervised([loop]);
  await run.clock.sleeping();
  run.stop();
  await run.ended;
  assertEquals(loop.starts, 1);
});
