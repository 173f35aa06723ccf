import { assertEquals, assertRejects } from "@std/assert";
import {
  delegationsRequest,
  healthRequest,
  heartbeatRequest,
  notifyRequest,
  pacedSender,
  type PlatformRequest,
  registerRequest,
  type Sender,
  stateRequest,
  wakeRequest,
  workspaceRequest,
} from "../../lib/platform/mod.ts";

const MIB = 1024 * 1024;
const requests: [name: string, request: PlatformRequest, expected: PlatformRequest][] = [
  ["heartbeatRequest", heartbeatRequest({ workspace_id: "w" }), {
    method: "POST",
    path: "/registry/heartbeat",
    body: '{"workspace_id":"w"}',
    deadlineMs: 10_000,
    maxBytes: MIB,
  }],
  ["delegationsRequest", delegationsRequest("w"), {
    method: "GET",
    path: "/workspaces/w/delegations",
    isMarked: true,
    deadlineMs: 10_000,
    maxBytes: 8 * MIB,
  }],
  ["workspaceRequest", workspaceRequest("w"), {
    method: "GET",
    path: "/workspaces/w",
    deadlineMs: 10_000,
    maxBytes: MIB,
  }],
  ["registerRequest", registerRequest({ id: "w" }), {
    method: "POST",
    path: "/registry/register",
    body: '{"id":"w"}',
    deadlineMs: 60_000,
    maxBytes: MIB,
  }],
  ["stateRequest", stateRequest("w"), {
    method: "GET",
    path: "/workspaces/w/state",
    deadlineMs: 10_000,
    maxBytes: MIB,
  }],
  ["healthRequest", healthRequest(), {
    method: "GET",
    path: "/health",
    deadlineMs: 10_000,
    maxBytes: MIB,
  }],
  ["wakeRequest", wakeRequest("w", { jsonrpc: "2.0" }), {
    method: "POST",
    path: "/workspaces/w/a2a",
    body: '{"jsonrpc":"2.0"}',
    headers: { "x-workspace-id": "w" },
    isSentOnce: true,
    deadlineMs: 120_000,
    maxBytes: MIB,
  }],
  ["notifyRequest", notifyRequest("w", "hello"), {
    method: "POST",
    path: "/workspaces/w/notify",
    body: '{"message":"hello"}',
    isSentOnce: true,
    deadlineMs: 10_000,
    maxBytes: MIB,
  }],
];
for (const [name, request, expected] of requests) {
  Deno.test(`${name}() gives the contract's path, deadline and cap when it is called`, () => {
    assertEquals(request, expected);
  });
}

Deno.test("workspaceRequest() stays below /workspaces when an id from elsewhere holds a path", () => {
  assertEquals(workspaceRequest("../admin?x#y").path, "/workspaces/..%2Fadmin%3Fx%23y");
  assertEquals(stateRequest("../admin?x#y").path, "/workspaces/..%2Fadmin%3Fx%23y/state");
});

/** A sender that answers everything with a 200, and what it has sent. */
function answering() {
  const sent: [request: PlatformRequest, signal: AbortSignal][] = [];
  const sender: Sender = {
    send(request, { signal }) {
      signal.throwIfAborted();
      sent.push([request, signal]);
      return Promise.resolve({
        kind: "ok",
        detail: "answered 200",
        body: { request: sent.length },
      });
    },
  };
  return { sender, sent };
}

Deno.test("pacedSender() sends when it may, and gives what became of that", async () => {
  const { sender, sent } = answering();
  const turn = Promise.withResolvers<void>();
  const paced = pacedSender(sender, () => turn.promise);
  const { signal } = new AbortController();
  const outcome = paced.send(healthRequest(), { signal });
  await Promise.resolve();
  assertEquals(sent, []);
  turn.resolve();
  assertEquals(await outcome, { kind: "ok", detail: "answered 200", body: { request: 1 } });
  assertEquals(sent, [[healthRequest(), signal]]);
});

Deno.test("pacedSender() asks for one turn for each request, with its signal", async () => {
  const { sender } = answering();
  const asked: [requests: number, signal: AbortSignal][] = [];
  const paced = pacedSender(sender, (requests, signal) => {
    asked.push([requests, signal]);
    return Promise.resolve();
  });
  const signals = [new AbortController().signal, new AbortController().signal];
  for (const signal of signals) await paced.send(healthRequest(), { signal });
  assertEquals(asked.map(([requests]) => requests), [1, 1]);
  assertEquals(asked.map(([, signal]) => signals.indexOf(signal)), [0, 1]);
});

Deno.test("pacedSender() rejects with the signal's reason when that aborts before its turn", async () => {
  const { sender, sent } = answering();
  const turn = Promise.withResolvers<void>();
  const end = new AbortController();
  const outcome = pacedSender(sender, () => turn.promise).send(healthRequest(), end);
  end.abort(new Error("stopping"));
  turn.resolve();
  await assertRejects(() => outcome, Error, "stopping");
  assertEquals(sent, []);
});
