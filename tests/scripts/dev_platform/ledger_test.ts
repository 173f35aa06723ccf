import { assertEquals, assertThrows } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { call, listing } from "./_client.ts";

const PEER = "11111111-2222-4333-8444-555555555555";

Deno.test("putLedgerRow() lists a row without id and type, and without what it lacks", async () => {
  await using platform = await startDevPlatform({ now: () => Date.UTC(2026, 4, 3) });
  const workspace = platform.addWorkspace();
  workspace.putLedgerRow({ delegationId: "d-1", to: PEER, task: "Dig", status: "dispatched" });
  assertEquals(await listing(platform, workspace), [{
    delegation_id: "d-1",
    source_id: workspace.id,
    target_id: PEER,
    direction: "sent",
    summary: "Dig",
    status: "dispatched",
    created_at: "2026-05-03T00:00:00.000Z",
    updated_at: "2026-05-03T00:00:00.000Z",
    _ledger: true,
  }]);
});

Deno.test("putLedgerRow() updates a row where it is, and keeps what it is not given", async () => {
  let now = 0;
  await using platform = await startDevPlatform({ now: () => now });
  const workspace = platform.addWorkspace();
  workspace.putLedgerRow({
    delegationId: "d-1",
    to: PEER,
    task: "Dig",
    status: "queued",
    deadline: 60_000,
  });
  now = 1000;
  workspace.putLedgerRow({ delegationId: "d-2", status: "queued" });
  now = 2000;
  workspace.putLedgerRow({ delegationId: "d-1", status: "in_progress", lastHeartbeat: 1500 });
  workspace.putLedgerRow({
    delegationId: "d-1",
    status: "completed",
    responsePreview: "Dug",
    task: "Fill",
  });
  const [, row, ...more] = await listing(platform, workspace);
  assertEquals(more, []);
  assertEquals(row, {
    delegation_id: "d-1",
    source_id: workspace.id,
    target_id: PEER,
    direction: "sent",
    summary: "Dig",
    status: "completed",
    created_at: "1970-01-01T00:00:00.000Z",
    updated_at: "1970-01-01T00:00:02.000Z",
    _ledger: true,
    response_preview: "Dug",
    last_heartbeat: "1970-01-01T00:00:01.500Z",
    deadline: "1970-01-01T00:01:00.000Z",
  });
});

Deno.test("putLedgerRow() hides the activity's rows from the workspaces that it names only", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const other = platform.addWorkspace();
  for (const sender of [workspace, other]) sender.delegate();
  workspace.injectRows([null]);
  workspace.putLedgerRow({ delegationId: "d-1", status: "queued" });
  const ids = async (of: typeof workspace) =>
    (await listing(platform, of)).map((row) => row["_ledger"]);
  assertEquals([await ids(workspace), await ids(other)], [[true], [undefined]]);
});

Deno.test("putLedgerRow() lists a row for both of its workspaces, as sent and as received", async () => {
  await using platform = await startDevPlatform();
  const caller = platform.addWorkspace();
  const callee = platform.addWorkspace();
  callee.putLedgerRow({ delegationId: "d-1", from: caller.id, status: "queued" });
  const seen = async (of: typeof caller) =>
    (await listing(platform, of)).map((row) => [
      row["direction"],
      row["source_id"],
      row["target_id"],
    ]);
  assertEquals(await seen(caller), [["sent", caller.id, callee.id]]);
  assertEquals(await seen(callee), [["received", caller.id, callee.id]]);
});

Deno.test("delegations lists the 50 ledger rows that were delegated last when there are more", async () => {
  await using platform = await startDevPlatform({ now: () => 100_000 });
  const workspace = platform.addWorkspace();
  const put = (delegationId: string, createdAt?: number) =>
    workspace.putLedgerRow({ delegationId, status: "queued", createdAt });
  put("younger", 100_001);
  const ids = Array.from({ length: 60 }, (_, index) => `d-${index}`);
  for (const id of ids) put(id);
  put("older", 1);
  const rows = await listing(platform, workspace);
  assertEquals(
    rows.map((row) => row["delegation_id"]),
    ["younger", ...ids.toReversed().slice(0, 49)],
  );
});

