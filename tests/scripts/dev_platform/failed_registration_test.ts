import { assertEquals } from "@std/assert";
import {
  type DevPlatform,
  type DevWorkspace,
  startDevPlatform,
} from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { type Answered, beat, call } from "./_client.ts";

const CARD = { name: "Scribe" };
const MINUTE = 60_000;

/** Registers with the workspace's token; by default with a URL that is refused. */
function register(
  platform: DevPlatform,
  { id, token }: DevWorkspace,
  options: { url?: string; token?: string; fields?: object } = {},
): Promise<Answered> {
  const { url = "remote://no-inbound", fields = {} } = options;
  return call(platform, "POST /registry/register", {
    token: options.token ?? token,
    body: { id, url, agent_card: CARD, ...fields },
  });
}

eachDialect.test("heartbeat degrades a workspace for 5 minutes when its registration was refused", async (dialect) => {
  await using platform = await startDevPlatform({ dialect, now: () => 0 });
  const workspace = platform.addWorkspace();
  assertEquals((await register(platform, workspace)).status, 400);
  assertEquals(workspace.status, "online");
  const degraded = dialect === "2026-06" ? "degraded" : "online";
  for (const ms of [0, 2 * MINUTE, 2 * MINUTE, MINUTE - 1]) {
    platform.advance(ms);
    await beat(platform, workspace);
    assertEquals(workspace.status, degraded);
  }
  platform.advance(1);
  await beat(platform, workspace);
  assertEquals(workspace.status, "online");
  const types = platform.events.map(({ type }) => type)
    .filter((type) => type !== "WORKSPACE_HEARTBEAT");
  assertEquals(types, dialect === "2026-06" ? ["WORKSPACE_DEGRADED", "WORKSPACE_ONLINE"] : []);
});

Deno.test("heartbeat counts the 5 minutes anew when another registration was refused", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06", now: () => 0 });
  const workspace = platform.addWorkspace();
  await register(platform, workspace);
  for (const ms of [2 * MINUTE, 2 * MINUTE]) {
    platform.advance(ms);
    await beat(platform, workspace);
  }
  assertEquals((await register(platform, workspace, { url: "" })).status, 400);
  platform.advance(2 * MINUTE);
  await beat(platform, workspace);
  assertEquals(workspace.status, "degraded");
});

Deno.test("heartbeat degrades a workspace that manages its status when its registration was refused", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const workspace = platform.addWorkspace();
  const runtime_metadata = { capabilities: { status_mgmt: true } };
  await beat(platform, workspace, { runtime_metadata });
  await register(platform, workspace);
  await beat(platform, workspace, { runtime_metadata });
  assertEquals(workspace.status, "degraded");
});

Deno.test("heartbeat degrades a workspace without tokens when its registration was refused", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const workspace = platform.addWorkspace({ token: null });
  await register(platform, workspace);
  await beat(platform, workspace);
  assertEquals(workspace.status, "degraded");
});

Deno.test("heartbeat ends the degradation when it carries a card, even one that is known", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const workspace = platform.addWorkspace();
  await register(platform, workspace, { url: "http://localhost:8000" });
  await register(platform, workspace);
  await beat(platform, workspace);
  assertEquals(workspace.status, "degraded");
  await beat(platform, workspace, { agent_card: CARD });
  assertEquals(workspace.status, "online");
  await beat(platform, workspace);
  assertEquals(workspace.status, "online");
});

Deno.test("register ends the degradation when it succeeds", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const workspace = platform.addWorkspace();
  await register(platform, workspace);
  await beat(platform, workspace);
  assertEquals(workspace.status, "degraded");
  await register(platform, workspace, { url: "http://localhost:8000" });
  assertEquals(workspace.status, "online");
  await beat(platform, workspace);
  assertEquals(workspace.status, "online");
});

const harmless: [name: string, options: { token?: string; fields?: object }, status: number][] = [
  ["the token is wrong", { token: "wrong" }, 401],
  ["the mode is unknown", { fields: { delivery_mode: "pull" } }, 400],
  ["there is no card", { fields: { agent_card: null } }, 400],
];
for (const [name, options, status] of harmless) {
  eachDialect.test(`register answers ${status} and degrades nothing when ${name}`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    const workspace = platform.addWorkspace();
    assertEquals((await register(platform, workspace, options)).status, status);
    await beat(platform, workspace);
    assertEquals(workspace.status, "online");
  });
}
