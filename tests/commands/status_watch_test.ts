import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type JudgedStatus, statusText } from "../../lib/commands/status_text.ts";
import { watchStatus } from "../../lib/commands/status_watch.ts";
import { contactVerdict, type Status } from "../../lib/status/mod.ts";
import { exampleStatus, NOW } from "../status/_statuses.ts";
import { ManualClock, startSidecar } from "../support/mod.ts";
import { untilHealth } from "./_status.ts";
import { startSession } from "./_session.ts";

function judged(differences: Partial<Status> = {}, now = NOW): JudgedStatus {
  const found = { kind: "status", status: exampleStatus(differences) } as const;
  return { name: "scribe", file: "/s", found, verdict: contactVerdict(found, { now }), now };
}

/** Watches one status after another, a look each, and gives what is written. */
async function watched(
  looks: readonly JudgedStatus[],
  options: { isTerminal: boolean; hasColours?: boolean },
): Promise<string> {
  const clock = new ManualClock();
  const written: string[] = [];
  let place = 0;
  const end = new AbortController();
  const watching = watchStatus(() => Promise.resolve([looks[place++] ?? judged()]), {
    hasColours: false,
    ...options,
    clock,
    signal: end.signal,
    write: (text) => written.push(text),
  });
  while (place < looks.length) {
    await clock.sleeping();
    clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve));
  }
  await clock.sleeping();
  end.abort();
  await watching;
  return written.join("");
}

Deno.test("watchStatus() shows another block on a pipe only when something but an age has changed", async () => {
  const text = await watched([
    judged(),
    judged({}, NOW + 1000),
    judged({ written_at: new Date(NOW).toISOString() }, NOW + 2000),
    judged({ attempts: 1 }, NOW + 3000),
  ], { isTerminal: false });
  assertEquals([...text.matchAll(/^healthy: /gm)].length, 2);
  assertMatch(text, /^healthy: last beat 12 s ago\n\n {2}workspace /);
});

Deno.test("watchStatus() draws in place on a terminal, and leaves it as it was", async () => {
  const text = await watched([judged(), judged({}, NOW + 1000)], { isTerminal: true });
  assert(text.startsWith("\x1b[?1049h\x1b[?25l\x1b[H\x1b[Jhealthy: last beat 12 s ago\n"));
  assert(text.includes("\x1b[H\x1b[Jhealthy: last beat 13 s ago\n"));
  const [, after = ""] = text.split("\x1b[?25h\x1b[?1049l");
  assertMatch(after, /^healthy: last beat 13 s ago\n/);
});

const WATCHED = {
  hasColours: false,
  clock: new ManualClock(),
  signal: new AbortController().signal,
};

Deno.test("watchStatus() leaves the terminal as it is when it cannot look", async () => {
  const written: string[] = [];
  const watching = watchStatus(() => Promise.reject(new TypeError("no")), {
    ...WATCHED,
    isTerminal: true,
    write: (text) => written.push(text),
  });
  await assertRejects(() => watching, TypeError, "no");
  assertEquals(written, []);
});

Deno.test("watchStatus() ends when nobody reads any more, with what was to be shown", async () => {
  const shown = await watchStatus(() => Promise.resolve([judged()]), {
    ...WATCHED,
    isTerminal: false,
    write: () => {
      throw new Deno.errors.BrokenPipe();
    },
  });
  assertEquals(shown.map(({ verdict }) => verdict.word), ["healthy"]);
});

Deno.test("statusText() colours the first word, green or red, and nothing where it may not", () => {
  const green = statusText([judged()], { hasColours: true });
  assert(green.startsWith("\x1b[1;32mhealthy\x1b[0m: last beat"), green);
  const red = statusText([judged({}, NOW + 240_000)], { hasColours: true });
  assert(red.startsWith("\x1b[1;31mstale\x1b[0m: "), red);
  assert(!statusText([judged()], { hasColours: false }).includes("\x1b"));
});

Deno.test("workspaceBeat() watches until SIGINT, and ends as health would", async () => {
  await using session = await startSession();
  const { dir } = session;
  await using _sidecar = session.start({ args: ["--interval", "5"] });
  await untilHealth(dir, /^healthy/);
  await using watching = startSidecar({
    command: "status",
    args: ["--watch", "--configs-dir", dir],
    grants: [`--allow-read=${dir}/.workspace_beat_status.json`],
  });
  await watching.waitForOutput(/^healthy: /);
  await watching.waitForOutput(/ {2}beats +2 accepted/);
  watching.kill("SIGINT");
  assertEquals(await watching.ended(), 0);
  assertEquals(watching.stderr, []);
});
