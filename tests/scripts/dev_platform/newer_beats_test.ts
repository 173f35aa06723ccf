import { assertEquals } from "@std/assert";
import {
  type DevPlatform,
  type DevWorkspace,
  startDevPlatform,
} from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { beat, call } from "./_client.ts";

const ID = "5f0c3a52-6f0f-4c3e-9d1a-0f8f0a4f3b11";
const CARD = { name: "Scribe", skills: [{ id: "dig" }] };

const wrong = [
  `"agent_card":"Scribe"`,
  `"agent_card":[]`,
  `"is_busy":1`,
  `"is_busy":"true"`,
  `"schema_version":1`,
  `"observed_generation":1.0`,
  `"observed_generation":1.5`,
  `"observed_generation":"1"`,
  `"observed_generation":true`,
  `"observed_generation":9223372036854775808`,
  `"mcp_server_present":"yes"`,
  `"loaded_mcp_tools":"dig"`,
  `"loaded_mcp_tools":[1]`,
];
for (const field of wrong) {
  eachDialect.test(`heartbeat answers 400 when a newer platform reads ${field}`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    const workspace = platform.addWorkspace({ id: ID, token: null });
    const body = `{"workspace_id":"${ID}",${field}}`;
    const answered = await call(platform, "POST /registry/heartbeat", { body });
    const isNewer = dialect === "2026-06";
    assertEquals(
      [answered.status, answered.body],
      isNewer ? [400, { error: "invalid request body" }] : [200, { status: "ok" }],
    );
    assertEquals(workspace.beats.length, isNewer ? 0 : 1);
  });
}

const right: [what: string, fields: object][] = [
  ["is there", {
    agent_card: CARD,
    is_busy: true,
    schema_version: "1",
    observed_generation: 7,
    mcp_server_present: false,
    loaded_mcp_tools: ["dig"],
  }],
  ["is null", {
    agent_card: null,
    is_busy: null,
    schema_version: null,
    observed_generation: null,
    mcp_server_present: null,
    loaded_mcp_tools: null,
  }],
  ["is unheard of", { role_identity_diag: ["anything"], of_the_future: 1.5 }],
];
for (const [what, fields] of right) {
  eachDialect.test(`heartbeat answers 200 when what newer platforms read ${what}`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    const { status, body } = await beat(platform, platform.addWorkspace(), fields);
    assertEquals([status, body], [200, { status: "ok" }]);
  });
}

eachDialect.test("heartbeat keeps card and generation when the platform is newer", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace();
  const known = () => {
    const { agent_card, observed_generation } = workspace.lastBeat ?? {};
    return [agent_card, observed_generation];
  };
  await beat(platform, workspace, { agent_card: CARD, observed_generation: 0 });
  assertEquals(known(), dialect === "2026-06" ? [CARD, 0] : [undefined, undefined]);
  await beat(platform, workspace);
  assertEquals(known(), [undefined, undefined]);
});

async function shownCard(platform: DevPlatform, { id }: DevWorkspace): Promise<unknown> {
  return JSON.parse((await call(platform, `GET /workspaces/${id}`)).text).agent_card;
}

eachDialect.test("heartbeat sets the card when the platform is newer and knows none", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace();
  await beat(platform, workspace, { agent_card: CARD });
  assertEquals(await shownCard(platform, workspace), dialect === "2026-06" ? CARD : null);
  await beat(platform, workspace, { agent_card: { name: "Younger" } });
  assertEquals(await shownCard(platform, workspace), dialect === "2026-06" ? CARD : null);
  const { id, token } = workspace;
  const body = { workspace_id: id, agent_card: { name: "Updated" } };
  await call(platform, "POST /registry/update-card", { token, body });
  await beat(platform, workspace, { agent_card: CARD });
  assertEquals(await shownCard(platform, workspace), { name: "Updated" });
});

eachDialect.test("heartbeat answers with the generation when the platform is newer and has one", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace({ inboundSecret: "s3cret", generation: 3 });
  const other = platform.addWorkspace();
  const told = async (of: DevWorkspace) => Object((await beat(platform, of)).body).generation;
  const generations: unknown[] = [await told(workspace), await told(other)];
  for (const generation of [0, 4, undefined]) {
    workspace.generation = generation;
    assertEquals(workspace.generation, generation);
    generations.push(await told(workspace));
  }
  const newer = [3, undefined, 0, 4, undefined];
  assertEquals(generations, dialect === "2026-06" ? newer : newer.map(() => undefined));
});
