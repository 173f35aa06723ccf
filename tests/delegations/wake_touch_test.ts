import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FileResults, WakeFile } from "../../lib/delegations/mod.ts";
import { resultLine } from "../../lib/delegations/result.ts";
import {
  type TouchEffort,
  WakeTouch,
  type WakeTouchOptions,
} from "../../lib/delegations/wake_touch.ts";
import { makeTempDir, ManualClock, patient, recordingLog } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { never } from "./_bench.ts";
import { exampleResult } from "./_examples.ts";

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** A results file with a result in it, and what touches a wake file for it. */
interface Touching {
  readonly path: string;
  readonly results: string;
  readonly clock: ManualClock;
  readonly touching: WakeTouch;
  /** Delivers another result. */
  deliver(): Promise<void>;
  /** Tries for one result. */
  touch(effort?: Partial<TouchEffort>): Promise<boolean>;
  /** The log's lines at a level, so far. */
  lines(level: "INFO" | "WARN"): string[];
}

async function withTouch(
  work: (touch: Touching) => Promise<void>,
  options: Partial<WakeTouchOptions> = {},
): Promise<void> {
  await using dir = await makeTempDir();
  const path = `${dir.path}/wake`;
  const results = `${dir.path}/results.jsonl`;
  const clock = new ManualClock();
  const { log, lines } = recordingLog();
  const output = new FileResults(results);
  const touching = new WakeTouch({
    wakeFile: new WakeFile({ path, mode: 0o600 }),
    output,
    log,
    clock,
    random: () => 0.5,
    ...options,
  });
  const deliver = () => output.append(resultLine(exampleResult(), 1));
  await deliver();
  await work({
    path,
    results,
    clock,
    touching,
    deliver,
    touch: (effort) =>
      touching.touch(1, { retries: true, isSuperseded: () => false, signal: never, ...effort }),
    lines: (level) => lines.filter((line) => line.level === level).map(({ message }) => message),
  });
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

Deno.test("WakeTouch.touch() touches the wake file, and says so", () =>
  withTouch(async ({ path, touch, lines }) => {
    assertEquals([await touch(), await isThere(path)], [true, true]);
    assertEquals(lines("INFO"), [
      `Touched '${path}' for 1 result: the workspace polls for its messages, so that the platform ` +
      "wakes nobody",
    ]);
    assertEquals(lines("WARN"), []);
  }));

Deno.test("WakeTouch.touch() touches nothing when the agent has taken the results", () =>
  withTouch(async ({ path, results, touch }) => {
    consumeResults(results);
    assertEquals([await touch(), await isThere(path)], [true, false]);
  }));

Deno.test("WakeTouch.touch() tries again, with one warning, until the file can be touched", () =>
  withTouch(async ({ clock, path, touch, lines }) => {
    await Deno.mkdir(path);
    const touched = touch();
    for (const wait of [750, 1500, 3000]) {
      assertEquals(await clock.sleeping(), [wait]);
      if (wait === 3000) await Deno.remove(path);
      clock.advance(wait);
    }
    assertEquals([await patient(touched), await isThere(path)], [true, true]);
    assertEquals(lines("WARN").length, 1);
    assertMatch(lines("WARN").join(), /^Cannot touch the wake file '.*': .*: trying again$/);
    assertEquals(
      lines("INFO")[0],
      "Touching the wake file recovered after 5.3 s and 3 failed attempts",
    );
  }));

Deno.test("WakeTouch.touch() tries once when it is not to try again", () =>
  withTouch(async ({ path, touch, lines }) => {
    await Deno.mkdir(path);
    assertEquals(await touch({ retries: false }), false);
    assertEquals(lines("WARN").length, 1);
  }));

Deno.test("WakeTouch.touch() gives up when there is more to wake the agent for", () =>
  withTouch(async ({ clock, path, touch }) => {
    await Deno.mkdir(path);
    let isSuperseded = false;
    const touched = touch({ isSuperseded: () => isSuperseded });
    const [wait = 0] = await clock.sleeping();
    isSuperseded = true;
    clock.advance(wait);
    assertEquals(await patient(touched), false);
  }));

Deno.test("WakeTouch.touch() gives up when the signal aborts", () =>
  withTouch(async ({ clock, path, touch }) => {
    await Deno.mkdir(path);
    const stop = new AbortController();
    const touched = touch({ signal: stop.signal });
    await clock.sleeping();
    stop.abort();
    assertEquals(await patient(touched), false);
  }));

Deno.test("WakeTouch.touch() does nothing any more when the signal has aborted", () =>
  withTouch(async ({ path, touch }) => {
    assertEquals([await touch({ signal: AbortSignal.abort() }), await isThere(path)], [
      false,
      false,
    ]);
  }));

Deno.test("WakeTouch.touch() ends the trouble without a word when the agent has found the results by itself", () =>
  withTouch(async ({ clock, path, results, touch, lines }) => {
    await Deno.mkdir(path);
    const touched = touch();
    const [wait = 0] = await clock.sleeping();
    consumeResults(results);
    clock.advance(wait);
    assertEquals(await patient(touched), true);
    assertEquals([lines("WARN").length, lines("INFO")], [1, []]);
  }));

Deno.test("WakeTouch.touch() tells of no recovery a week after the agent has found the results by itself", () =>
  withTouch(async ({ clock, deliver, path, results, touch, lines }) => {
    await Deno.mkdir(path);
    await touch({ retries: false });
    consumeResults(results);
    await touch();
    clock.advance(WEEK_MS);
    await Deno.remove(path);
    await deliver();
    await touch();
    assertEquals(lines("INFO").filter((line) => line.includes("recovered")), []);
  }));

/** What ends the trouble. */
const ENDS: [what: string, end: (touch: Touching) => Promise<unknown>][] = [
  ["the agent has found the results by itself", async ({ results, touch }) => {
    consumeResults(results);
    await touch();
  }],
  ["the platform has woken the agent", ({ touching }) => Promise.resolve(touching.end())],
  ["the file could be touched", async ({ path, touch }) => {
    await Deno.remove(path);
    await touch();
    await Deno.remove(path);
    await Deno.mkdir(path);
  }],
];
for (const [what, end] of ENDS) {
  Deno.test(`WakeTouch.touch() warns again of trouble that comes after ${what}`, () =>
    withTouch(async (touching) => {
      const { deliver, path, touch, lines } = touching;
      await Deno.mkdir(path);
      await touch({ retries: false });
      await end(touching);
      await deliver();
      await touch({ retries: false });
      assertEquals(lines("WARN").length, 2);
    }));
}

Deno.test("WakeTouch.end() says nothing", () =>
  withTouch(async ({ path, touch, touching, lines }) => {
    await Deno.mkdir(path);
    await touch({ retries: false });
    touching.end();
    assertEquals(lines("INFO"), []);
  }));

Deno.test("WakeTouch.touch() advises, once, to name a wake file when there is none", () =>
  withTouch(async ({ deliver, path, touch, lines }) => {
    const told = [await touch()];
    await deliver();
    told.push(await touch());
    assertEquals(told, [true, true]);
    assertEquals(lines("WARN"), [
      "The workspace polls for its messages: the agent finds wakes with its next poll, and is not " +
      "woken by them; --wake-file names a file to touch for it",
    ]);
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  }, { wakeFile: undefined }));

Deno.test({
  name:
    "WakeTouch.touch() gives up, and says to rebuild, when the manifest does not grant the file",
  permissions: { read: true, write: [Deno.env.get("TMPDIR") ?? "/tmp"] },
  fn: () =>
    withTouch(async ({ touch, lines }) => {
      assertEquals(await touch(), false);
      assert(
        lines("WARN").join().endsWith(": rebuild, or run with its grant"),
        lines("WARN").join(),
      );
    }, { wakeFile: new WakeFile({ path: "/not/granted.wake", mode: 0o600 }) }),
});
