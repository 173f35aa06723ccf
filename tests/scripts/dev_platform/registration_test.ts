import { assertEquals } from "@std/assert";
import { startDevPlatform, type WorkspaceStatus } from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { call } from "./_client.ts";

const ID = "5f0c3a52-6f0f-4c3e-9d1a-0f8f0a4f3b11";
const CARD = { name: "Scribe" };
const URL = "http://localhost:8000";

const bodies: [name: string, body: object, status: number, error: string][] = [
  ["there is no id", { url: URL, agent_card: CARD }, 400, "invalid request body"],
  ["there is no card", { id: ID, url: URL }, 400, "invalid request body"],
  [
    "the url is none of HTTP",
    { id: ID, url: "remote://no-inbound", agent_card: CARD },
    400,
    "invalid request body",
  ],
  [
    "the mode is unknown",
    { id: ID, url: URL, agent_card: CARD, delivery_mode: "pull" },
    400,
    "delivery_mode must be 'push' or 'poll'",
  ],
  ["the id is no UUID", { id: "nobody", url: URL, agent_card: CARD }, 500, "registration failed"],
];
for (const [name, body, status, error] of bodies) {
  eachDialect.test(`register answers ${status} when ${name}`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    const answered = await call(platform, "POST /registry/register", { body });
    assertEquals([answered.status, answered.body], [status, { error }]);
  });
}

eachDialect.test("register mints a token once when the workspace has none", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const told = dialect === "2026-06" && { delivery_mode: "push" };
  const body = { id: ID, url: URL, agent_card: CARD };
  const first = await call(platform, "POST /registry/register", { body });
  const workspace = platform.workspace(ID);
  const { token } = workspace;
  assertEquals(token?.length, 43);
  assertEquals(first.body, { status: "registered", auth_token: token, ...told });
  assertEquals([workspace.status, workspace.livenessKey], ["online", true]);
  assertEquals((await call(platform, "POST /registry/register", { body })).status, 401);
  const again = await call(platform, "POST /registry/register", { body, token });
  assertEquals(again.body, { status: "registered", ...told });
});

eachDialect.test("register answers with the inbound secret when the workspace has one", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const { id, token } = platform.addWorkspace({ inboundSecret: "s3cret" });
  const body = { id, url: "", agent_card: CARD, delivery_mode: "poll" };
  const answered = await call(platform, "POST /registry/register", { body, token });
  assertEquals(answered.body, {
    status: "registered",
    platform_inbound_secret: "s3cret",
    delivery_mode: "poll",
  });
});

const wakers: WorkspaceStatus[] = [
  "paused",
  "hibernated",
  "hibernating",
  "degraded",
  "failed",
  "provisioning",
  "awaiting_agent",
];
for (const status of wakers) {
  eachDialect.test(`register sets the status to online when it is ${status}`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    const workspace = platform.addWorkspace({ status });
    const body = { id: workspace.id, url: URL, agent_card: CARD };
    await call(platform, "POST /registry/register", { body, token: workspace.token });
    assertEquals(workspace.status, "online");
  });
}

eachDialect.test("register changes nothing and issues a useless token when the workspace is removed", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace({ status: "removed" });
  const body = { id: workspace.id, url: URL, agent_card: CARD };
  const answered = await call(platform, "POST /registry/register", { body });
  assertEquals([answered.status, JSON.parse(answered.text).auth_token.length], [200, 43]);
  assertEquals([workspace.status, workspace.token], ["removed", undefined]);
});

Deno.test("update-card stores the card when the token is right", async () => {
  await using platform = await startDevPlatform();
  const { id, token } = platform.addWorkspace();
  const update = (body: object, token?: string) =>
    call(platform, "POST /registry/update-card", { body, token });
  const body = { workspace_id: id, agent_card: CARD };
  assertEquals((await update(body)).status, 401);
  assertEquals((await update({ workspace_id: id }, token)).status, 400);
  assertEquals((await update({ ...body, workspace_id: "nobody" })).status, 500);
  assertEquals((await update(body, token)).body, { status: "updated" });
  const shown = await call(platform, `GET /workspaces/${id}`);
  assertEquals(JSON.parse(shown.text).agent_card, CARD);
});
