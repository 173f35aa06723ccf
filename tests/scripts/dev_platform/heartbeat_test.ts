import { assertEquals } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { beat, call } from "./_client.ts";

const ID = "5f0c3a52-6f0f-4c3e-9d1a-0f8f0a4f3b11";
const INVALID = { error: "invalid request body" };
const FAILED = { error: "failed to update" };

Deno.test("heartbeat answers with the inbound secret when the workspace has one", async () => {
  await using platform = await startDevPlatform();
  const one = platform.addWorkspace({ inboundSecret: "s3cret" });
  const other = platform.addWorkspace();
  assertEquals((await beat(platform, one)).body, {
    status: "ok",
    platform_inbound_secret: "s3cret",
  });
  assertEquals((await beat(platform, other)).body, { status: "ok" });
});

const bodies: [name: string, body: string, status: number, answer: object][] = [
  ["the body is no JSON", "{", 400, INVALID],
  ["the body is empty", "", 400, INVALID],
  ["the body is no object", "[]", 400, INVALID],
  ["there is no workspace_id", "{}", 400, INVALID],
  ["workspace_id is empty", `{"workspace_id":""}`, 400, INVALID],
  ["workspace_id is null", `{"workspace_id":null}`, 400, INVALID],
  ["workspace_id is a number", `{"workspace_id":1}`, 400, INVALID],
  ["active_tasks is 1.5", `{"workspace_id":"${ID}","active_tasks":1.5}`, 400, INVALID],
  ["active_tasks is 1.0", `{"workspace_id":"${ID}","active_tasks":1.0}`, 400, INVALID],
  ["active_tasks is 1e2", `{"workspace_id":"${ID}","active_tasks":1e2}`, 400, INVALID],
  ["active_tasks is a text", `{"workspace_id":"${ID}","active_tasks":"1"}`, 400, INVALID],
  ["active_tasks is a boolean", `{"workspace_id":"${ID}","active_tasks":true}`, 400, INVALID],
  ["uptime_seconds is 0.5", `{"workspace_id":"${ID}","uptime_seconds":0.5}`, 400, INVALID],
  [
    "uptime_seconds needs 65 bits",
    `{"workspace_id":"${ID}","uptime_seconds":1${"0".repeat(20)}}`,
    400,
    INVALID,
  ],
  [
    "uptime_seconds needs 33 bits",
    `{"workspace_id":"${ID}","uptime_seconds":2147483648}`,
    500,
    FAILED,
  ],
  [
    "active_tasks needs 33 bits",
    `{"workspace_id":"${ID}","active_tasks":-2147483649}`,
    500,
    FAILED,
  ],
  ["uptime_seconds is the largest", `{"workspace_id":"${ID}","uptime_seconds":2147483647}`, 200, {
    status: "ok",
  }],
  [
    "monthly_spend needs 64 bits",
    `{"workspace_id":"${ID}","monthly_spend":9000000000000000000}`,
    200,
    { status: "ok" },
  ],
  ["error_rate is a text", `{"workspace_id":"${ID}","error_rate":"0"}`, 400, INVALID],
  ["error_rate is 1.0", `{"workspace_id":"${ID}","error_rate":1.0}`, 200, { status: "ok" }],
  ["error_rate is infinite", `{"workspace_id":"${ID}","error_rate":1e999}`, 400, INVALID],
  ["current_task is a number", `{"workspace_id":"${ID}","current_task":1}`, 400, INVALID],
  ["current_task holds a NUL", `{"workspace_id":"${ID}","current_task":"a\\u0000"}`, 500, FAILED],
  ["sample_error holds a NUL", `{"workspace_id":"${ID}","sample_error":"a\\u0000"}`, 500, FAILED],
  ["runtime_state is an object", `{"workspace_id":"${ID}","runtime_state":{}}`, 400, INVALID],
  ["runtime_metadata is a text", `{"workspace_id":"${ID}","runtime_metadata":""}`, 400, INVALID],
  ["runtime_metadata is an array", `{"workspace_id":"${ID}","runtime_metadata":[]}`, 400, INVALID],
  [
    "capabilities are an array",
    `{"workspace_id":"${ID}","runtime_metadata":{"capabilities":[]}}`,
    400,
    INVALID,
  ],
  [
    "a capability is no boolean",
    `{"workspace_id":"${ID}","runtime_metadata":{"capabilities":{"session":1}}}`,
    400,
    INVALID,
  ],
  [
    "the idle time-out is a boolean",
    `{"workspace_id":"${ID}","runtime_metadata":{"idle_timeout_seconds":true}}`,
    400,
    INVALID,
  ],
  [
    "everything is null",
    `{"workspace_id":"${ID}","active_tasks":null,"current_task":null,"runtime_metadata":null}`,
    200,
    { status: "ok" },
  ],
  ["there are unknown fields", `{"workspace_id":"${ID}","schema_version":"1"}`, 200, {
    status: "ok",
  }],
  ["the workspace is unknown", `{"workspace_id":"00000000-0000-4000-8000-000000000000"}`, 200, {
    status: "ok",
  }],
  ["the unknown id is no UUID", `{"workspace_id":"nobody"}`, 500, FAILED],
];

