import { assertEquals } from "@std/assert";
import {
  type AgentBehaviour,
  type Dialect,
  startDevPlatform,
  type WorkspaceStatus,
} from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { beat, call, wake } from "./_client.ts";

const refusals: [agent: AgentBehaviour, status: number, retryAfter: string | null, body: object][] =
  [
    [{ kind: "unreachable" }, 502, null, { error: "failed to reach workspace agent" }],
    [{ kind: "restarting" }, 503, null, { restarting: true }],
    [{ kind: "waking" }, 503, "15", { waking: true, retry_after: 15 }],
    [{ kind: "busy-session" }, 503, "30", { busy: true, retry_after: 30, native_session: true }],
    [{ kind: "budget" }, 402, null, { error: "workspace budget limit exceeded" }],
    [{ kind: "unconfirmed", delivered: false }, 502, null, {
      error: "failed to read agent response",
      delivery_confirmed: false,
    }],
  ];

for (const [agent, status, retryAfter, body] of refusals) {
  Deno.test(`a2a answers ${status} when the agent is ${agent.kind}`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace();
    workspace.agent = agent;
    const answered = await wake(platform, workspace, "m-1");
    assertEquals([answered.status, answered.headers.get("retry-after")], [status, retryAfter]);
    assertEquals({ ...JSON.parse(answered.text), ...body }, answered.body);
    assertEquals(workspace.delivered, []);
  });
}

Deno.test("a2a answers with the agent's reply when it takes its turn", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "answers", reply: "Yawn" };
  const { status, text } = await wake(platform, workspace, "m-1", {
    headers: { "X-Workspace-ID": workspace.id, "X-Probe": "1" },
  });
  const { id, result } = JSON.parse(text);
  assertEquals([status, id, result.parts], [200, "1", [{ kind: "text", text: "Yawn" }]]);
  const [delivered] = workspace.delivered;
  assertEquals(delivered?.callerId, workspace.id);
  assertEquals(delivered?.text, "Wake up");
  assertEquals(delivered?.headers?.get("x-probe"), "1");
  assertEquals(delivered?.message, {
    role: "user",
    messageId: "m-1",
    parts: [{ kind: "text", text: "Wake up" }],
  });
});

Deno.test("a2a answers 200 with an error member when the agent's turn ends with an error", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "error", message: "no" };
  const { status, text } = await wake(platform, workspace, "m-1");
  assertEquals([status, JSON.parse(text).error.message], [200, "no"]);
});

Deno.test("a2a reports delivery_confirmed when the answer is lost but the message is not", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "unconfirmed", delivered: true };
  const { status, text } = await wake(platform, workspace, "m-1");
  assertEquals([status, JSON.parse(text).delivery_confirmed], [502, true]);
  assertEquals(workspace.delivered.length, 1);
});

Deno.test("a2a answers only when the agent's turn has ended", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "blocks", reply: "Yawn" };
  const answer = wake(platform, workspace, "m-1");
  const request = await platform.waitFor((r) => r.route === "a2a", { whenReceived: true });
  await beat(platform, workspace);
  assertEquals([request.status, workspace.delivered.length], [undefined, 1]);
  assertEquals(workspace.release(), 1);
  assertEquals((await answer).status, 200);
  assertEquals([request.status, request.aborted, workspace.release()], [200, false, 0]);
});

Deno.test("a2a lets the turn go on when the client hangs up", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "blocks" };
  const hangUp = new AbortController();
  const answer = wake(platform, workspace, "m-1", { signal: hangUp.signal }).catch(() => "gone");
  await platform.waitFor((r) => r.route === "a2a", { whenReceived: true });
  hangUp.abort();
  assertEquals(await answer, "gone");
  const request = await platform.waitFor((r) => r.aborted, { whenReceived: true });
  assertEquals(request.answeredAt, undefined);
  assertEquals(workspace.release(), 1);
  assertEquals((await platform.waitFor((r) => r.aborted)).status, 200);
});

Deno.test("a2a only writes a row when the workspace is in poll mode", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ deliveryMode: "poll" });
  const { status, body } = await wake(platform, workspace, "m-1");
  assertEquals(status, 200);
  assertEquals(body, { status: "queued", delivery_mode: "poll", method: "message/send" });
  assertEquals(workspace.delivered, []);
});

const statuses: [status: WorkspaceStatus, body: object][] = [
  ["hibernated", { error: "workspace is waking up", waking: true, retry_after: 15 }],
  ["provisioning", { error: "workspace has no URL", status: "provisioning" }],
  ["failed", { error: "workspace has no URL", status: "failed" }],
];
for (const [status, body] of statuses) {
  Deno.test(`a2a answers 503 when the workspace is ${status}`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace({ status });
    const answered = await wake(platform, workspace, "m-1");
    assertEquals([answered.status, answered.body], [503, body]);
  });
}

