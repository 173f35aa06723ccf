import { assert, assertAlmostEquals, assertEquals, assertLessOrEqual } from "@std/assert";
import { InboundSecret } from "../../lib/secrets/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { PlatformClient, wakeRequest } from "../../lib/platform/mod.ts";
import { Report } from "../../lib/report/mod.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { eachDialect, makeTempDir, ManualClock, recordingLog } from "../support/mod.ts";
import { startBeating } from "./_beating.ts";

eachDialect.test("BeatLoop.run() beats at once, with the full body, when it starts (contract 7 #8, #66)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const report = new Report();
  report.recordError("boom");
  report.startTask("first");
  report.startTask("write");
  await using beating = startBeating(platform, { report });
  await beating.asleep();
  assertEquals(beating.attempts, [0]);
  assertEquals(platform.requests.map(({ path }) => path), ["/registry/heartbeat"]);
  assertEquals(platform.requests[0]?.body, {
    workspace_id: beating.workspace.id,
    error_rate: 1,
    sample_error: "boom",
    active_tasks: 2,
    uptime_seconds: 0,
    current_task: "write",
    runtime_metadata: {
      capabilities: {
        heartbeat: false,
        scheduler: false,
        session: false,
        status_mgmt: false,
        retry: false,
        activity_decoration: false,
        channel_dispatch: false,
      },
    },
  });
});

for (const intervalSeconds of [5, 30, 300]) {
  eachDialect.test(`BeatLoop.run() beats every ${intervalSeconds} s ±10 % when all is well (contract 7 #17, #18, #19)`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    await using beating = startBeating(platform, { intervalSeconds, randoms: [0, 0.999, 0.3] });
    for (let beat = 0; beat < 8; beat++) {
      const gap = await beating.next();
      assertLessOrEqual(Math.abs(gap - intervalSeconds), intervalSeconds * 0.1);
    }
    assertEquals(beating.workspace.beats.length, 9);
    assertEquals(beating.lines, []);
  });
}

eachDialect.test("BeatLoop.run() keeps its place on the grid when an answer is slow (D11)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "hang" });
  await using beating = startBeating(platform);
  await platform.waitFor(() => true, { whenReceived: true });
  beating.clock.advance(4000);
  platform.clearFaults();
  assertEquals(await beating.next(), 26);
  assertEquals(await beating.next(), 30);
});

eachDialect.test("BeatLoop.run() is never in flight twice, and makes up for nothing, when a beat outlasts turns", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "hang" });
  await using beating = startBeating(platform);
  await platform.waitFor(() => true, { whenReceived: true });
  beating.clock.advance(95_000);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(beating.attempts, [0]);
  platform.clearFaults();
  // One beat is overdue and follows at once; the next is back on the grid.
  assertEquals(await beating.asleep(), 25);
  assertEquals(beating.attempts, [0, 95]);
  const [first, second] = platform.requests;
  assert((first?.answeredAt ?? Infinity) <= (second?.receivedAt ?? 0));
});

eachDialect.test("BeatLoop.run() keeps its cadence while a wake waits for the agent's long turn (D7)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform);
  const { id } = beating.workspace;
  beating.workspace.agent = { kind: "blocks" };
  const client = new PlatformClient({ platformUrl: platform.url });
  const message = { role: "user", messageId: "m", parts: [{ kind: "text", text: "wake" }] };
  const wake = client.send(
    wakeRequest(id, { jsonrpc: "2.0", id: 1, method: "message/send", params: { message } }),
    { signal: new AbortController().signal },
  );
  await platform.waitFor(({ route }) => route === "a2a", { whenReceived: true });
  for (let beat = 0; beat < 4; beat++) assertEquals(await beating.next(), 30);
  assertEquals(platform.requestsTo("a2a")[0]?.answeredAt, undefined);
  assertEquals(beating.workspace.beats.length, 5);
  beating.workspace.release();
  assertEquals((await wake).kind, "ok");
});

eachDialect.test("BeatLoop.run() ends and hangs up when the signal aborts during a beat (contract 7 #9)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "hang" });
  await using beating = startBeating(platform);
  await platform.waitFor(() => true, { whenReceived: true });
  beating.stop();
  await beating.running;
  assertEquals((await platform.waitFor(({ aborted }) => aborted)).route, "heartbeat");
  assertEquals(beating.lines, []);
});