for (const [name, body, status, answer] of bodies) {
  Deno.test(`heartbeat answers ${status} when ${name}`, async () => {
    await using platform = await startDevPlatform();
    platform.addWorkspace({ id: ID, token: null });
    const answered = await call(platform, "POST /registry/heartbeat", { body });
    assertEquals([answered.status, answered.body], [status, answer]);
    assertEquals(platform.workspace(ID).beats.length, status === 200 && body.includes(ID) ? 1 : 0);
  });
}

const gates: [name: string, header: string | undefined, status: number, answer: object][] = [
  ["the token is right", "Bearer right", 200, { status: "ok" }],
  ["the token has spaces around it", "Bearer  right ", 200, { status: "ok" }],
  ["there is none", undefined, 401, { error: "missing workspace auth token" }],
  ["the scheme is in lower case", "bearer right", 401, { error: "missing workspace auth token" }],
  ["the token is wrong", "Bearer wrong", 401, { error: "invalid workspace auth token" }],
];

for (const [name, header, status, answer] of gates) {
  Deno.test(`heartbeat answers ${status} when ${name}`, async () => {
    await using platform = await startDevPlatform();
    const { id } = platform.addWorkspace({ token: "right" });
    const answered = await call(platform, "POST /registry/heartbeat", {
      body: { workspace_id: id },
      headers: header === undefined ? {} : { Authorization: header },
    });
    assertEquals([answered.status, answered.body], [status, answer]);
  });
}

Deno.test("heartbeat lets a workspace without tokens through when it sends any token", async () => {
  await using platform = await startDevPlatform();
  const { id } = platform.addWorkspace({ token: null });
  const body = { workspace_id: id };
  assertEquals((await call(platform, "POST /registry/heartbeat", { body })).status, 200);
  const token = "anything";
  assertEquals((await call(platform, "POST /registry/heartbeat", { body, token })).status, 200);
});

Deno.test("rotateToken() revokes the old token and issues one of 43 characters when called", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const old = workspace.token;
  const token = platform.rotateToken(workspace.id);
  assertEquals([token.length, workspace.token], [43, token]);
  const body = { workspace_id: workspace.id };
  assertEquals(
    (await call(platform, "POST /registry/heartbeat", { body, token: old })).status,
    401,
  );
  assertEquals((await call(platform, "POST /registry/heartbeat", { body, token })).status, 200);
});

Deno.test("heartbeat tells of the task only when it has changed", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  for (const current_task of ["", "dig", "dig", ""]) {
    await beat(platform, workspace, { current_task });
  }
  assertEquals(platform.events.map(({ type }) => type), [
    "WORKSPACE_HEARTBEAT",
    "TASK_UPDATED",
    "WORKSPACE_HEARTBEAT",
    "WORKSPACE_HEARTBEAT",
    "TASK_UPDATED",
    "WORKSPACE_HEARTBEAT",
  ]);
  assertEquals(platform.events[1]?.payload["current_task"], "dig");
});

Deno.test("heartbeat sets the runtime overrides, and clears them when it has no runtime_metadata", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const capabilities = { heartbeat: true, session: false };
  await beat(platform, workspace, {
    runtime_metadata: { capabilities, idle_timeout_seconds: 600 },
  });
  assertEquals(workspace.runtimeOverrides, { capabilities, idleTimeoutSeconds: 600 });
  await beat(platform, workspace);
  assertEquals(workspace.runtimeOverrides, undefined);
});

Deno.test("heartbeat overwrites what is known of the workspace when it is accepted", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  await beat(platform, workspace, { active_tasks: 3, current_task: "dig", monthly_spend: 5 });
  assertEquals([workspace.activeTasks, workspace.currentTask], [3, "dig"]);
  await beat(platform, workspace, { error_rate: 0.2, sample_error: "no shovel" });
  assertEquals(workspace.lastBeat, {
    workspace_id: workspace.id,
    error_rate: 0.2,
    sample_error: "no shovel",
    active_tasks: 0,
    uptime_seconds: 0,
    current_task: "",
    monthly_spend: 5,
    runtime_state: "",
    runtime_metadata: undefined,
  });
  assertEquals(workspace.beats.length, 2);
});

Deno.test("heartbeat changes nothing when the workspace is removed", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const token = workspace.token;
  workspace.status = "removed";
  assertEquals(workspace.token, undefined);
  const body = { workspace_id: workspace.id };
  assertEquals((await call(platform, "POST /registry/heartbeat", { body, token })).status, 200);
  assertEquals([workspace.status, workspace.lastBeat], ["removed", undefined]);
});
