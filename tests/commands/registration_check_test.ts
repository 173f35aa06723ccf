import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { check, type Finding } from "./_checked.ts";
import { type Session, startSession } from "./_session.ts";

/** A session of a workspace that the platform has told no token yet. */
async function startFresh(): Promise<{ session: Session; id: string }> {
  const session = await startSession();
  await Deno.remove(`${session.dir}/.auth_token`);
  const { id } = session.platform.addWorkspace({ token: null, status: "provisioning" });
  return { session, id };
}

const POLL = ["--register", "poll"];

/** The body that a check would send. */
function bodyIn(finding: Finding | undefined): unknown {
  const [, body = "null"] = /^would send POST \/registry\/register (.*)$/.exec(
    finding?.message ?? "",
  ) ?? [];
  return JSON.parse(body);
}

Deno.test("check says nothing of registering the workspace when somebody else does", async () => {
  await using session = await startSession();
  assertEquals((await check(session)).finding("register"), undefined);
});

Deno.test("check shows the very body that a run registers the workspace with", async () => {
  await using session = await startSession();
  const { platform, workspace } = session;
  const env = { MOLECULE_AGENT_NAME: "Ducks", MOLECULE_AGENT_SKILLS: "quack,, swim " };
  const { code, finding } = await check(session, { args: POLL, env });
  assertEquals([code, finding("register")?.status], [0, "ok"]);
  assertEquals(platform.requestsTo("register"), []);
  await using sidecar = session.start({ args: [...POLL, "--once"], env });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  const [request] = platform.requestsTo("register");
  assertEquals(bodyIn(finding("register")), request?.body);
  assertEquals(bodyIn(finding("register")), {
    id: workspace.id,
    url: "",
    agent_card: { name: "Ducks", skills: [{ name: "quack" }, { name: "swim" }] },
    delivery_mode: "poll",
  });
});

Deno.test("check shows the card of agent_card.json in the configs folder", async () => {
  await using session = await startSession();
  await Deno.writeTextFile(`${session.dir}/agent_card.json`, '{"name": "Geese", "more": 1}');
  const { finding } = await check(session, { args: POLL });
  assertMatch(finding("register")?.message ?? "", /"agent_card":\{"name":"Geese","more":1\}/);
});

Deno.test("check shows what config.yaml says of the agent, and where that came from", async () => {
  await using session = await startSession();
  await session.writeConfig(
    "heartbeat:\n  register: push\n  agent_card: {name: Ducks, url: 'http://agent.test/'}\n",
  );
  const { finding, text } = await check(session);
  const { settings } = JSON.parse(text);
  const origin = `file ${session.dir}/config.yaml`;
  assertEquals(settings["register"], { value: "push", origin });
  assertEquals(settings["agent-url"], { value: "http://agent.test/", origin });
  assertMatch(finding("register")?.message ?? "", /"url":"http:\/\/agent\.test\/","agent_card"/);
});

