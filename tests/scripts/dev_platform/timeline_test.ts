import { assertEquals } from "@std/assert";
import {
  type DevPlatform,
  type DevWorkspace,
  startDevPlatform,
} from "../../../scripts/dev_platform/mod.ts";
import type { PageWorkspace } from "../../../scripts/dev_platform/page_workspace.ts";
import { eachDialect } from "../../support/dialects.ts";
import { beat, call, listing, wake } from "./_client.ts";
import { PageEvents } from "./_page_events.ts";

const START = 1_000_000;

/** What the page is shown of a workspace. */
async function shown(platform: DevPlatform, { id }: DevWorkspace): Promise<PageWorkspace> {
  await using events = new PageEvents(platform);
  return await events.until((workspace) => workspace.id === id);
}

/** The instants of a workspace, each as "KIND text", with a "!" when it went wrong. */
async function moments(platform: DevPlatform, workspace: DevWorkspace): Promise<string[]> {
  return (await shown(platform, workspace)).moments
    .map(({ kind, text, failed }) => `${kind} ${text}${failed ? "!" : ""}`.trim());
}

Deno.test("the page is told of beats, failures and what has become of them", async () => {
  let now = START;
  await using platform = await startDevPlatform({ now: () => now });
  const workspace = platform.addWorkspace();
  await beat(platform, workspace);
  platform.fault("heartbeat", { kind: "answer", status: 503 }, { times: 2 });
  now += 1000;
  await beat(platform, workspace);
  now += 1000;
  await beat(platform, workspace);
  const { beats, lastBeatAt, failing } = await shown(platform, workspace);
  assertEquals([beats, lastBeatAt], [1, START]);
  assertEquals(failing, { since: START + 1000, count: 2, why: "503" });
  await beat(platform, workspace);
  assertEquals((await shown(platform, workspace)).failing, null);
  assertEquals(await moments(platform, workspace), [
    "beat",
    "failure 503!",
    "failure 503!",
    "beat",
  ]);
});

Deno.test("the page is told of a beat whose client hangs up", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  platform.fault("heartbeat", { kind: "hang" });
  const signal = AbortSignal.timeout(100);
  const body = { workspace_id: workspace.id };
  await call(platform, "POST /registry/heartbeat", { body, signal }).catch(() => {});
  await platform.waitFor(({ aborted }) => aborted);
  const { failing } = await shown(platform, workspace);
  assertEquals([failing?.count, failing?.why], [1, "the workspace hung up"]);
});

Deno.test("the page is told of a beat whose connection is cut", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  platform.strike(workspace.id, { kind: "reset" });
  // A stream is not sent twice.
  const text = JSON.stringify({ workspace_id: workspace.id });
  const body = ReadableStream.from([new TextEncoder().encode(text)]);
  await fetch(`${platform.url}/registry/heartbeat`, { method: "POST", body }).catch(() => {});
  await platform.waitFor(({ answeredAt }) => answeredAt !== undefined);
  const { failing } = await shown(platform, workspace);
  assertEquals([failing?.count, failing?.why], [1, "the connection was cut"]);
});

eachDialect.test("the page is told when a delegation is sent, ends and is delivered", async (dialect) => {
  let now = START;
  await using platform = await startDevPlatform({ dialect, now: () => now });
  const workspace = platform.addWorkspace();
  const [fine, bad] = [workspace.delegate(), workspace.delegate()];
  workspace.delegate();
  now += 1000;
  await listing(platform, workspace);
  workspace.finish(fine, "Dug");
  workspace.fail(bad, "no shovel");
  now += 1000;
  const before = (await shown(platform, workspace)).delegations;
  await listing(platform, workspace);
  const after = (await shown(platform, workspace)).delegations;
  const rows = (delegations: PageWorkspace["delegations"]) =>
    delegations.map((
      { sentAt, status, endedAt, deliveredAt, error },
    ) => [status, error, ...[sentAt, endedAt, deliveredAt].map((at) => at && at - START)]);
  assertEquals(rows(before), [
    ["finished", "", 0, 1000, null],
    ["failed", "no shovel", 0, 1000, null],
    ["running", "", 0, null, null],
  ]);
  assertEquals(rows(after), [
    ["finished", "", 0, 1000, 2000],
    ["failed", "no shovel", 0, 1000, 2000],
    ["running", "", 0, null, null],
  ]);
});

Deno.test("the page is told of delegations that are in the ledger alone", async () => {
  let now = START;
  await using platform = await startDevPlatform({ now: () => now });
  const workspace = platform.addWorkspace();
  const put = (delegationId: string, status: string, more: object = {}) =>
    workspace.putLedgerRow({ delegationId, status, ...more });
  for (const id of ["fine", "bad", "late", "held", "odd"]) put(id, "in_progress", { to: "peer" });
  put("foreign", "in_progress", { from: "somebody" });
  now += 1000;
  put("fine", "completed");
  put("bad", "failed", { error: "no shovel" });
  put("late", "timeout");
  put("held", "queued");
  put("odd", "stuck");
  now += 1000;
  await listing(platform, workspace);
  const { delegations } = await shown(platform, workspace);
  assertEquals(
    delegations.map((
      { id, to, status, error, sentAt, endedAt, deliveredAt },
    ) => [id, to, status, error, ...[sentAt, endedAt, deliveredAt].map((at) => at && at - START)]),
    [
      ["fine", "peer", "finished", "", 0, 1000, 2000],
      ["bad", "peer", "failed", "no shovel", 0, 1000, 2000],
      ["late", "peer", "failed", "timeout", 0, 1000, 2000],
      ["held", "peer", "queued", "", 0, null, null],
      ["odd", "peer", "stuck", "", 0, null, null],
    ],
  );
});

