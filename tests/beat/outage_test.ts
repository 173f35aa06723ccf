import { assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { startBeating } from "./_beating.ts";
import { eachDialect } from "../support/mod.ts";

eachDialect.test("BeatLoop.run() waits longer after each of the first failures, up to the interval, when beats fail (D1)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "answer", status: 503 });
  await using beating = startBeating(platform, { intervalSeconds: 20, randoms: [0, 1] });
  const waits: number[] = [];
  for (let retry = 0; retry < 8; retry++) waits.push(await beating.next());
  // By turns the half and the whole of the steps 1, 12, 20, 20 … s.
  assertEquals(waits, [0.5, 12, 10, 20, 10, 20, 10, 20]);
});

eachDialect.test("BeatLoop.run() never waits longer than 24 s when the interval is longer", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "reset" });
  await using beating = startBeating(platform, { intervalSeconds: 300, randoms: [1] });
  const waits: number[] = [];
  for (let retry = 0; retry < 7; retry++) waits.push(await beating.next());
  assertEquals(waits, [1, 12, 24, 24, 24, 24, 24]);
});

eachDialect.test("BeatLoop.run() begins with the first wait again when a beat was accepted in between", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "answer", status: 500 }, { times: 3 });
  await using beating = startBeating(platform, { randoms: [0.999] });
  for (let retry = 0; retry < 3; retry++) await beating.next();
  assertEquals(beating.workspace.beats.length, 1);
  await beating.next();
  platform.fault("heartbeat", { kind: "answer", status: 500 }, { times: 1 });
  await beating.next();
  assertLessOrEqual(await beating.asleep(), 1);
});

eachDialect.test("BeatLoop.run() tries again within 24 s when attempts hang until their deadline", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "hang" });
  await using beating = startBeating(platform, {
    randoms: [0.999],
    // The deadline passes on the manual clock; in real time it is short.
    sender: (client, clock) => ({
      async send(request, options) {
        const outcome = await client.send({ ...request, deadlineMs: 20 }, options);
        clock.advance(request.deadlineMs);
        return outcome;
      },
    }),
  });
  for (let retry = 0; retry < 8; retry++) await beating.next();
  for (const [index, attempt] of beating.attempts.entries()) {
    assertLessOrEqual(attempt - (beating.attempts[index - 1] ?? 0), 24);
  }
});

eachDialect.test("BeatLoop.run() tries at most 4 times in any 5 s, and beats within one interval after, when it was refused for ten minutes (D1) (D38)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform, {
    intervalSeconds: 5,
    randoms: [0, 0.7, 0.999, 0.2, 0.05],
  });
  await beating.next();
  platform.goDown();
  const began = beating.clock.now() / 1000;
  while (beating.clock.now() / 1000 < began + 600) await beating.next();
  const busiest = Math.max(
    ...beating.attempts.map((start) =>
      beating.attempts.filter((attempt) => attempt >= start && attempt < start + 5).length
    ),
  );
  assertLessOrEqual(busiest, 4);
  assertEquals(beating.contact.lost, true);

  platform.comeBack();
  const back = beating.clock.now() / 1000;
  await beating.next();
  assertEquals(beating.workspace.beats.length, 3);
  assertLessOrEqual(beating.clock.now() / 1000 - back, 5);
  assertEquals(beating.contact.lost, false);

  const told = beating.lines.filter(({ level }) => level !== "DEBUG");
  assertEquals(told.map(({ level }) => level), ["WARN", "INFO"]);
  assertMatch(told[0]?.message ?? "", /^The beat failed: .+; retrying$/);
  const [, , firstRefused = NaN] = beating.attempts;
  const seconds = ((beating.attempts.at(-1) ?? NaN) - firstRefused).toFixed(1);
  assertEquals(
    told[1]?.message,
    `Beats recovered after ${seconds} s and ${beating.attempts.length - 3} failed attempts`,
  );
});

const asked: [what: string, headers: Record<string, string>, wait: number][] = [
  ["in seconds", { "Retry-After": "7" }, 7],
  ["beyond the interval", { "Retry-After": "45" }, 45],
  ["for an hour", { "Retry-After": "3600" }, 60],
  ["for no time", { "Retry-After": "0" }, 0.5],
  ["with nonsense", { "Retry-After": "soon" }, 0.5],
];
for (const [what, headers, wait] of asked) {
  for (const status of [429, 503]) {
    eachDialect.test(`BeatLoop.run() waits ${wait} s when the platform answers ${status} and asks to wait ${what} (D13)`, async (dialect) => {
      await using platform = await startDevPlatform({ dialect });
      platform.fault("heartbeat", { kind: "answer", status, headers }, { times: 1 });
      await using beating = startBeating(platform, { randoms: [0] });
      assertEquals(await beating.next(), wait);
      assertEquals(beating.workspace.beats.length, 1);
    });
  }
}

