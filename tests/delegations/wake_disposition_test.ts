import { assertEquals, assertStringIncludes } from "@std/assert";
import { wakeDisposition } from "../../lib/delegations/wake_disposition.ts";
import type { OutcomeKind } from "../../lib/platform/mod.ts";

const dispose = (kind: OutcomeKind, body?: unknown) => wakeDisposition({ kind, body, detail: "" });

Deno.test("wakeDisposition() counts every sign of delivery as delivered (D28)", () => {
  const table: [what: string, kind: OutcomeKind, body?: unknown][] = [
    ["the agent's answer", "ok", { jsonrpc: "2.0", result: {} }],
    ["202", "ok", { queued: true, queue_id: "q", queue_depth: 1 }],
    ["200 queued: the agent is booting", "ok", { status: "queued", queued: true }],
    ["an answer without JSON", "ok", undefined],
    ["a JSON-RPC answer whose error is null", "ok", { error: null, result: {} }],
    ["no answer in time", "timed_out"],
    ["502 delivery_confirmed", "confirmed"],
    ["an answer beyond the cap", "oversized"],
  ];
  for (const [what, kind, body] of table) {
    assertEquals(dispose(kind, body), { kind: "delivered" }, what);
  }
});

Deno.test("wakeDisposition() remarks on a JSON-RPC error (D28)", () => {
  const body = { jsonrpc: "2.0", error: { code: -32603, message: "no" } };
  const disposition = dispose("ok", body);
  assertEquals(disposition.kind, "delivered");
  assertStringIncludes(JSON.stringify(disposition), "answered the wake with an error");
});

Deno.test("wakeDisposition() knows that nobody was woken in a workspace that polls (D28)", () => {
  const body = { status: "queued", delivery_mode: "poll", method: "message/send" };
  assertEquals(dispose("ok", body), { kind: "left_waiting" });
});

Deno.test("wakeDisposition() tries again after a while, longer where waiting alone does not help (D28)", () => {
  const table: [kind: OutcomeKind, afterSeconds: number, passes: boolean][] = [
    ["busy", 30, true],
    ["unavailable", 0, true],
    ["unreachable", 0, true],
    ["rate_limited", 0, true],
    ["unauthorized", 60, false],
    ["misrouted", 300, false],
    ["over_budget", 3600, false],
  ];
  for (const [kind, afterSeconds, passes] of table) {
    assertEquals(dispose(kind), { kind: "retry", afterSeconds, passes }, kind);
  }
});

Deno.test("wakeDisposition() abandons what will never be accepted (D28)", () => {
  const kinds: OutcomeKind[] = ["rejected", "forbidden", "not_found", "gone", "not_granted"];
  for (const kind of kinds) assertEquals(dispose(kind), { kind: "abandoned" }, kind);
});
