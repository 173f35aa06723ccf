import { assertEquals } from "@std/assert";
import {
  type Dialect,
  startDevPlatform,
  type WorkspaceStatus,
} from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
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
  ["paused", {}, "paused"],
  ["hibernated", {}, "hibernated"],
  ["hibernating", {}, "hibernating"],
];

for (const [from, fields, to] of transitions) {
  eachDialect.test(`heartbeat leads from ${from} to ${to} when it says ${JSON.stringify(fields)}`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    const workspace = platform.addWorkspace({ status: from });
    await beat(platform, workspace, fields);
    assertEquals(workspace.status, to);
  });
}

const revived: WorkspaceStatus[] = ["awaiting_agent", "failed"];
for (const from of revived) {
  eachDialect.test(`heartbeat leads from ${from} to online when the platform is newer`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    const workspace = platform.addWorkspace({ status: from });
    await beat(platform, workspace, { error_rate: 1 });
    assertEquals(workspace.status, dialect === "2026-06" ? "online" : from);
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

const untouched: WorkspaceStatus[] = ["paused", "hibernated", "hibernating", "removed"];
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

/** How long an external workspace may be silent, and what it is then. */
const stale: Readonly<Record<Dialect, [ms: number, status: WorkspaceStatus]>> = {
  "2026-04": [90_000, "offline"],
  "2026-06": [180_000, "awaiting_agent"],
};

eachDialect.test("advance() takes an external workspace down without a restart when it was silent too long", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, now: () => 0 });
  const workspace = platform.addWorkspace({ runtime: "external" });
  const [ms, status] = stale[dialect];
  platform.advance(ms - 1);
  await beat(platform, workspace);
  platform.advance(ms - 1);
  assertEquals([workspace.status, workspace.livenessKey], ["online", true]);
  platform.advance(2);
  assertEquals([workspace.status, workspace.livenessKey], [status, false]);
  assertEquals(workspace.restarts, 0);
  assertEquals(platform.events.at(-1)?.type, "WORKSPACE_OFFLINE");
});

eachDialect.test("advance() does not sweep an external workspace when it is not up", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace({ runtime: "external", status: "provisioning" });
  platform.advance(1_000_000);
  assertEquals(workspace.status, "provisioning");
});

eachDialect.test("advance() sweeps an external workspace when it has no liveness key", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, now: () => 0 });
  const workspace = platform.addWorkspace({ runtime: "external", status: "offline" });
  await beat(platform, workspace);
  assertEquals([workspace.status, workspace.livenessKey], ["online", false]);
  const [ms, status] = stale[dialect];
  platform.advance(ms);
  assertEquals(workspace.status, "online");
  platform.advance(1);
  assertEquals(workspace.status, status);
});

eachDialect.test("advance() does not restart an external workspace when its key expires", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, now: () => 0 });
  const one = platform.addWorkspace({ runtime: "external" });
  const other = platform.addWorkspace({ runtime: "external" });
  other.status = "failed";
  // The very instant of the key's end, at which 2026-06 does not take the last beat for too old yet.
  platform.advance(180_000);
  const status = stale[dialect][1];
  assertEquals([one.status, one.restarts], [status, 0]);
  assertEquals([other.status, other.restarts], [status, 0]);
});
