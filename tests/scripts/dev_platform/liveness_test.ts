import { assertEquals } from "@std/assert";
import { startDevPlatform, type WorkspaceStatus } from "../../../scripts/dev_platform/mod.ts";
import { beat, call } from "./_client.ts";

const transitions: [from: WorkspaceStatus, beat: object, to: WorkspaceStatus][] = [
  ["online", {}, "online"],
  ["online", { runtime_state: "wedged" }, "degraded"],
  ["online", { runtime_state: "sleepy" }, "online"],
  ["online", { error_rate: 0.5 }, "degraded"],
  ["online", { error_rate: 0.49 }, "online"],
  ["degraded", { error_rate: 0.49 }, "degraded"],
  ["degraded", { error_rate: 0.1 }, "degraded"],
  ["degraded", { error_rate: 0.09 }, "online"],
  ["degraded", { error_rate: 0, runtime_state: "wedged" }, "degraded"],
  ["degraded", { error_rate: 0, runtime_state: "sleepy" }, "degraded"],
  ["offline", { error_rate: 1 }, "online"],
  ["provisioning", {}, "online"],
  ["failed", {}, "failed"],
  ["paused", {}, "paused"],
  ["hibernated", {}, "hibernated"],
];

for (const [from, fields, to] of transitions) {
  Deno.test(`heartbeat leads from ${from} to ${to} when it says ${JSON.stringify(fields)}`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace({ status: from });
    await beat(platform, workspace, fields);
    assertEquals(workspace.status, to);
  });
}

Deno.test("heartbeat heeds only a wedge when status_mgmt was declared before", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const runtime_metadata = { capabilities: { status_mgmt: true } };
  await beat(platform, workspace, { runtime_metadata });
  await beat(platform, workspace, { error_rate: 1, runtime_metadata });
  assertEquals(workspace.status, "online");
  await beat(platform, workspace, { runtime_state: "wedged", runtime_metadata });
  assertEquals(workspace.status, "degraded");
  await beat(platform, workspace, { runtime_metadata });
  assertEquals(workspace.status, "degraded");
});

Deno.test("advance() takes a workspace offline when 180 s have passed without a beat", async () => {
  await using platform = await startDevPlatform({ now: () => 1_000_000 });
  const workspace = platform.addWorkspace();
  platform.advance(179_999);
  assertEquals([workspace.status, workspace.livenessKey], ["online", true]);
  platform.advance(1);
  assertEquals([workspace.status, workspace.livenessKey], ["offline", false]);
  assertEquals(workspace.restarts, 1);
  assertEquals(platform.events.map(({ type, at }) => [type, at]), [[
    "WORKSPACE_OFFLINE",
    1_180_000,
  ]]);
});

Deno.test("heartbeat prolongs the liveness key, but does not make one when it has expired", async () => {
  await using platform = await startDevPlatform({ now: () => 0 });
  const workspace = platform.addWorkspace();
  platform.advance(100_000);
  await beat(platform, workspace);
  platform.advance(100_000);
  assertEquals([workspace.status, workspace.livenessKey], ["online", true]);
  platform.advance(100_000);
  await beat(platform, workspace);
  assertEquals([workspace.status, workspace.livenessKey], ["online", false]);
  platform.advance(1_000_000);
  assertEquals([workspace.status, workspace.restarts], ["online", 1]);
});

Deno.test("register makes the liveness key again when it has expired", async () => {
  await using platform = await startDevPlatform({ now: () => 0 });
  const workspace = platform.addWorkspace();
  platform.advance(200_000);
  await call(platform, "POST /registry/register", {
    token: workspace.token,
    body: { id: workspace.id, url: "http://localhost:8000", agent_card: {} },
  });
  assertEquals([workspace.status, workspace.livenessKey], ["online", true]);
  platform.advance(180_000);
  assertEquals([workspace.status, workspace.restarts], ["offline", 2]);
});

const untouched: WorkspaceStatus[] = ["paused", "hibernated", "removed"];
for (const status of untouched) {
  Deno.test(`advance() leaves a workspace alone when it is ${status}`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace();
    workspace.status = status;
    platform.advance(200_000);
    assertEquals([workspace.status, workspace.restarts], [status, 0]);
  });
}

Deno.test("advance() restarts nothing when an ancestor is paused", async () => {
  await using platform = await startDevPlatform();
  const root = platform.addWorkspace({ status: "paused" });
  const middle = platform.addWorkspace({ parentId: root.id });
  const leaf = platform.addWorkspace({ parentId: middle.id });
  platform.advance(200_000);
  assertEquals([leaf.status, leaf.restarts], ["offline", 0]);
});

Deno.test("advance() takes an external workspace offline without a restart when 90 s have passed", async () => {
  await using platform = await startDevPlatform({ now: () => 0 });
  const workspace = platform.addWorkspace({ runtime: "external" });
  platform.advance(90_000);
  assertEquals(workspace.status, "online");
  platform.advance(1);
  assertEquals([workspace.status, workspace.livenessKey], ["offline", false]);
  assertEquals(workspace.restarts, 0);
});

Deno.test("advance() does not restart an external workspace when its key expires", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ runtime: "external" });
  workspace.status = "failed";
  platform.advance(180_000);
  assertEquals([workspace.status, workspace.restarts], ["offline", 0]);
});