const tasks: [what: string, task: string, summary: string][] = [
  ["200 bytes", "a".repeat(200), "a".repeat(200)],
  ["201 bytes", "a".repeat(201), "a".repeat(200)],
  ["a rune across byte 200", "a".repeat(199) + "ä", "a".repeat(199)],
  ["a rune up to byte 200", "a".repeat(198) + "äb", "a".repeat(198) + "ä"],
];
for (const [what, task, summary] of tasks) {
  Deno.test(`putLedgerRow() lists the first 200 bytes of the task when it has ${what}`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace();
    workspace.putLedgerRow({ delegationId: "d-1", status: "queued", task });
    assertEquals((await listing(platform, workspace))[0]?.["summary"], summary);
  });
}

for (const status of ["completed", "failed", "cancelled"]) {
  Deno.test(`putLedgerRow() throws when a delegation that has ${status} is to go on`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace();
    workspace.putLedgerRow({ delegationId: "d-1", status });
    assertThrows(
      () => workspace.putLedgerRow({ delegationId: "d-1", status: "stuck" }),
      Deno.errors.InvalidData,
      `Cannot set delegation 'd-1' to 'stuck': it has ended: current status is '${status}'`,
    );
    assertEquals((await listing(platform, workspace))[0]?.["status"], status);
  });
}

Deno.test("putLedgerRow() changes nothing when a delegation that has ended ends the same way again", async () => {
  let now = 0;
  await using platform = await startDevPlatform({ now: () => now });
  const workspace = platform.addWorkspace();
  workspace.putLedgerRow({ delegationId: "d-1", status: "completed", responsePreview: "Dug" });
  const before = await listing(platform, workspace);
  now = 1000;
  workspace.putLedgerRow({ delegationId: "d-1", status: "completed", responsePreview: "Filled" });
  assertEquals(await listing(platform, workspace), before);
});

Deno.test("putLedgerRow() lets a stuck delegation complete", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  for (const status of ["stuck", "completed"]) {
    workspace.putLedgerRow({ delegationId: "d-1", status });
  }
  const rows = await listing(platform, workspace);
  assertEquals(rows.map((row) => row["status"]), ["completed"]);
});

Deno.test("putLedgerRow() throws when the delegation is between two other workspaces", async () => {
  await using platform = await startDevPlatform();
  platform.addWorkspace().putLedgerRow({ delegationId: "d-1", status: "queued" });
  const stranger = platform.addWorkspace();
  assertThrows(
    () => stranger.putLedgerRow({ delegationId: "d-1", status: "completed" }),
    Deno.errors.AlreadyExists,
    "delegation 'd-1'",
  );
});

Deno.test("the control surface puts rows into the ledger, and answers 400 to a refused one", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const put = (body: object) =>
    call(platform, `POST /_dev/workspaces/${workspace.id}/ledger`, { body });
  const row = { delegationId: "d-1", status: "failed", error: "no shovel", deadline: 0 };
  const { status, body } = await put(row);
  assertEquals([status, body], [200, { delegation_id: "d-1", status: "failed" }]);
  assertEquals((await listing(platform, workspace))[0]?.["error"], "no shovel");
  const refused = await put({ delegationId: "d-1", status: "queued" });
  assertEquals([refused.status, refused.body], [400, {
    error: "Cannot set delegation 'd-1' to 'queued': it has ended: current status is 'failed'",
  }]);
});

Deno.test("finish() and fail() end a delegation in the ledger when it is nowhere else", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const other = platform.addWorkspace();
  for (const delegationId of ["d-1", "d-2"]) {
    workspace.putLedgerRow({ delegationId, to: other.id, status: "in_progress" });
  }
  workspace.finish("d-1", "Dug");
  workspace.fail("d-2", "no shovel");
  const rows = await listing(platform, workspace);
  assertEquals(
    rows.map((row) => [row["delegation_id"], row["status"], row["response_preview"], row["error"]]),
    [["d-2", "failed", undefined, "no shovel"], ["d-1", "completed", "Dug", undefined]],
  );
  assertThrows(() => other.finish("d-1", "Mine"), Deno.errors.NotFound);
});