eachDialect.test("BeatLoop.run() ends without another beat when the signal aborts between beats (contract 7 #9)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform);
  await beating.asleep();
  beating.stop();
  await beating.running;
  assertEquals(platform.requests.length, 1);
});

eachDialect.test("BeatLoop.run() reports the uptime of the monotonic clock (D21)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using beating = startBeating(platform);
  await beating.next();
  await beating.next();
  assertEquals(beating.workspace.lastBeat?.uptime_seconds, 60);
});

eachDialect.test("BeatLoop.run() keeps what was recorded during a beat for the next one (D23)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const report = new Report();
  report.recordError("before");
  platform.fault("heartbeat", { kind: "hang" });
  await using beating = startBeating(platform, { report });
  await platform.waitFor(() => true, { whenReceived: true });
  report.recordSuccess();
  report.recordError("meanwhile");
  platform.clearFaults();
  await beating.next();
  await beating.next();
  assertEquals(
    beating.workspace.beats.map(({ body }) => [body.error_rate, body.sample_error]),
    [[1, "before"], [0.5, "meanwhile"], [0, ""]],
  );
});

eachDialect.test("BeatLoop.run() keeps the counters, and sends them again, when a beat is not accepted (D2) (contract 7 #67)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const report = new Report();
  report.recordError("boom");
  for (const status of [500, 401, 429]) {
    platform.fault("heartbeat", { kind: "answer", status }, { times: 1 });
  }
  await using beating = startBeating(platform, { report });
  for (let retry = 0; retry < 3; retry++) await beating.next();
  assertEquals(beating.workspace.beats.map(({ body }) => body.sample_error), ["boom"]);
  assertEquals(
    new Set(platform.requests.map(({ text }) => JSON.parse(text).error_rate)),
    new Set([1]),
  );
});

eachDialect.test("BeatLoop.run() sends text that the platform takes when the report holds NUL (D32)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const report = new Report();
  report.startTask(`\0${"x".repeat(2000)}\ud800`);
  await using beating = startBeating(platform, { report });
  await beating.asleep();
  assertEquals(beating.workspace.currentTask.length, 500);
});

eachDialect.test("BeatLoop.run() hands the answer on only when the beat was accepted (contract 7 #117, #118) (D29)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const stolen = { platform_inbound_secret: "not-the-platform" };
  for (const status of [302, 400, 401, 404, 410, 429, 500, 502, 503]) {
    platform.fault("heartbeat", { kind: "answer", status, body: stolen }, { times: 1 });
  }
  const page = `<html>${JSON.stringify(stolen)}</html>`;
  platform.fault("heartbeat", { kind: "answer", status: 200, body: page }, { times: 1 });
  const answers: unknown[] = [];
  await using beating = startBeating(platform, { onAccepted: (answer) => answers.push(answer) });
  for (let retry = 0; retry < 9; retry++) await beating.next();
  assertEquals(answers, [{ status: "ok", platform_inbound_secret: "inbound-secret" }]);
});

eachDialect.test("BeatLoop.run() keeps its cadence while the disk refuses the inbound secret (contract 7 #116)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using dir = await makeTempDir();
  const file = `${dir.path}/.platform_inbound_secret`;
  await Deno.mkdir(`${file}/in-the-way`, { recursive: true });
  const { log, lines } = recordingLog();
  const secrets = new Secrets();
  const inbound = new InboundSecret({ file, secrets, log, clock: new ManualClock() });
  await using beating = startBeating(platform, { onAccepted: (answer) => inbound.offer(answer) });
  for (let beat = 0; beat < 3; beat++) {
    assertEquals(await beating.next(), 30);
    await inbound.settled();
  }
  assertEquals(beating.lines, []);
  assertEquals(lines.filter(({ level }) => level === "WARN").length, 1);
  await Deno.remove(file, { recursive: true });
  await beating.next();
  await inbound.settled();
  assertEquals(await Deno.readTextFile(file), "inbound-secret");
});

const spread: [random: number, waits: number[]][] = [
  [0, [1.5, 30, 30]],
  [0.5, [18, 30, 30]],
  [1 - Number.EPSILON, [33, 31.5, 30]], // the jitter of the second is cut off
];
for (const [random, waits] of spread) {
  Deno.test(`BeatLoop.run() waits ${waits.join(", ")} s between its first beats when the random number is ${random}`, async () => {
    await using platform = await startDevPlatform();
    await using beating = startBeating(platform, { place: undefined, randoms: [random] });
    for (const wait of waits) assertAlmostEquals(await beating.next(), wait, 1e-6);
  });
}
