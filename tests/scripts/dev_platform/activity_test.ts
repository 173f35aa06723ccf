import { assertEquals, assertMatch } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { activity, call, listing, wake } from "./_client.ts";

const PEER = "11111111-2222-4333-8444-555555555555";

eachDialect.test("activity lists messages by type and source, the youngest first", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace();
  const { id, token } = workspace;
  const headers = { "X-Workspace-ID": id };
  await wake(platform, workspace, "m-1", { headers, token });
  await call(platform, `POST /workspaces/${id}/notify`, { token, body: { message: "Hello" } });
  workspace.delegate();
  const summaries = async (query: string) =>
    (await activity(platform, workspace, query)).map(({ summary }) => summary);
  assertEquals(await summaries("?type=a2a_receive"), ["Hello", "Wake up"]);
  assertEquals(await summaries("?type=a2a_receive&source=canvas"), ["Hello"]);
  assertEquals(await summaries("?type=a2a_receive&source=agent"), ["Wake up"]);
  assertEquals((await summaries("?type=&source=")).length, 3);
  assertEquals((await summaries("?limit=1")).length, 1);
  const report = { activity_type: "note", summary: "Mine" };
  await call(platform, `POST /workspaces/${id}/activity`, { token, body: report });
  assertEquals(await summaries("?type=note"), ["Mine"]);
});

Deno.test("activity answers 400 when the source is unknown", async () => {
  await using platform = await startDevPlatform();
  const { id, token } = platform.addWorkspace();
  const answered = await call(platform, `GET /workspaces/${id}/activity?source=x`, { token });
  const body = { error: "source must be 'canvas' or 'agent'" };
  assertEquals([answered.status, answered.body], [400, body]);
});

eachDialect.test("activity lists a row in full when receive() was told all of it", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, now: () => Date.UTC(2026, 5, 3) });
  const workspace = platform.addWorkspace();
  const responseBody = { delegation_id: "d-1", text: "Dug" };
  const id = workspace.receive({
    from: PEER,
    text: "Dig",
    method: "delegate_result",
    status: "error",
    summary: "Dug it",
    messageType: "backpressure",
    responseBody,
  });
  const [row, ...others] = await activity(platform, workspace);
  const messageId = Object(row?.["request_body"]).id;
  assertEquals(others, []);
  assertEquals(row, {
    id,
    workspace_id: workspace.id,
    activity_type: "a2a_receive",
    source_id: PEER,
    target_id: workspace.id,
    method: "delegate_result",
    summary: "Dug it",
    status: "error",
    error_detail: null,
    request_body: {
      jsonrpc: "2.0",
      id: messageId,
      method: "delegate_result",
      params: { message: { role: "user", messageId, parts: [{ kind: "text", text: "Dig" }] } },
    },
    response_body: responseBody,
    ...(dialect === "2026-06" && { message_type: "backpressure" }),
    created_at: "2026-06-03T00:00:00.000Z",
  });
});

Deno.test("receive() lists a message of a new peer without a body when it is told nothing", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const workspace = platform.addWorkspace({ name: "Scribe" });
  for (const options of [undefined, {}]) workspace.receive(options);
  const rows = await activity(platform, workspace);
  assertEquals(new Set(rows.map(({ source_id }) => source_id)).size, 2);
  for (const row of rows) {
    const peer = String(row["source_id"]);
    assertMatch(peer, /^[0-9a-f-]{36}$/);
    assertEquals([row["method"], row["status"]], ["message/send", "ok"]);
    assertEquals(row["summary"], `${peer} → Scribe`);
    assertEquals([row["request_body"], row["response_body"]], [null, null]);
    assertEquals("message_type" in row, false);
  }
});

Deno.test("receive() lists a message as the user's when it is from null", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ name: "Scribe" });
  workspace.receive({ from: null, text: "Hello" });
  const [row] = await activity(platform, workspace, "?source=canvas");
  assertEquals([row?.["source_id"], row?.["summary"]], [null, "user → Scribe"]);
  assertEquals(workspace.delivered, []);
});

eachDialect.test("activity lists the whole message when it came with a2a", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace({ deliveryMode: "poll" });
  await wake(platform, workspace, "m-1", { headers: {} });
  const [row] = await activity(platform, workspace);
  assertEquals(row?.["request_body"], {
    jsonrpc: "2.0",
    id: "1",
    method: "message/send",
    params: {
      message: { role: "user", messageId: "m-1", parts: [{ kind: "text", text: "Wake up" }] },
    },
  });
});

eachDialect.test("activity tells all rows apart by their time when they are of the same millisecond", async (dialect) => {
  // At this time of the world, a double cannot count microseconds by adding 0.001.
  await using platform = await startDevPlatform({ dialect, now: () => Date.UTC(2026, 5, 3) });
  const workspace = platform.addWorkspace();
  for (let n = 0; n < 100; n++) workspace.receive();
  const times = (await activity(platform, workspace)).map((row) => row["created_at"]);
  const fraction = (n: number) => n === 0 ? "" : String(n).padStart(3, "0");
  const expected = Array.from({ length: 100 }, (_, n) => `2026-06-03T00:00:00.000${fraction(n)}Z`);
  assertEquals(times, expected.toReversed());
});

eachDialect.test("delegations tells rows apart by their time when they are of the same millisecond", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, now: () => Date.UTC(2026, 5, 3) });
  const workspace = platform.addWorkspace();
  workspace.finish(workspace.delegate(), "Dug");
  assertEquals((await listing(platform, workspace)).map((row) => row["created_at"]), [
    "2026-06-03T00:00:00.000001Z",
    "2026-06-03T00:00:00.000Z",
  ]);
});

eachDialect.test("pruneActivity() forgets all rows when it is called, those of delegations too", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const [workspace, other] = [platform.addWorkspace(), platform.addWorkspace()];
  for (const { id } of [workspace, other]) platform.workspace(id).receive();
  workspace.delegate();
  workspace.pruneActivity();
  assertEquals(await activity(platform, workspace), []);
  assertEquals(await listing(platform, workspace), []);
  assertEquals((await activity(platform, other)).length, 1);
  const id = workspace.receive();
  assertEquals((await activity(platform, workspace)).map((row) => row["id"]), [id]);
});