Deno.test("a2a takes a call for the user's when X-Workspace-ID is absent", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  assertEquals((await wake(platform, workspace, "m-1", { headers: {} })).status, 200);
  assertEquals(workspace.delivered[0]?.callerId, null);
});

for (const prefix of ["webhook:", "system:", "test:", "channel:"]) {
  Deno.test(`a2a answers 403 when the caller's id starts with ${prefix}`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace();
    const headers = { "X-Workspace-ID": `${prefix}x` };
    const { status, body } = await wake(platform, workspace, "m-1", { headers });
    assertEquals([status, body], [403, { error: "invalid caller ID" }]);
  });
}

Deno.test("a2a asks for the caller's token when the caller is another workspace", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const caller = platform.addWorkspace({ parentId: workspace.id });
  const stranger = platform.addWorkspace({ parentId: caller.id });
  const headers = { "X-Workspace-ID": caller.id };
  const { token } = caller;
  const missing = await wake(platform, workspace, "m-1", { headers });
  assertEquals([missing.status, missing.body], [401, { error: "missing caller auth token" }]);
  const invalid = await wake(platform, workspace, "m-1", { headers, token: "wrong" });
  assertEquals([invalid.status, invalid.body], [401, { error: "invalid caller auth token" }]);
  assertEquals((await wake(platform, workspace, "m-1", { headers, token })).status, 200);
  const foreign = { headers: { "X-Workspace-ID": stranger.id }, token: stranger.token };
  assertEquals((await wake(platform, workspace, "m-1", foreign)).status, 403);
});

/** What a workspace is answered that does not prove who it is when it sends itself a message. */
const unproven: Readonly<Record<Dialect, [status: number, body?: object][]>> = {
  "2026-04": [[200], [200]],
  "2026-06": [
    [401, { error: "missing caller auth token" }],
    [401, { error: "invalid caller auth token" }],
  ],
};

eachDialect.test("a2a asks for the workspace's own token when the platform is newer", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace();
  const headers = { "X-Workspace-ID": workspace.id };
  const foreign = platform.addWorkspace().token;
  for (const [index, token] of [undefined, foreign].entries()) {
    const { status, body } = await wake(platform, workspace, "m-1", { headers, token });
    const [expected, error = body] = unproven[dialect][index] ?? [];
    assertEquals([status, body], [expected, error]);
  }
  const { token } = workspace;
  assertEquals((await wake(platform, workspace, "m-2", { headers, token })).status, 200);
  assertEquals(workspace.delivered.length, dialect === "2026-06" ? 1 : 3);
  const tokenless = platform.addWorkspace({ token: null });
  assertEquals((await wake(platform, tokenless, "m-1")).status, 200);
});

/** The two ways to say that a body of more than 1 MiB has been cut. */
const tooLong: Readonly<Record<Dialect, [status: number, body: object]>> = {
  "2026-04": [400, { error: "invalid JSON" }],
  "2026-06": [413, { error: "request body too large", truncated: true, max_bytes: 1024 * 1024 }],
};

eachDialect.test("a2a refuses a body when it is longer than 1 MiB", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace();
  const body = (bytes: number) => JSON.stringify({ method: "message/send" }).padEnd(bytes);
  const send = (bytes: number) =>
    wake(platform, workspace, "unused", { headers: {}, body: body(bytes) });
  assertEquals((await send(1024 * 1024)).status, 200);
  // Cut after its first 1 MiB, it is JSON as before: only newer platforms mind.
  assertEquals((await send(1024 * 1024 + 1)).status, dialect === "2026-06" ? 413 : 200);
  const long = JSON.stringify({ method: "a".repeat(1024 * 1024) });
  const refused = await wake(platform, workspace, "unused", { headers: {}, body: long });
  assertEquals([refused.status, refused.body], tooLong[dialect]);
});

const wrongBodies = ["", "{", "[]", "1"];
for (const body of wrongBodies) {
  Deno.test(`a2a answers 400 when the body is '${body}'`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace();
    const answered = await wake(platform, workspace, "m-1", { body });
    assertEquals([answered.status, answered.body], [400, { error: "invalid JSON" }]);
  });
}

Deno.test("a2a adds envelope and messageId when they are missing", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const body = { method: "message/send", params: { message: { role: "user" } } };
  const { text } = await wake(platform, workspace, "unused", { body });
  const answer = JSON.parse(text);
  assertEquals([answer.jsonrpc, answer.id.length], ["2.0", 36]);
  const [delivered] = workspace.delivered;
  const { role, messageId } = Object(delivered?.message);
  assertEquals([role, messageId.length], ["user", 36]);
});

Deno.test("a2a answers 404 when the workspace is unknown", async () => {
  await using platform = await startDevPlatform();
  const { status, body } = await call(platform, "POST /workspaces/none/a2a", { body: {} });
  assertEquals([status, body], [404, { error: "workspace not found" }]);
});
