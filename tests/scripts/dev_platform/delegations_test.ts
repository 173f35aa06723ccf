import { assertEquals, assertThrows } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { beat, call, listing } from "./_client.ts";

const PEER = "11111111-2222-4333-8444-555555555555";

/** What differs between rows: the rest is checked once. */
function brief(rows: Record<string, unknown>[]): unknown[] {
  return rows.map(({ id: _id, type: _type, source_id: _source, created_at: _at, ...row }) => row);
}

Deno.test("delegate() lists one row without optional keys when the target is at it", async () => {
  await using platform = await startDevPlatform({ now: () => Date.UTC(2026, 4, 3) });
  const workspace = platform.addWorkspace();
  const id = workspace.delegate({ to: PEER, id: "d-1" });
  const [row, ...others] = await listing(platform, workspace);
  assertEquals([id, others], ["d-1", []]);
  assertEquals({ ...row, id: "row" }, {
    id: "row",
    type: "delegation",
    source_id: workspace.id,
    target_id: PEER,
    summary: `Delegating to ${PEER}`,
    status: "dispatched",
    created_at: "2026-05-03T00:00:00.000Z",
    delegation_id: "d-1",
  });
});

Deno.test("finish() lists the result first when the peer has replied", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.finish(workspace.delegate({ to: PEER, id: "d-1" }), "All done");
  assertEquals(brief(await listing(platform, workspace)), [
    {
      target_id: PEER,
      summary: "Delegation completed (All done)",
      status: "completed",
      delegation_id: "d-1",
      response_preview: "All done",
    },
    {
      target_id: PEER,
      summary: `Delegating to ${PEER}`,
      status: "completed",
      delegation_id: "d-1",
    },
  ]);
});

eachDialect.test("fail() lists a result with the error when the peer has failed", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace();
  workspace.fail(workspace.delegate({ to: PEER, id: "d-1" }), "out of shovels");
  const rows = await listing(platform, workspace);
  assertEquals(brief(rows.map(({ direction: _direction, ...row }) => row)), [
    {
      target_id: PEER,
      summary: "Delegation failed",
      status: "failed",
      error: "out of shovels",
      ...(dialect === "2026-06" && { delegation_id: "d-1" }),
    },
    {
      target_id: PEER,
      summary: `Delegating to ${PEER}`,
      status: "failed",
      delegation_id: "d-1",
      error: "out of shovels",
    },
  ]);
});

eachDialect.test("delegations tells the direction of all rows when the platform is newer", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace();
  workspace.finish(workspace.delegate(), "Dug");
  workspace.fail(workspace.delegate(), "no");
  workspace.queueDelegation(workspace.delegate());
  const directions = (await listing(platform, workspace)).map((row) => row["direction"]);
  assertEquals(directions, Array(6).fill(dialect === "2026-06" ? "sent" : undefined));
});

Deno.test("finishBare() lists no result until finishResult() has inserted it", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const id = workspace.delegate({ to: PEER });
  workspace.finishBare(id);
  const first = { target_id: PEER, summary: `Delegating to ${PEER}`, status: "completed" };
  assertEquals(brief(await listing(platform, workspace)), [{ ...first, delegation_id: id }]);
  workspace.finishResult(id, "Late");
  assertEquals(brief(await listing(platform, workspace)), [
    {
      target_id: "",
      summary: "Delegation completed (Late)",
      status: "completed",
      delegation_id: id,
      response_preview: "Late",
    },
    { ...first, delegation_id: id },
  ]);
});

Deno.test("drainDelegation() updates the result's row in place when it was queued", async () => {
  let now = 0;
  await using platform = await startDevPlatform({ now: () => now });
  const workspace = platform.addWorkspace();
  const id = workspace.delegate({ to: PEER, id: "d-1" });
  workspace.queueDelegation(id);
  const queued = await listing(platform, workspace);
  assertEquals(brief(queued)[0], {
    target_id: PEER,
    summary: "Delegation queued — target at capacity",
    status: "queued",
    delegation_id: "d-1",
    response_preview: `{"queued": true, "delegation_id": "d-1"}`,
  });
  now = 5000;
  workspace.drainDelegation(id, "At last");
  const drained = await listing(platform, workspace);
  assertEquals(drained.map((row) => row["status"]), ["completed", "queued"]);
  assertEquals(drained.map((row) => row["created_at"]), queued.map((row) => row["created_at"]));
  assertEquals(drained[0]?.["response_preview"], "At last");
});

const cuts: [name: string, reply: string, summary: string, preview: string][] = [
  ["80 bytes", "a".repeat(80), "a".repeat(80), "a".repeat(80)],
  ["81 bytes", "a".repeat(81), "a".repeat(80) + "...", "a".repeat(81)],
  ["300 bytes", "a".repeat(300), "a".repeat(80) + "...", "a".repeat(300)],
  ["301 bytes", "a".repeat(301), "a".repeat(80) + "...", "a".repeat(300) + "..."],
  [
    "a rune of two bytes across byte 300",
    "a".repeat(299) + "äb",
    "a".repeat(80) + "...",
    "a".repeat(299) + "\uFFFD...",
  ],
  [
    "a rune of four bytes across byte 300",
    "a".repeat(297) + "😀",
    "a".repeat(80) + "...",
    "a".repeat(297) + "\uFFFD\uFFFD\uFFFD...",
  ],
  [
    "a rune up to byte 300",
    "a".repeat(298) + "äb",
    "a".repeat(80) + "...",
    "a".repeat(298) + "ä...",
  ],
];

