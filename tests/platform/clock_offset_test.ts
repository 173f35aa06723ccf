import { assertAlmostEquals, assertEquals } from "@std/assert";
import { clockOffset } from "../../lib/platform/clock_offset.ts";
import { classifyAnswer } from "../../lib/platform/outcome.ts";
import { heartbeatRequest, PlatformClient } from "../../lib/platform/mod.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";

const AT = Date.UTC(2026, 4, 1, 12);
const DATE = new Date(AT).toUTCString();

const offsets: [what: string, sentAt: number, answeredAt: number, offset: number][] = [
  ["at once, in the middle of the second", AT + 500, AT + 500, 0],
  ["after 2 s", AT - 500, AT + 1500, 0],
  ["by a platform that is an hour ahead", AT - 3_600_000 + 500, AT - 3_600_000 + 500, 3600],
  ["by a platform that is an hour behind", AT + 3_600_000 + 500, AT + 3_600_000 + 500, -3600],
  ["with a part of a second", AT + 749, AT + 751, -0.2],
];
for (const [what, sentAt, answeredAt, offset] of offsets) {
  Deno.test(`clockOffset() is ${offset} s when it is answered ${what}`, () => {
    assertAlmostEquals(
      clockOffset(new Headers({ date: DATE }), { sentAt, answeredAt }) ?? NaN,
      offset,
      0.06,
    );
  });
}

for (const date of ["", "soon"]) {
  Deno.test(`clockOffset() knows nothing when the Date header is '${date}'`, () => {
    const headers = new Headers({ date });
    assertEquals(clockOffset(headers, { sentAt: AT, answeredAt: AT }), undefined);
  });
}

Deno.test("classifyAnswer() takes no time from what is not the platform's", () => {
  const answer = {
    status: 404,
    headers: new Headers({ date: DATE }),
    text: "<html>",
    exchange: { sentAt: AT, answeredAt: AT },
  };
  assertEquals(classifyAnswer(answer).clockOffsetSeconds, undefined);
});

Deno.test("PlatformClient.send() tells the platform's time and the status of its answer", async () => {
  await using platform = await startDevPlatform();
  const { id } = platform.addWorkspace({ token: null });
  platform.fault("heartbeat", {
    kind: "handle",
    handler: () => {
      const date = new Date(Date.now() + 3_600_000).toUTCString();
      return Response.json({ error: "no" }, { status: 503, headers: { date } });
    },
  });
  const client = new PlatformClient({ platformUrl: platform.url });
  const outcome = await client.send(heartbeatRequest({ workspace_id: id }), {
    signal: new AbortController().signal,
  });
  assertEquals(outcome.httpStatus, 503);
  assertAlmostEquals(outcome.clockOffsetSeconds ?? NaN, 3600, 30);
});
