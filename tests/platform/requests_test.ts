import { assertEquals } from "@std/assert";
import {
  delegationsRequest,
  healthRequest,
  heartbeatRequest,
  notifyRequest,
  type PlatformRequest,
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
    deadlineMs: 10_000,
    maxBytes: 8 * MIB,
  }],
  ["workspaceRequest", workspaceRequest("w"), {
    method: "GET",
    path: "/workspaces/w",
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
});
