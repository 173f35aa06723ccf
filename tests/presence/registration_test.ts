import { assertEquals, assertFalse, assertMatch, assertRejects } from "@std/assert";
import { registrationBody } from "../../lib/presence/mod.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makePresence } from "./_presence.ts";

const CARD = { agentCardFile: "/nowhere/agent_card.json", isAgentCardNamed: false };
const DUCKS = { ...CARD, workspaceId: "w", agentName: "Ducks" };

Deno.test("registrationBody() has no url in poll mode, whatever the card says (contract 1.2, 7 #109)", async () => {
  const card = { name: "Ducks", skills: [] };
  assertEquals(await registrationBody({ ...DUCKS, mode: "poll" }), {
    id: "w",
    url: "",
    agent_card: card,
    delivery_mode: "poll",
  });
  const agentUrl = "http://agent.test/";
  assertEquals(await registrationBody({ ...DUCKS, mode: "poll", agentUrl }), {
    id: "w",
    url: "",
    agent_card: { ...card, url: agentUrl },
    delivery_mode: "poll",
  });
});

Deno.test("registrationBody() has the agent's url in push mode (contract 1.2)", async () => {
  const agentUrl = "http://agent.test/";
  assertEquals(await registrationBody({ ...DUCKS, mode: "push", agentUrl }), {
    id: "w",
    url: agentUrl,
    agent_card: { name: "Ducks", skills: [], url: agentUrl },
    delivery_mode: "push",
  });
});

Deno.test("registrationBody() refuses push mode without the agent's address, and says where to put it", async () => {
  await assertRejects(
    () => registrationBody({ ...DUCKS, mode: "push" }),
    TypeError,
    "Cannot register in push mode without the agent's address: expected --agent-url",
  );
});

Deno.test("Registration.register() gets a token, saves it, and hands the answer on, when the workspace has none", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({
    token: null,
    status: "provisioning",
    inboundSecret: "inbound-secret",
  });
  const workspaceId = workspace.id;
  await using presence = await makePresence(platform, { workspaceId });
  const { answers, dir, register, registration, tokens } = presence;
  assertEquals(await registration.hasToken(), false);
  assertEquals(await register(), { kind: "registered", hasNewToken: true });
  await presence.issuedToken.settled();
  assertEquals(await registration.hasToken(), true);
  assertEquals(await tokens.current(), workspace.token);
  assertEquals(await Deno.readTextFile(`${dir}/.auth_token`), workspace.token);
  assertEquals([workspace.status, workspace.livenessKey], ["online", true]);
  assertEquals(answers, [{
    status: "registered",
    auth_token: workspace.token,
    platform_inbound_secret: "inbound-secret",
    delivery_mode: "poll",
  }]);
  const [request] = platform.requests;
  assertEquals(
    [request?.headers.has("authorization"), request?.headers.get("origin")],
    [false, platform.url],
  );
});

Deno.test("Registration.register() sends the token, and gets no other, when the workspace has one (contract 7 #109)", async () => {
  await using platform = await startDevPlatform();
  const { id, token } = platform.addWorkspace();
  await using presence = await makePresence(platform, { workspaceId: id, token });
  assertEquals(await presence.register(), { kind: "registered", hasNewToken: false });
  assertEquals(presence.sender.sent, ["register"]);
  assertEquals(platform.requests[0]?.headers.get("authorization"), `Bearer ${token}`);
  assertEquals(await Array.fromAsync(Deno.readDir(presence.dir)), []);
});

Deno.test("Registration.register() makes a workspace of an id that the platform does not know", async () => {
  await using platform = await startDevPlatform();
  const workspaceId = crypto.randomUUID();
  await using presence = await makePresence(platform, { workspaceId });
  await presence.register();
  assertEquals(platform.workspace(workspaceId).token, await presence.tokens.current());
});

Deno.test("Registration.register() sends what was prepared, whatever has become of it since", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { settings: { agentName: "Ducks" } });
  const { registration, signal } = presence;
  const prepared = await registration.prepare();
  if (prepared.kind === "failed") throw new Error(prepared.message);
  await Deno.writeTextFile(`${presence.dir}/agent_card.json`, '{"name": "Geese"}');
  await registration.register(prepared, signal);
  assertEquals(platform.requests[0]?.body, prepared.body);
  assertMatch(JSON.stringify(prepared.body), /"name":"Ducks"/);
});

Deno.test("Registration.register() says once that the platform has issued what cannot be a token, and shows nothing of it", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const body = { status: "registered", auth_token: "hush hush" };
  platform.fault("register", { kind: "answer", status: 200, body });
  assertEquals(await presence.register(), { kind: "registered", hasNewToken: false });
  const [line = "", ...more] = presence.told();
  assertMatch(line, /^ERROR The platform has issued a token that cannot be one/);
  assertEquals([more, line.includes("hush")], [[], false]);
});

Deno.test("Registration.register() shows no token in what it says", async () => {
  await using platform = await startDevPlatform();
  const { id } = platform.addWorkspace();
  const token = "revoked-token";
  await using presence = await makePresence(platform, { workspaceId: id, token });
  const result = await presence.register();
  assertFalse(JSON.stringify(result).includes(token));
});
