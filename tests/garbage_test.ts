import { assertEquals, assertRejects } from "@std/assert";
import { whileCollecting } from "../lib/garbage.ts";
import { ManualClock, patient } from "./support/mod.ts";

const HOUR_MS = 3_600_000;

/** Work that goes on until its signal aborts, while garbage is collected by a clock. */
function collecting() {
  const clock = new ManualClock();
  const stop = new AbortController();
  let collections = 0;
  const done = whileCollecting(
    stop.signal,
    (signal) =>
      new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve("done"))),
    { clock, collect: () => void collections++ },
  );
  return { clock, stop, done, collections: () => collections };
}

Deno.test("whileCollecting() collects once an hour", async () => {
  const { clock, stop, done, collections } = collecting();
  for (let hour = 0; hour < 3; hour++) {
    assertEquals([await clock.sleeping(), collections()], [[HOUR_MS], hour]);
    clock.advance(HOUR_MS);
  }
  await clock.sleeping();
  assertEquals(collections(), 3);
  stop.abort();
  await patient(done);
});

Deno.test("whileCollecting() ends with its work, without another collection", async () => {
  const { clock, stop, done, collections } = collecting();
  await clock.sleeping();
  stop.abort();
  assertEquals([await patient(done), collections()], ["done", 0]);
});

Deno.test("whileCollecting() ends with its work when that fails", async () => {
  const clock = new ManualClock();
  const failing = whileCollecting(
    new AbortController().signal,
    () => Promise.reject(new Error("it failed")),
    { clock, collect: () => {} },
  );
  await assertRejects(() => patient(failing), Error, "it failed");
});

Deno.test("whileCollecting() only does its work where nothing collects", async () => {
  const clock = new ManualClock();
  const never = new AbortController().signal;
  const work = () => Promise.resolve("done");
  assertEquals(await whileCollecting(never, work, { clock, collect: undefined }), "done");
});

for (const [flags, hasCollected] of [[["--v8-flags=--expose-gc"], true], [[], false]] as const) {
  Deno.test(`whileCollecting() ${hasCollected ? "collects" : "does not collect"} by itself with ${flags.join() || "no flags"}`, async () => {
    const module = new URL("../lib/garbage.ts", import.meta.url).href;
    // An object that only a weak reference leads to goes with a collection.
    const code = `import { whileCollecting } from ${JSON.stringify(module)};
      const clock = { now: () => 0, sleep: () => new Promise((resolve) => setTimeout(resolve)) };
      let weak;
      (() => { weak = new WeakRef({}); })();
      await whileCollecting(new AbortController().signal, async () => {
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
      }, { clock });
      console.log(weak.deref() === undefined);`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", ...flags, code],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), String(hasCollected));
  });
}