/** Agent cards that cannot be used, and what is said of them. */
const CARDS: readonly (readonly [what: string, make: (path: string) => unknown, says: RegExp])[] = [
  [
    "is no JSON",
    (path) => Deno.writeTextFile(path, "{"),
    /^Cannot use the agent card '.*it is no J/,
  ],
  ["has no name", (path) => Deno.writeTextFile(path, "{}"), /agent_card\.json': it has no name: /],
  ["is a folder", (path) => Deno.mkdir(path), /agent_card\.json': it is not a regular file/],
];

for (const [what, make, says] of CARDS) {
  Deno.test(`check ends with 78, and names the agent card, when it ${what}`, async () => {
    await using session = await startSession();
    await make(`${session.dir}/agent_card.json`);
    const { code, finding } = await check(session, { args: POLL });
    assertEquals([code, finding("register")?.status], [78, "failed"]);
    assertMatch(finding("register")?.message ?? "", says);
    assertEquals(
      finding("register")?.remedy,
      "beats work without, but the workspace is not registered",
    );
  });
}

Deno.test("check ends with 78 when the agent card that is named is not there", async () => {
  await using session = await startSession();
  const { dir, platform } = session;
  const card = `${dir}/card.json`;
  const grants = grantFlags(leastGrants({
    platformUrls: [platform.url],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: `${dir}/.runtime_report.json`,
    agentCardFile: card,
  }));
  const { code, finding } = await check(session, { args: [...POLL, "--agent-card", card], grants });
  assertEquals(code, 78);
  assertMatch(finding("register")?.message ?? "", /card\.json': there is no such file: /);
});

Deno.test("check ends with 78, and says where the agent's address may stand, when push mode has none", async () => {
  await using session = await startSession();
  const { code, finding } = await check(session, { args: ["--register", "push"] });
  assertEquals(code, 78);
  assertMatch(finding("register")?.message ?? "", /^Cannot register in push mode .*--agent-url,/);
});

Deno.test("check looks at no agent card when nobody registers the workspace", async () => {
  await using session = await startSession();
  await Deno.writeTextFile(`${session.dir}/agent_card.json`, "{");
  assertEquals((await check(session)).code, 0);
});

/** The grants of a session, but for some of those for its token files. */
function grantsWithout(
  { dir, platform }: Session,
  { read, write }: { readonly read?: RegExp; readonly write?: RegExp },
): string[] {
  const grants = leastGrants({
    platformUrls: [platform.url],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: `${dir}/.runtime_report.json`,
  });
  return grantFlags({
    ...grants,
    read: grants.read.filter((path) => !read?.test(path)),
    write: grants.write.filter((path) => !write?.test(path)),
  });
}

/** Grants that a token needs, and what is said without them. */
const LACKING: readonly (readonly [
  what: string,
  lacking: Parameters<typeof grantsWithout>[1],
  says: RegExp,
])[] = [
  [
    "writing the token file",
    { write: /\.auth_token(\.tmp)?$/ },
    /Requires write access to '.*\.auth_token': grant it, or put the workspace's token there$/,
  ],
  [
    "writing what stands beside it",
    { write: /\.auth_token\.tmp$/ },
    /Requires write access to '.*\.auth_token\.tmp': grant it, or put/,
  ],
  [
    "reading the token file",
    { read: /\.auth_token$/ },
    /Requires read access to '.*\.auth_token': grant it, or put/,
  ],
  [
    "reading what stands beside it",
    { read: /\.auth_token\.tmp$/ },
    /Requires read access to '.*\.auth_token\.tmp': grant it, or put/,
  ],
];

for (const [what, lacking, says] of LACKING) {
  Deno.test(`check warns that a token could not be kept, and how to grant it, when the manifest lacks ${what}`, async () => {
    const { session, id } = await startFresh();
    await using _session = session;
    const grants = grantsWithout(session, lacking);
    const { finding } = await check(session, { args: POLL, workspaceId: id, grants });
    assertEquals(finding("register")?.status, "warning");
    assertMatch(finding("register")?.message ?? "", /^would send .*, but not without a token$/);
    assertMatch(finding("register")?.remedy ?? "", says);
  });
}

Deno.test("check warns that a token could not be kept, and what to check, when the disk refuses it", async () => {
  const { session, id } = await startFresh();
  await using _session = session;
  await Deno.mkdir(`${session.dir}/.auth_token.tmp/in-the-way`, { recursive: true });
  const { code, finding } = await check(session, { args: POLL, workspaceId: id });
  assertEquals([code, finding("register")?.status], [0, "warning"]);
  assertMatch(
    finding("register")?.remedy ?? "",
    /^the token that the platform would issue cannot be kept: .*: check that its folder exists, has r/,
  );
});

Deno.test("check does not mind that the token file may not be written when there is a token", async () => {
  await using session = await startSession();
  const grants = grantsWithout(session, { write: /\.auth_token(\.tmp)?$/ });
  const { finding } = await check(session, { args: POLL, grants });
  assertEquals(finding("register")?.status, "ok");
});

Deno.test("check ends with 0, and leaves the token out, when a fresh workspace will get one by registering", async () => {
  const { session, id } = await startFresh();
  await using _session = session;
  const { code, finding } = await check(session, { args: POLL, workspaceId: id });
  assertEquals(code, 0);
  assertEquals(finding("workspace")?.message, "it is provisioning");
  assertEquals(finding("token")?.status, "skipped");
  assertMatch(finding("token")?.message ?? "", /there is none yet: registering the workspace gets/);
});

Deno.test("check tests the token also when the workspace is registered with one", async () => {
  await using session = await startSession();
  await session.writeToken("another-token");
  const { code, finding } = await check(session, { args: POLL });
  assertEquals([code, finding("token")?.status], [77, "failed"]);
});

Deno.test("check shows neither token nor secret when the agent card holds them", async () => {
  await using session = await startSession();
  const { dir, token } = session;
  await Deno.writeTextFile(`${dir}/.platform_inbound_secret`, "an-inbound-secret");
  const card = { name: "Leak", description: `${token} an-inbound-secret` };
  await Deno.writeTextFile(`${dir}/agent_card.json`, JSON.stringify(card));
  const { text } = await check(session, { args: POLL });
  assertMatch(text, /\[redacted\] \[redacted\]/);
  assertFalse(text.includes(token) || text.includes("an-inbound-secret"), text);
});

Deno.test("check prints each setting and each finding on one line when the agent's description has several", async () => {
  await using session = await startSession();
  const env = { MOLECULE_AGENT_DESCRIPTION: "Writes\nand reads\u001b[31m\u2028aloud" };
  await using process = session.start({ command: "check", args: POLL, env });
  assertEquals(await process.ended(), 0);
  const text = process.stdout.filter((line) => line !== "" && !/^(Settings|Checks)$/.test(line));
  for (const line of text) assertMatch(line, /^ {2}[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
});
