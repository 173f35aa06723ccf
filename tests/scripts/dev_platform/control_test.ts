import { assertEquals } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { activity, beat, call, listing, wake } from "./_client.ts";

Deno.test("the control surface does what the object does when it is called", async () => {
  await using platform = await startDevPlatform({ now: () => 0 });
  const control = async (request: string, body?: object) => {
    const answered = await call(platform, request, body === undefined ? {} : { body });
    assertEquals(answered.status, 200, answered.text);
    return JSON.parse(answered.text);
  };
  const { id, token } = await control("POST /_dev/workspaces", { name: "Scribe", token: "t" });
  assertEquals(token, "t");
  const workspace = platform.workspace(id);
  const of = (action: string, body?: object) =>
    control(`POST /_dev/workspaces/${id}/${action}`, body);

  await of("delegate", { id: "d-1" });
  await of("finish", { delegation_id: "d-1", reply: "Dug" });
  const { delegation_id } = await of("delegate");
  await of("fail", { delegation_id, error: "no" });
  const rows = await listing(platform, workspace);
  assertEquals(rows.map((row) => row["status"]), ["failed", "failed", "completed", "completed"]);
  await of("rows", { rows: [null], replace: true });
  assertEquals((await listing(platform, workspace)).map((row) => row === null), [true]);

  const message = { from: null, text: "Hello", summary: "A greeting" };
  const { id: rowId } = await of("receive", message);
  const [row] = await activity(platform, workspace, "?type=a2a_receive");
  assertEquals([row?.["id"], row?.["source_id"], row?.["summary"]], [rowId, null, "A greeting"]);
  assertEquals(await of("prune"), {});
  assertEquals(await activity(platform, workspace), []);

  await of("agent", { kind: "blocks", reply: "Yawn" });
  const woken = wake(platform, workspace, "m-1");
  await platform.waitFor((r) => r.route === "a2a", { whenReceived: true });
  assertEquals(await of("release"), { released: 1 });
  assertEquals((await woken).status, 200);

  await control("POST /_dev/faults", {
    route: "heartbeat",
    fault: { kind: "answer", status: 500 },
    workspaceId: id,
  });
  assertEquals((await beat(platform, workspace)).status, 500);
  await control("DELETE /_dev/faults?route=heartbeat");
  assertEquals((await beat(platform, workspace)).status, 200);

  assertEquals(await of("fault", { fault: { kind: "answer", status: 503 } }), { fault: "answer" });
  assertEquals((await beat(platform, workspace)).status, 503);
  assertEquals(await of("mend"), {});
  assertEquals((await beat(platform, workspace)).status, 200);

  assertEquals((await of("rotate-token")).token, workspace.token);
  await control("POST /_dev/advance", { ms: 180_000 });
  assertEquals(workspace.status, "offline");
  assertEquals(await of("status", { status: "paused" }), { status: "paused" });

  const state = await control("GET /_dev/state");
  assertEquals([state.url, state.dialect], [platform.url, platform.dialect]);
  assertEquals(state.workspaces[0].generation, null);
  assertEquals(state.workspaces[0].delivered[0].text, "Wake up");
  assertEquals(state.workspaces[0].restarts, 1);
  const { requests } = await control("GET /_dev/requests");
  assertEquals(requests.length, platform.requests.length);
  assertEquals(requests.some(({ path }: { path: string }) => path.startsWith("/_dev")), false);
});

Deno.test("the control surface makes a message in full when it is told all of it", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const made = await call(platform, "POST /_dev/workspaces", { body: { generation: 3 } });
  const workspace = platform.workspace(JSON.parse(made.text).id);
  assertEquals(workspace.generation, 3);
  const body = {
    from: "11111111-2222-4333-8444-555555555555",
    text: "Dig",
    method: "delegate_result",
    status: "failed",
    summary: "No shovel",
    messageType: "backpressure",
    responseBody: { delegation_id: "d-1", text: "" },
  };
  await call(platform, `POST /_dev/workspaces/${workspace.id}/receive`, { body });
  workspace.receive(body);
  const [direct, controlled] = (await activity(platform, workspace))
    .map(({ id: _id, created_at: _at, request_body, ...row }) => {
      const { method, params } = Object(request_body);
      return { ...row, called: method, parts: params.message.parts };
    });
  assertEquals(controlled, direct);
});

