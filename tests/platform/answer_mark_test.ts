import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AnswerMark,
  delegationsRequest,
  healthRequest,
  type Outcome,
  PlatformClient,
  type PlatformRequest,
} from "../../lib/platform/mod.ts";
import { isSameBody, markOf } from "../../lib/platform/answer_mark.ts";
import { type DevPlatform, startDevPlatform } from "../../scripts/dev_platform/mod.ts";

const WORKSPACE = "3f2b8f54-0c0e-4f4e-9d53-1b9a4b6f0a01";

async function send(platform: DevPlatform, request: PlatformRequest): Promise<Outcome> {
  const client = new PlatformClient({ platformUrl: platform.url });
  return await client.send(request, { signal: new AbortController().signal });
}

/** Asks for the listing, as one that knows an answer, or none. */
function list(platform: DevPlatform, known?: AnswerMark): Promise<Outcome> {
  return send(platform, delegationsRequest(WORKSPACE, known));
}

/** Answers the listing with bytes as they are. */
function answerWith(
  platform: DevPlatform,
  body: BodyInit,
  { status = 200, ...headers }: { readonly status?: number; readonly etag?: string } = {},
): void {
  platform.fault("delegations", {
    kind: "handle",
    handler: () => new Response(body, { status, headers }),
  });
}

Deno.test("PlatformClient.send() does not read an answer again that is known", async () => {
  await using platform = await startDevPlatform();
  answerWith(platform, '[{"id":1}]');
  const first = await list(platform);
  assertEquals([first.body, first.isUnchanged], [[{ id: 1 }], undefined]);
  const second = await list(platform, first.mark);
  assertEquals([second.kind, second.body, second.isUnchanged], ["ok", undefined, true]);
  assertEquals([second.mark, second.detail], [first.mark, "answered 200"]);
});

Deno.test("PlatformClient.send() reads an empty list each time where the platform cannot tell", async () => {
  await using platform = await startDevPlatform();
  answerWith(platform, "[]");
  const { body, mark } = await list(platform);
  assertEquals([body, mark], [[], undefined]);
});

Deno.test("PlatformClient.send() reads an answer in which one byte is another", async () => {
  await using platform = await startDevPlatform();
  answerWith(platform, '[{"id":1}]');
  const { mark } = await list(platform);
  answerWith(platform, '[{"id":2}]');
  const second = await list(platform, mark);
  assertEquals([second.body, second.isUnchanged], [[{ id: 2 }], undefined]);
});

Deno.test("PlatformClient.send() recognises an answer that comes in many parts, and reads it right", async () => {
  await using platform = await startDevPlatform();
  // No part holds a whole character.
  const body = JSON.stringify(["漢".repeat(1000)]);
  platform.fault("delegations", { kind: "drip", bytesPerSecond: 100_000, body });
  const first = await list(platform);
  answerWith(platform, body);
  const second = await list(platform, first.mark);
  assertEquals([first.body, second.isUnchanged], [["漢".repeat(1000)], true]);
});

Deno.test("PlatformClient.send() marks only what it is asked to mark", async () => {
  await using platform = await startDevPlatform();
  assertEquals((await send(platform, healthRequest())).mark, undefined);
});

for (const status of [201, 203, 400, 500]) {
  Deno.test(`PlatformClient.send() marks no answer with ${status}`, async () => {
    await using platform = await startDevPlatform();
    answerWith(platform, "[]", { status });
    assertEquals((await list(platform)).mark, undefined);
  });
}

Deno.test("PlatformClient.send() reads a failure although its body is one that is known", async () => {
  await using platform = await startDevPlatform();
  const body = JSON.stringify({ error: "no such thing" });
  answerWith(platform, body);
  const { mark } = await list(platform);
  answerWith(platform, body, { status: 404 });
  const { detail, isUnchanged, kind } = await list(platform, mark);
  assertEquals([kind, detail, isUnchanged], [
    "not_found",
    "answered 404: no such thing",
    undefined,
  ]);
});

Deno.test("PlatformClient.send() asks for an answer only when it is another one, where the platform can tell", async () => {
  await using platform = await startDevPlatform({ offersEtags: true });
  const workspace = platform.addWorkspace();
  const headers = { authorization: `Bearer ${workspace.token}` };
  const ask = (known?: AnswerMark) =>
    send(platform, { ...delegationsRequest(workspace.id, known), headers });
  const first = await ask();
  const second = await ask(first.mark);
  assertEquals([second.kind, second.isUnchanged, second.body, second.mark, second.httpStatus], [
    "ok",
    true,
    undefined,
    undefined,
    304,
  ]);
  workspace.delegate({ id: "d1" });
  const third = await ask(first.mark);
  assertEquals([third.isUnchanged, third.httpStatus], [undefined, 200]);
  const sent = platform.requests.map(({ headers }) => headers.get("if-none-match"));
  assertEquals(sent, [null, first.mark?.etag, first.mark?.etag]);
});

Deno.test("PlatformClient.send() takes a 304 that nobody has asked for as an answer of somebody else", async () => {
  await using platform = await startDevPlatform();
  platform.fault("delegations", { kind: "answer", status: 304 });
  const { isUnchanged, kind } = await list(platform, { digest: "d", etag: undefined });
  assertEquals([kind, isUnchanged], ["misrouted", undefined]);
});

const etags: [etag: string, isSentBack: boolean][] = [
  ['"33a64df5"', true],
  ['W/"33a64df5"', true],
  ['""', true],
  [`"${"x".repeat(256)}"`, true],
  [`"${"x".repeat(257)}"`, false],
  ["33a64df5", false],
  ['w/"33a64df5"', false],
  ['"a b"', false],
  ['"a", "b"', false],
  ['"a"b"', false],
  ['"tab\tin it"', false],
  ['"ümlaut"', false],
  ["", false],
];
for (const [etag, isSentBack] of etags) {
  const shown = etag.length > 20 ? `one of ${etag.length} characters` : `'${etag}'`;
  Deno.test(`PlatformClient.send() ${isSentBack ? "sends back" : "ignores"} an ETag when it is ${shown}`, async () => {
    await using platform = await startDevPlatform();
    answerWith(platform, "[]", { etag });
    const { mark } = await list(platform);
    const { kind } = await list(platform, mark);
    const [, request] = platform.requests;
    const sent = request?.headers.get("if-none-match");
    assertEquals([kind, sent], ["ok", isSentBack ? etag : null]);
  });
}

Deno.test("markOf() gives an ETag that can be sent, or none, when it is given any header", async () => {
  const value = fc.string({ unit: "binary" }).filter((value) => {
    try {
      new Headers({ etag: value });
      return true;
    } catch {
      return false;
    }
  });
  await fc.assert(fc.asyncProperty(value, async (etag) => {
    const { etag: taken = "" } = await markOf(new Uint8Array(), new Headers({ etag }));
    new Request("http://127.0.0.1", { headers: { "if-none-match": taken } });
    return /^[ -~]*$/.test(taken);
  }));
});

Deno.test("markOf() gives the SHA-256 of the body (FIPS 180-2, appendix B.1)", async () => {
  const { digest } = await markOf(new TextEncoder().encode("abc"), new Headers());
  assertEquals(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

Deno.test("isSameBody() does not take what is unknown for the same", () => {
  assertEquals(isSameBody(undefined, undefined), false);
});
