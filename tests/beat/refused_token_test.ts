import { assertEquals, assertMatch } from "@std/assert";
import { type DevPlatform, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../support/mod.ts";
import { startBeating } from "./_beating.ts";

/** Answers the next beats so. */
function answer(platform: DevPlatform, statuses: readonly number[]): void {
  for (const status of statuses) {
    platform.fault("heartbeat", { kind: "answer", status, body: { error: "x" } }, { times: 1 });
  }
}

eachDialect.test("BeatLoop.run() says an error with the third refusal of the token in a row (contract 7 #120)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  answer(platform, [401, 401, 401, 401]);
  await using beating = startBeating(platform);
  for (let retry = 0; retry < 4; retry++) await beating.next();
  assertEquals(beating.lines.map(({ level }) => level), [
    "WARN",
    "DEBUG",
    "ERROR",
    "DEBUG",
    "INFO",
  ]);
  assertMatch(
    beating.lines[2]?.message ?? "",
    /^The beat failed: answered 401: x: the platform refuses the token: .+ \(3 times in a row\)$/,
  );
});

eachDialect.test("BeatLoop.run() counts the refusals of the token through other failures (contract 7 #122)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  answer(platform, [401, 503, 401, 401]);
  await using beating = startBeating(platform);
  for (let retry = 0; retry < 4; retry++) await beating.next();
  assertEquals(beating.lines.map(({ level }) => level), [
    "WARN",
    "DEBUG",
    "DEBUG",
    "ERROR",
    "INFO",
  ]);
  assertMatch(beating.lines[3]?.message ?? "", / \(3 times in a row\)$/);
});

eachDialect.test("BeatLoop.run() says an error again with every 20th refusal of the token (contract 7 #121)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  platform.fault("heartbeat", { kind: "answer", status: 401, body: { error: "x" } });
  await using beating = startBeating(platform);
  for (let retry = 0; retry < 45; retry++) await beating.next();
  const errors = beating.lines.filter(({ level }) => level === "ERROR");
  assertEquals(errors.map(({ message }) => /\(\d+ times in a row\)$/.exec(message)?.[0]), [
    "(3 times in a row)",
    "(23 times in a row)",
    "(43 times in a row)",
  ]);
});

eachDialect.test("BeatLoop.run() counts the refusals of the token anew when a beat was accepted (contract 7 #123)", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  answer(platform, [401, 401]);
  await using beating = startBeating(platform);
  for (let beat = 0; beat < 2; beat++) await beating.next();
  answer(platform, [401, 401]);
  for (let beat = 0; beat < 3; beat++) await beating.next();
  assertEquals(beating.lines.filter(({ level }) => level === "ERROR"), []);
});
