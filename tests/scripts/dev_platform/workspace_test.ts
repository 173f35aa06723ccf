import { assertEquals, assertThrows } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { beat, call } from "./_client.ts";

Deno.test("workspace shows name, parent and counters when it is asked without a token", async () => {
  await using platform = await startDevPlatform();
  const parent = platform.addWorkspace({ name: "Boss" });
  const child = platform.addWorkspace({ name: "Scribe", parentId: parent.id });
  await beat(platform, child, { active_tasks: 2, error_rate: 0.25, uptime_seconds: 9 });
  const { status, body } = await call(platform, `GET /workspaces/${child.id}`);
  assertEquals(status, 200);
  assertEquals(body, {
    id: child.id,
    name: "Scribe",
    role: null,
    tier: 1,
    status: "online",
    url: "http://127.0.0.1:8000",
    parent_id: parent.id,
    active_tasks: 2,
    max_concurrent_tasks: 1,
    last_error_rate: 0.25,
    uptime_seconds: 9,
    runtime: "langgraph",
    x: 0,
    y: 0,
    collapsed: false,
    agent_card: null,
    last_outbound_at: null,
    provision_timeout_ms: 300_000,
  });
  const { text } = await call(platform, `GET /workspaces/${parent.id}`);
  assertEquals(JSON.parse(text).parent_id, null);
});

Deno.test("workspace answers 404 or 400 when there is nothing to show", async () => {
  await using platform = await startDevPlatform();
  const unknown = await call(platform, `GET /workspaces/${crypto.randomUUID()}`);
  assertEquals([unknown.status, unknown.body], [404, { error: "workspace not found" }]);
  const odd = await call(platform, "GET /workspaces/odd");
  assertEquals([odd.status, odd.body], [400, { error: "invalid workspace ID" }]);
});

eachDialect.test("workspace answers with the status, or 410, when the workspace was removed", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, now: () => Date.UTC(2026, 5, 3) });
  const workspace = platform.addWorkspace();
  const { id } = workspace;
  const ask = (query = "") => call(platform, `GET /workspaces/${id}${query}`);
  assertEquals((await ask()).status, 200);
  platform.advance(60_000);
  workspace.status = "removed";
  platform.advance(60_000);
  const removed = await ask();
  if (dialect === "2026-06") {
    assertEquals([removed.status, removed.body], [410, {
      error: "workspace removed",
      id,
      removed_at: "2026-06-03T00:01:00.000Z",
      hint: "Make a new workspace, and give its agent that one's id and token.",
    }]);
    assertEquals((await ask("?include_removed=1")).status, 410);
  } else {
    assertEquals([removed.status, JSON.parse(removed.text).status], [200, "removed"]);
  }
  const shown = await ask("?include_removed=true");
  assertEquals([shown.status, JSON.parse(shown.text).status], [200, "removed"]);
  workspace.status = "online";
  assertEquals((await ask()).status, 200);
});

Deno.test("workspace answers 410 when the workspace was removed from the outset", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06", now: () => 0 });
  const { id } = platform.addWorkspace({ status: "removed" });
  const { status, text } = await call(platform, `GET /workspaces/${id}`);
  assertEquals([status, JSON.parse(text).removed_at], [410, "1970-01-01T00:00:00.000Z"]);
});

Deno.test("state tells whether the workspace is paused when it is asked with a token", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ status: "paused" });
  const { id, token } = workspace;
  const paused = await call(platform, `GET /workspaces/${id}/state`, { token });
  assertEquals(paused.body, { workspace_id: id, status: "paused", paused: true, deleted: false });
  workspace.status = "removed";
  assertEquals((await call(platform, `GET /workspaces/${id}/state`, { token })).status, 401);
});

Deno.test("addWorkspace() and workspace() throw when the id is taken or unknown", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ id: "ws-1" });
  assertEquals(platform.workspace("ws-1"), workspace);
  assertThrows(() => platform.addWorkspace({ id: "ws-1" }), Deno.errors.AlreadyExists, "'ws-1'");
  assertThrows(() => platform.workspace("ws-2"), Deno.errors.NotFound, "'ws-2'");
});