for (const [name, reply, summary, preview] of cuts) {
  Deno.test(`finish() cuts by bytes when the reply has ${name}`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace();
    workspace.finish(workspace.delegate(), reply);
    const [row] = await listing(platform, workspace);
    assertEquals(row?.["summary"], `Delegation completed (${summary})`);
    assertEquals(row?.["response_preview"], preview);
  });
}

for (const reply of ["a".repeat(79) + "ä", "a\0b"]) {
  Deno.test(`finish() loses the result's row when the database refuses ${JSON.stringify(reply.slice(-3))}`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace();
    workspace.finish(workspace.delegate(), reply);
    const rows = await listing(platform, workspace);
    assertEquals(rows.map((row) => [row["status"], row["response_preview"]]), [
      ["completed", undefined],
    ]);
  });
}

Deno.test("delegations lists the youngest 50 rows when there are more", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const ids = Array.from({ length: 60 }, () => workspace.delegate());
  const rows = await listing(platform, workspace);
  assertEquals(rows.map((row) => row["delegation_id"]), ids.toReversed().slice(0, 50));
});

Deno.test("injectRows() lists rows as they are, in front of or instead of the others", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const path = `GET /workspaces/${workspace.id}/delegations`;
  const listed = async () => (await call(platform, path, { token: workspace.token })).text;
  assertEquals(await listed(), "[]");
  workspace.delegate();
  workspace.injectRows([null, { status: 7 }]);
  workspace.injectRows(["younger"]);
  assertEquals((await listed()).startsWith(`["younger",null,{"status":7},{"id"`), true);
  workspace.injectRows([[1]], { replace: true });
  assertEquals(await listed(), "[[1]]");
  const id = workspace.delegate();
  assertEquals((await listing(platform, workspace))[0]?.["delegation_id"], id);
});

Deno.test("finish() throws when there is no such delegation", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  assertThrows(() => workspace.finish("none", ""), Deno.errors.NotFound, "delegation 'none'");
});

Deno.test("delegate drives the target and completes when it answers", async () => {
  await using platform = await startDevPlatform();
  const caller = platform.addWorkspace();
  const target = platform.addWorkspace({ status: "online" });
  target.agent = { kind: "blocks", reply: "Dug" };
  const answered = await call(platform, `POST /workspaces/${caller.id}/delegate`, {
    token: caller.token,
    body: { target_id: target.id, task: "Dig" },
  });
  assertEquals(answered.status, 202);
  assertEquals(brief(await listing(platform, caller)).length, 1);
  assertEquals(target.delivered.map(({ text, callerId }) => [text, callerId]), [[
    "Dig",
    caller.id,
  ]]);
  assertEquals(target.release(), 1);
  await platform.settled();
  const rows = await listing(platform, caller);
  assertEquals(rows.map((row) => [row["status"], row["response_preview"]]), [
    ["completed", "Dug"],
    ["completed", undefined],
  ]);
  assertEquals(answered.body, {
    delegation_id: rows[0]?.["delegation_id"],
    status: "delegated",
    target_id: target.id,
  });
});

Deno.test("delegate fails the delegation when the target cannot be reached", async () => {
  await using platform = await startDevPlatform();
  const caller = platform.addWorkspace();
  const target = platform.addWorkspace();
  target.agent = { kind: "unreachable" };
  await call(platform, `POST /workspaces/${caller.id}/delegate`, {
    token: caller.token,
    body: { target_id: target.id, task: "Dig" },
  });
  await platform.settled();
  const rows = await listing(platform, caller);
  assertEquals(rows.map((row) => [row["status"], row["error"]]), [
    ["failed", "failed to reach workspace agent"],
    ["failed", "failed to reach workspace agent"],
  ]);
});

Deno.test("delegate queues for a busy target, whose next free beat completes the result", async () => {
  await using platform = await startDevPlatform();
  const caller = platform.addWorkspace();
  const target = platform.addWorkspace();
  target.agent = { kind: "busy" };
  await call(platform, `POST /workspaces/${caller.id}/delegate`, {
    token: caller.token,
    body: { target_id: target.id, task: "Dig" },
  });
  await platform.settled();
  const statuses = async () => (await listing(platform, caller)).map((row) => row["status"]);
  assertEquals(await statuses(), ["queued", "queued"]);
  target.agent = { kind: "answers", reply: "Dug" };
  await beat(platform, target, { active_tasks: 1 });
  await platform.settled();
  assertEquals(await statuses(), ["queued", "queued"]);
  await beat(platform, target, { active_tasks: 0 });
  await platform.settled();
  assertEquals(await statuses(), ["completed", "queued"]);
});

Deno.test("delegations/record and …/update insert the result after the first row", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const { id, token } = workspace;
  const recorded = await call(platform, `POST /workspaces/${id}/delegations/record`, {
    token,
    body: { target_id: PEER, task: "Dig", delegation_id: "d-1" },
  });
  assertEquals(recorded.status, 202);
  const statuses = async () => (await listing(platform, workspace)).map((row) => row["status"]);
  assertEquals(await statuses(), ["dispatched"]);
  const path = `POST /workspaces/${id}/delegations/d-1/update`;
  assertEquals((await call(platform, path, { token, body: { status: "queued" } })).status, 400);
  const failed = await call(platform, path, { token, body: { status: "failed", error: "no" } });
  assertEquals([failed.status, await statuses()], [200, ["failed"]]);
  await call(platform, path, { token, body: { status: "completed", response_preview: "Dug" } });
  assertEquals(await statuses(), ["completed", "completed"]);
  assertEquals((await listing(platform, workspace))[0]?.["target_id"], "");
});