Deno.test("the page is not told that a delegation is delivered when the answer was cut short", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.finish(workspace.delegate(), "Dug");
  platform.fault("delegations", { kind: "truncate" });
  await listing(platform, workspace).catch(() => {});
  assertEquals((await shown(platform, workspace)).delegations[0]?.deliveredAt, null);
});

Deno.test("the page is not told that a delegation is delivered when it was not in the answer", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.finish(workspace.delegate(), "Dug");
  workspace.injectRows([], { replace: true });
  await listing(platform, workspace);
  assertEquals((await shown(platform, workspace)).delegations[0]?.deliveredAt, null);
});

Deno.test("the page is told of a delegation that waits for a busy target", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const id = workspace.delegate();
  workspace.queueDelegation(id);
  await listing(platform, workspace);
  const [queued] = (await shown(platform, workspace)).delegations;
  assertEquals([queued?.status, queued?.deliveredAt], ["queued", null]);
  workspace.drainDelegation(id, "Dug");
  assertEquals((await shown(platform, workspace)).delegations[0]?.status, "finished");
});

Deno.test("the page is told of wakes, messages, notes and registrations", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const sibling = platform.addWorkspace();
  await wake(platform, workspace, "m-1");
  workspace.agent = { kind: "busy" };
  await wake(platform, workspace, "m-2");
  workspace.agent = { kind: "unreachable" };
  const headers = { "X-Workspace-ID": sibling.id };
  await wake(platform, workspace, "m-3", { headers, token: sibling.token });
  const { token } = workspace;
  await call(platform, `POST /workspaces/${workspace.id}/notify`, {
    token,
    body: { message: "Hi" },
  });
  const registration = { id: workspace.id, url: "http://127.0.0.1:8000", agent_card: {} };
  await call(platform, "POST /registry/register", { body: registration });
  await call(platform, "POST /registry/register", { body: registration, token });
  assertEquals(await moments(platform, workspace), [
    "wake",
    "wake queued",
    "message 502!",
    "note Hi",
    "registration 401!",
    "registration",
  ]);
  assertEquals((await shown(platform, workspace)).chat.map(({ message }) => message), ["Hi"]);
});

Deno.test("the page is told of changes of status, of tokens and of faults", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  workspace.status = "paused";
  platform.rotateToken(workspace.id);
  platform.strike(workspace.id, { kind: "answer", status: 503 });
  platform.mend(workspace.id);
  assertEquals(await moments(platform, workspace), [
    "status online → paused",
    "token token rotated",
    "fault every request: 503",
    "fault no faults any more",
  ]);
});

Deno.test("the page is told which faults strike a workspace, and which do not", async () => {
  await using platform = await startDevPlatform();
  const [one, other] = [platform.addWorkspace(), platform.addWorkspace()];
  platform.fault("a2a", { kind: "hang" });
  platform.strike(one.id, { kind: "reset" });
  platform.fault("notify", { kind: "huge", bytes: 9 }, { workspaceId: other.id, times: 1 });
  const everybody = { what: "hang", where: "a2a" };
  const everything = { what: "cut", where: "every request" };
  assertEquals((await shown(platform, one)).faults, [everybody, everything]);
  assertEquals((await shown(platform, other)).faults, [
    everybody,
    { what: "huge", where: "notify" },
  ]);
  platform.mend(one.id);
  platform.clearFaults("notify");
  assertEquals((await shown(platform, one)).faults, [everybody]);
  assertEquals((await shown(platform, other)).faults, [everybody]);
});

Deno.test("the page is told since when a silent workspace is offline, however late somebody looks", async () => {
  let now = START;
  await using platform = await startDevPlatform({ now: () => now });
  const workspace = platform.addWorkspace();
  const external = platform.addWorkspace({ runtime: "external" });
  const expiry = async (of: DevWorkspace) => (await shown(platform, of)).expiresAt;
  assertEquals([await expiry(workspace), await expiry(external)], [
    START + 180_000,
    START + 90_000,
  ]);
  now += 3_600_000;
  const { status, statusSince, restarts } = await shown(platform, workspace);
  assertEquals([status, statusSince, restarts], ["offline", START + 180_000, 1]);
  assertEquals((await shown(platform, external)).statusSince, START + 90_000);
});

Deno.test("the page is told no more than the latest of a workspace that lives long", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  for (let n = 0; n < 320; n++) platform.rotateToken(workspace.id);
  for (let n = 0; n < 40; n++) workspace.delegate({ id: `d-${n}` });
  const { moments, delegations } = await shown(platform, workspace);
  assertEquals([moments.length, delegations.length], [300, 30]);
  assertEquals([delegations[0]?.id, delegations.at(-1)?.id], ["d-10", "d-39"]);
});
