import { assertEquals } from "@std/assert";
import {
  type DevPlatform,
  type DevWorkspace,
  startDevPlatform,
} from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { beat, call, listing, wake } from "./_client.ts";

/** Registers a workspace as its agent does when it has booted. */
async function boot(platform: DevPlatform, { id, token }: DevWorkspace): Promise<void> {
  const body = { id, url: "http://localhost:8000", agent_card: { name: "Scribe" } };
  assertEquals((await call(platform, "POST /registry/register", { body, token })).status, 200);
}

Deno.test("a2a queues a message once when the agent is busy and the client repeats it", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "busy" };
  const first = await wake(platform, workspace, "m-1");
  const again = await wake(platform, workspace, "m-1");
  const other = await wake(platform, workspace, "m-2");
  assertEquals([first.status, again.status, other.status], [202, 202, 202]);
  assertEquals(again.body, first.body);
  assertEquals(JSON.parse(other.text).queue_depth, 2);
  assertEquals(workspace.queue.map(({ messageId }) => messageId), ["m-1", "m-2"]);
});

Deno.test("heartbeat drains one queued message when the workspace has a free slot", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ maxConcurrentTasks: 2 });
  workspace.agent = { kind: "busy" };
  for (const id of ["m-1", "m-2"]) await wake(platform, workspace, id);
  workspace.agent = { kind: "answers" };
  const statuses = async (active_tasks: number) => {
    await beat(platform, workspace, { active_tasks });
    await platform.settled();
    return workspace.queue.map(({ status }) => status);
  };
  assertEquals(await statuses(2), ["queued", "queued"]);
  assertEquals(await statuses(1), ["completed", "queued"]);
  assertEquals(await statuses(0), ["completed", "completed"]);
  assertEquals(workspace.delivered.map(({ text }) => text), ["Wake up", "Wake up"]);
  workspace.agent = { kind: "busy" };
  assertEquals((await wake(platform, workspace, "m-1")).status, 202);
  assertEquals(workspace.queue.length, 3);
});

Deno.test("heartbeat gives a queued message up when it was tried five times", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "busy" };
  await wake(platform, workspace, "m-1");
  const statuses: unknown[] = [];
  for (let n = 0; n < 6; n++) {
    await beat(platform, workspace);
    await platform.settled();
    statuses.push(workspace.queue[0]?.status);
  }
  assertEquals(statuses, ["queued", "queued", "queued", "queued", "failed", "failed"]);
  assertEquals([workspace.queue[0]?.attempts, workspace.delivered.length], [5, 0]);
});

Deno.test("a2a answers 503 busy instead of queueing when the runtime has a session of its own", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "busy" };
  await beat(platform, workspace, { runtime_metadata: { capabilities: { session: true } } });
  assertEquals((await wake(platform, workspace, "m-1")).status, 503);
  assertEquals(workspace.queue, []);
});

Deno.test("a2a queues a message when the agent of a newer platform has not registered yet", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const workspace = platform.addWorkspace({ status: "provisioning" });
  const { id, token } = workspace;
  const send = () => wake(platform, workspace, "m-1", { headers: { "X-Workspace-ID": id }, token });
  const first = await send();
  const queueId = workspace.queue[0]?.queueId;
  assertEquals(first.status, 200);
  assertEquals(first.body, { status: "queued", queued: true, queue_id: queueId, queue_depth: 1 });
  assertEquals((await send()).body, first.body);
  assertEquals(workspace.delivered, []);
  await boot(platform, workspace);
  await beat(platform, workspace);
  await platform.settled();
  assertEquals(workspace.delivered.map(({ text }) => text), ["Wake up"]);
  assertEquals(workspace.queue.map(({ status }) => status), ["completed"]);
});

Deno.test("a2a queues nothing when the agent of an older platform has not registered yet", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-04" });
  const workspace = platform.addWorkspace({ status: "provisioning" });
  const { status, body } = await wake(platform, workspace, "m-1");
  assertEquals([status, body], [503, { error: "workspace has no URL", status: "provisioning" }]);
  assertEquals(workspace.queue, []);
});

eachDialect.test("delegate queues or fails the delegation when the target has not registered yet", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const caller = platform.addWorkspace();
  const target = platform.addWorkspace({ status: "provisioning" });
  target.agent = { kind: "answers", reply: "Dug" };
  await call(platform, `POST /workspaces/${caller.id}/delegate`, {
    token: caller.token,
    body: { target_id: target.id, task: "Dig" },
  });
  const statuses = async () => {
    await platform.settled();
    return (await listing(platform, caller)).map((row) => row["status"]);
  };
  const isNewer = dialect === "2026-06";
  assertEquals(await statuses(), isNewer ? ["queued", "queued"] : ["failed", "failed"]);
  await boot(platform, target);
  await beat(platform, target);
  assertEquals(await statuses(), isNewer ? ["completed", "queued"] : ["failed", "failed"]);
});