eachDialect.test("the control surface tells the dialect when it is asked for the state", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  assertEquals(platform.dialect, dialect);
  platform.addWorkspace({ generation: 7 });
  const state = JSON.parse((await call(platform, "GET /_dev/state")).text);
  assertEquals([state.dialect, state.workspaces[0].generation], [dialect, 7]);
});

Deno.test("startDevPlatform() speaks as the reference expects it when it is told no dialect", async () => {
  await using platform = await startDevPlatform();
  assertEquals(platform.dialect, "2026-04");
});

const refusals: [request: string, body: string | undefined, status: number, error: string][] = [
  ["POST /_dev/advance", "{", 400, "Cannot read 'the body'"],
  ["POST /_dev/advance", `{"ms":-1}`, 400, "Cannot read 'ms'"],
  ["POST /_dev/faults", `{"route":"x"}`, 400, "Cannot read 'route'"],
  [
    "POST /_dev/faults",
    `{"route":"a2a","fault":{"kind":"handle"}}`,
    400,
    "Cannot read 'fault.kind'",
  ],
  ["DELETE /_dev/faults?route=x", undefined, 400, "Cannot read 'route'"],
  ["POST /_dev/workspaces", `{"id":"ws-1"}`, 400, "Cannot add workspace 'ws-1': it exists"],
  ["POST /_dev/workspaces", `{"colour":"red"}`, 400, "Cannot read 'colour'"],
  [
    "POST /_dev/workspaces/ws-1/finish",
    `{"delegation_id":"d","reply":""}`,
    404,
    "Cannot find delegation 'd'",
  ],
  ["POST /_dev/workspaces", `{"generation":1.5}`, 400, "Cannot read 'generation'"],
  ["POST /_dev/workspaces/ws-1/receive", `{"from":1}`, 400, "Cannot read 'from'"],
  ["POST /_dev/workspaces/ws-1/receive", `{"text":null}`, 400, "Cannot read 'text'"],
  ["POST /_dev/workspaces/ws-1/receive", `{"responseBody":""}`, 400, "Cannot read 'responseBody'"],
  ["POST /_dev/workspaces/ws-1/receive", `{"colour":"red"}`, 400, "Cannot read 'colour'"],
  ["POST /_dev/workspaces/ws-1/fault", `{"fault":{"kind":"x"}}`, 400, "Cannot read 'fault.kind'"],
  ["POST /_dev/workspaces/none/mend", undefined, 404, "Cannot find workspace 'none'"],
  ["POST /_dev/workspaces/none/prune", undefined, 404, "Cannot find workspace 'none'"],
  ["POST /_dev/workspaces/none/release", undefined, 404, "Cannot find workspace 'none'"],
  [
    "POST /_dev/workspaces/ws-1/dance",
    undefined,
    404,
    "No control 'POST /_dev/workspaces/ws-1/dance'",
  ],
  ["GET /_dev/nope", undefined, 404, "No control 'GET /_dev/nope'"],
  ["POST /_dev/workspaces/%FF/release", undefined, 404, "Cannot find workspace '%FF'"],
];
for (const [request, body, status, error] of refusals) {
  Deno.test(`the control surface answers ${status} when it gets ${request} ${body ?? ""}`, async () => {
    await using platform = await startDevPlatform();
    platform.addWorkspace({ id: "ws-1" });
    const answered = await call(platform, request, body === undefined ? {} : { body });
    const message: string = JSON.parse(answered.text).error;
    assertEquals([answered.status, message.slice(0, error.length)], [status, error]);
    assertEquals(message.split("\n").length, 1);
  });
}
