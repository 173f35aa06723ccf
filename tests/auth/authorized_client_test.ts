import { assertEquals, assertRejects } from "@std/assert";
import { AuthorizedClient, type TokenSource } from "../../lib/auth/mod.ts";
import {
  delegationsRequest,
  heartbeatRequest,
  notifyRequest,
  PlatformClient,
} from "../../lib/platform/mod.ts";
import { type DevPlatform, startDevPlatform } from "../../scripts/dev_platform/mod.ts";

/** A source of tokens that counts how often it is asked. */
class CountingTokens implements TokenSource {
  token: string | undefined;
  next: string | undefined;
  refreshes = 0;

  constructor(token: string | undefined, next: string | undefined = token) {
    this.token = token;
    this.next = next;
  }

  current(): Promise<string | undefined> {
    return Promise.resolve(this.token);
  }

  refresh(): Promise<string | undefined> {
    this.refreshes++;
    this.token = this.next;
    return Promise.resolve(this.token);
  }
}

function clientFor(platform: DevPlatform, tokens: TokenSource): AuthorizedClient {
  return new AuthorizedClient(new PlatformClient({ platformUrl: platform.url }), tokens);
}

/** Never aborts. */
function patient(): { signal: AbortSignal } {
  return { signal: new AbortController().signal };
}

Deno.test("AuthorizedClient.send() sends the token as a bearer when there is one (contract 7 #33)", async () => {
  await using platform = await startDevPlatform();
  const { id } = platform.addWorkspace({ token: "hello-world" });
  const tokens = new CountingTokens("hello-world");
  const outcome = await clientFor(platform, tokens).send(delegationsRequest(id), patient());
  assertEquals(outcome.kind, "ok");
  assertEquals(platform.requests[0]?.headers.get("authorization"), "Bearer hello-world");
  assertEquals(tokens.refreshes, 0);
});

Deno.test("AuthorizedClient.send() sends no such header when there is no token (contract 7 #32)", async () => {
  await using platform = await startDevPlatform();
  const { id } = platform.addWorkspace({ token: null });
  const client = clientFor(platform, new CountingTokens(undefined));
  assertEquals((await client.send(heartbeatRequest({ workspace_id: id }), patient())).kind, "ok");
  assertEquals(platform.requests[0]?.headers.has("authorization"), false);
});

Deno.test("AuthorizedClient.send() sends the same bytes once more, with the new token, when it is refused (D2) (D3)", async () => {
  await using platform = await startDevPlatform();
  const { id, token } = platform.addWorkspace();
  const body = { workspace_id: id, current_task: "ü", runtime_metadata: { capabilities: {} } };
  const client = clientFor(platform, new CountingTokens("stale", token));
  assertEquals((await client.send(heartbeatRequest(body), patient())).kind, "ok");
  assertEquals(platform.requests.map(({ status }) => status), [401, 200]);
  assertEquals(platform.requests.map(({ text }) => text), [
    JSON.stringify(body),
    JSON.stringify(body),
  ]);
});

Deno.test("AuthorizedClient.send() tries exactly once more when it is refused again", async () => {
  await using platform = await startDevPlatform();
  const { id } = platform.addWorkspace();
  const tokens = new CountingTokens("stale");
  const outcome = await clientFor(platform, tokens).send(delegationsRequest(id), patient());
  assertEquals(outcome.kind, "unauthorized");
  assertEquals([platform.requests.length, tokens.refreshes], [2, 1]);
});

Deno.test("AuthorizedClient.send() serves every request in the same way, not only beats", async () => {
  await using platform = await startDevPlatform();
  const { id, token } = platform.addWorkspace();
  const client = clientFor(platform, new CountingTokens("stale", token));
  assertEquals((await client.send(notifyRequest(id, "hello"), patient())).kind, "ok");
  assertEquals((await client.send(delegationsRequest(id), patient())).kind, "ok");
  assertEquals(platform.requests.map(({ status }) => status), [401, 200, 200]);
});

Deno.test("AuthorizedClient.send() asks with the new token, too, whether the answer is one that is known", async () => {
  await using platform = await startDevPlatform({ offersEtags: true });
  const { id, token } = platform.addWorkspace();
  const { mark } = await clientFor(platform, new CountingTokens(token))
    .send(delegationsRequest(id), patient());
  const client = clientFor(platform, new CountingTokens("stale", token));
  const { isUnchanged } = await client.send(delegationsRequest(id, mark), patient());
  assertEquals(isUnchanged, true);
  assertEquals(platform.requests.map(({ status }) => status), [200, 401, 304]);
});

for (const status of [400, 403, 404, 429, 500, 503]) {
  Deno.test(`AuthorizedClient.send() does not look for a newer token when the answer is ${status}`, async () => {
    await using platform = await startDevPlatform();
    const { id, token } = platform.addWorkspace();
    platform.fault("delegations", { kind: "answer", status, body: { error: "x" } });
    const tokens = new CountingTokens(token);
    await clientFor(platform, tokens).send(delegationsRequest(id), patient());
    assertEquals([platform.requests.length, tokens.refreshes], [1, 0]);
  });
}

Deno.test("AuthorizedClient.send() rejects when the signal aborts during the second try", async () => {
  await using platform = await startDevPlatform();
  const { id } = platform.addWorkspace();
  platform.fault("delegations", { kind: "answer", status: 401 }, { times: 1 });
  platform.fault("delegations", { kind: "hang" });
  const end = new AbortController();
  const client = clientFor(platform, new CountingTokens("stale"));
  const sent = client.send(delegationsRequest(id), { signal: end.signal });
  await platform.waitFor(() => true, { count: 2, whenReceived: true });
  end.abort(new Error("stopping"));
  await assertRejects(() => sent, Error, "stopping");
});
