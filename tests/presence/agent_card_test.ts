import { assertEquals, assertFalse, assertRejects, assertStringIncludes } from "@std/assert";
import { type AgentCardOptions, readAgentCard } from "../../lib/presence/mod.ts";
import { makeTempDir } from "../support/mod.ts";

const ID = "0b9d1a4e-6d0c-4f6a-9d2e-1f1f5e8e7c11";

/** Reads a card: of a file with this content (undefined for none), and of these settings. */
async function read(content: string | undefined, options: Partial<AgentCardOptions> = {}) {
  await using dir = await makeTempDir();
  const agentCardFile = `${dir.path}/agent_card.json`;
  if (content !== undefined) await Deno.writeTextFile(agentCardFile, content);
  return await readAgentCard(ID, { agentCardFile, isAgentCardNamed: false, ...options });
}

Deno.test("readAgentCard() makes a card of the workspace's id when nobody has said anything (contract 7 #103, #108)", async () => {
  assertEquals(await read(undefined), {
    card: { name: "molecule-mcp-0b9d1a4e", skills: [] },
    url: "",
  });
});

Deno.test("readAgentCard() makes a card of what the settings say when there is no file (contract 7 #104, #105, #106)", async () => {
  const card = await read(undefined, {
    agentName: "Ducks",
    agentDescription: "Counts ducks",
    agentSkills: ["count", "swim"],
    agentUrl: "http://agent.test:8000/a2a",
  });
  assertEquals(card, {
    card: {
      name: "Ducks",
      description: "Counts ducks",
      skills: [{ name: "count" }, { name: "swim" }],
      url: "http://agent.test:8000/a2a",
    },
    url: "http://agent.test:8000/a2a",
  });
});

const FILE = { name: "Geese", skills: [{ name: "honk" }], version: "2", more: { deep: [1] } };

Deno.test("readAgentCard() gives the file's card as it is, whatever the settings say, when there is one", async () => {
  const settings = { agentName: "Ducks", agentDescription: "Counts", agentSkills: ["count"] };
  for (const isAgentCardNamed of [false, true]) {
    const { card, url } = await read(JSON.stringify(FILE), { ...settings, isAgentCardNamed });
    assertEquals([card, url], [FILE, ""]);
  }
});

const urls: [what: string, own: unknown, agentUrl: string | undefined, url: string][] = [
  ["only the file has one", "http://file.test/", undefined, "http://file.test/"],
  ["only the settings have one", undefined, "http://setting.test/", "http://setting.test/"],
  ["both have one", "http://file.test/", "http://setting.test/", "http://setting.test/"],
  ["both have the same", "http://same.test/", "http://same.test/", "http://same.test/"],
  ["the file's is no text", 7, undefined, ""],
];
for (const [what, own, agentUrl, url] of urls) {
  Deno.test(`readAgentCard() gives '${url}' as the agent's address, in the card too, when ${what}`, async () => {
    const file = { ...FILE, ...(own !== undefined && { url: own }) };
    const agent = await read(JSON.stringify(file), { agentUrl });
    assertEquals(agent, { card: url === "" ? file : { ...file, url }, url });
  });
}

const SECRET = "hush-hush-token";
const unusable: [what: string, content: string | undefined, says: string][] = [
  ["there is none, and somebody has named it", undefined, "there is no such file"],
  ["it is no JSON", `${SECRET} is no JSON`, "it is no JSON ("],
  ["it is half written", `{"name": "Ducks", "key": "${SECRET}`, "it is no JSON ("],
  ["it is empty", "", "it is no JSON ("],
  ["it holds a list", `["${SECRET}"]`, "it holds no object"],
  ["it holds null", "null", "it holds no object"],
  ["it holds a text", `"${SECRET}"`, "it holds no object"],
  ["it has no name", `{"key": "${SECRET}"}`, "it has no name"],
  ["its name is blank", '{"name": " \\t"}', "it has no name"],
  ["its name is no text", '{"name": 7}', "it has no name"],
];
for (const [what, content, says] of unusable) {
  Deno.test(`readAgentCard() refuses the file, and shows nothing of it, when ${what}`, async () => {
    const { message } = await assertRejects(
      () => read(content, { isAgentCardNamed: true, agentName: "Ducks" }),
      TypeError,
      "Cannot use the agent card '",
    );
    assertStringIncludes(message, `/agent_card.json': ${says}`);
    assertFalse(message.includes("hush"), message);
  });
}

Deno.test("readAgentCard() does not fall back to the settings when a file that nobody has named is broken", async () => {
  await assertRejects(() => read("{", { agentName: "Ducks" }), TypeError, "it is no JSON");
});

Deno.test("readAgentCard() refuses a file that is too large, and what is no file", async () => {
  const large = JSON.stringify({ name: "Ducks", filler: "x".repeat(256 * 1024) });
  await assertRejects(() => read(large), RangeError, "expected at most 262144 bytes");
  await using dir = await makeTempDir();
  const options = { agentCardFile: dir.path, isAgentCardNamed: false };
  await assertRejects(() => readAgentCard(ID, options), TypeError, "it is not a regular file");
});

Deno.test(
  "readAgentCard() makes a card of the settings, and touches nothing, when the manifest does not grant a file that nobody has named",
  { permissions: { read: false } },
  async () => {
    const options = { agentCardFile: "/nowhere/agent_card.json", isAgentCardNamed: false };
    const { card } = await readAgentCard(ID, { ...options, agentName: "Ducks" });
    assertEquals(card["name"], "Ducks");
  },
);

Deno.test(
  "readAgentCard() rejects when the manifest does not grant a file that somebody has named",
  { permissions: { read: false } },
  async () => {
    const options = { agentCardFile: "/nowhere/agent_card.json", isAgentCardNamed: true };
    await assertRejects(() => readAgentCard(ID, options), Deno.errors.NotCapable);
  },
);
