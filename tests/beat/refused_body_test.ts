import { assertEquals, assertMatch } from "@std/assert";
import {
  type Fault,
  type RecordedRequest,
  startDevPlatform,
} from "../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../support/mod.ts";
import { startBeating } from "./_beating.ts";

function hasMetadata({ text }: RecordedRequest): boolean {
  return text.includes("runtime_metadata");
}

/** A platform that refuses bodies with a block that it does not know. */
const NO_METADATA: Fault = {
  kind: "handle",
  handler: (request) =>
    hasMetadata(request)
      ? Response.json({ error: "invalid request body" }, { status: 400 })
      : Response.json({ status: "ok" }),
};

eachDialect.test("BeatLoop.run() sends one beat without the block, and says nothing, when the platform refuses a body in passing", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "answer", status: 400 }, { times: 1 });
  await using beating = startBeating(platform);
  await beating.next();
  await beating.next();
  assertEquals(platform.requests.map(hasMetadata), [true, false, true, true]);
  assertEquals(beating.lines, []);
});

eachDialect.test("BeatLoop.run() says one error with the second beat, and sends beats without the block, when the platform refuses it", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", NO_METADATA);
  await using beating = startBeating(platform);
  await beating.asleep();
  assertEquals(beating.lines, []);
  for (let beat = 2; beat <= 4; beat++) await beating.next();
  assertEquals(platform.requests.map(hasMetadata), [true, false, true, false, false, false]);
  const [line, ...more] = beating.lines;
  assertEquals([line?.level, more], ["ERROR", []]);
  assertMatch(line?.message ?? "", /^The platform refuses beats with runtime_metadata: /);
});

eachDialect.test("BeatLoop.run() says that all is well again when the platform takes the full body an hour later", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", NO_METADATA);
  await using beating = startBeating(platform, { intervalSeconds: 300 });
  await beating.next();
  platform.clearFaults();
  for (let beat = 3; beat <= 14; beat++) await beating.next();
  assertEquals(beating.lines.map(({ level }) => level), ["ERROR", "INFO"]);
  assertEquals(platform.requests.slice(-2).map(hasMetadata), [false, true]);
});

eachDialect.test("BeatLoop.run() leaves out every step again as soon as the platform was away in between", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "answer", status: 400 });
  await using beating = startBeating(platform);
  await beating.asleep();
  assertEquals(platform.requests.length, 3);
  platform.clearFaults();
  platform.fault("heartbeat", { kind: "answer", status: 503 }, { times: 1 });
  await beating.next();
  platform.clearFaults();
  platform.fault("heartbeat", NO_METADATA);
  await beating.next();
  assertEquals(platform.requests.slice(-2).map(hasMetadata), [true, false]);
});