eachDialect.test("BeatLoop.run() waits until the date that the platform names (D13)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const handler = () => {
    const date = new Date(Date.now() + 20_000).toUTCString();
    return new Response(null, { status: 429, headers: { "Retry-After": date } });
  };
  platform.fault("heartbeat", { kind: "handle", handler }, { times: 1 });
  await using beating = startBeating(platform, { randoms: [0] });
  const wait = await beating.asleep();
  assertLessOrEqual(Math.abs(wait - 20), 1); // such a date has whole seconds
});

eachDialect.test("BeatLoop.run() waits out the platform's own rate limit (D13)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, rateLimit: 1 });
  await using beating = startBeating(platform, { intervalSeconds: 5, randoms: [0] });
  await beating.next();
  assertEquals(platform.requests.map(({ status }) => status), [200, 429]);
  const wait = await beating.asleep();
  assertLessOrEqual(wait, 60);
  assertLessOrEqual(50, wait);
});

eachDialect.test("BeatLoop.run() waits up to 6 s longer than it was asked to, so that not all return at once", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const fault = { kind: "answer", status: 429, headers: { "Retry-After": "45" } } as const;
  platform.fault("heartbeat", fault, { times: 3 });
  await using beating = startBeating(platform, { randoms: [0.5] });
  // The half of 6, 1.5 and 0.375 s.
  for (const longer of [3, 0.75, 0.1875]) assertEquals(await beating.next(), 45 + longer);
  assertEquals(beating.workspace.beats.length, 1);
});

const lost: [fault: Fault, lost: boolean][] = [
  [{ kind: "reset" }, true],
  [{ kind: "truncate" }, true],
  [{ kind: "answer", status: 429 }, true],
  [{ kind: "answer", status: 500 }, false],
  [{ kind: "answer", status: 401 }, false],
  [{ kind: "redirect", location: "http://127.0.0.1/" }, false],
  [{ kind: "huge", bytes: 2 * 1024 * 1024 }, false],
];
for (const [fault, isLost] of lost) {
  const shown = "status" in fault ? `${fault.kind} ${fault.status}` : fault.kind;
  eachDialect.test(`BeatLoop.run() records contact ${isLost ? "lost" : "kept"}, and retries, when a beat meets '${shown}' (contract 7 #10)`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    // Not for a number of requests: some versions of Deno's fetch repeat one whose connection broke.
    platform.fault("heartbeat", fault);
    await using beating = startBeating(platform);
    assertEquals(await beating.asleep(), 0.75);
    assertEquals(beating.contact.lost, isLost);
    platform.clearFaults();
    await beating.next();
    assertEquals(beating.contact.lost, false);
    assertEquals(beating.lines.map(({ level }) => level), ["WARN", "INFO"]);
  });
}

const remedies: [status: number, message: RegExp][] = [
  [400, /answered 400: x: the platform does not understand the body/],
  [410, /answered 410: x: the workspace was removed/],
  [404, /answered 404: x: the workspace may have been removed/],
  [500, /answered 500: x; retrying$/],
];
for (const [status, message] of remedies) {
  eachDialect.test(`BeatLoop.run() warns once, and says what to do, when beats are answered with ${status} (contract 7 #119) (D2)`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    platform.fault("heartbeat", { kind: "answer", status, body: { error: "x" } });
    await using beating = startBeating(platform);
    for (let retry = 0; retry < 3; retry++) await beating.next();
    assertEquals(beating.lines.map(({ level }) => level), ["WARN", "DEBUG", "DEBUG", "DEBUG"]);
    assertMatch(beating.lines[0]?.message ?? "", message);
  });
}

eachDialect.test("BeatLoop.run() warns again when the platform refuses the token in the middle of an outage", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  for (const status of [500, 401, 401, 500]) {
    platform.fault("heartbeat", { kind: "answer", status, body: { error: "x" } }, { times: 1 });
  }
  await using beating = startBeating(platform);
  for (let retry = 0; retry < 4; retry++) await beating.next();
  assertEquals(
    beating.lines.map(({ level }) => level),
    ["WARN", "WARN", "DEBUG", "DEBUG", "INFO"],
  );
});
