import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { LIST, several } from "./_several.ts";
import { resolveOne } from "./_resolve.ts";

Deno.test("resolveSettings() refuses a --workspace-id that MOLECULE_WORKSPACES does not hold, and names those that it does", async () => {
  const { exitCode, message } = await resolveOne(several({ flags: { "workspace-id": "Scribe" } }));
  assertEquals([exitCode, message], [
    64,
    "Cannot use 'Scribe' from flag --workspace-id: expected a workspace of MOLECULE_WORKSPACES: " +
    "scribe, critic, newcomer",
  ]);
});

/** Flags that name something of one workspace, and what is expected instead. */
const OF_ONE = {
  "results-file": ["/one", "-, or --workspaces-dir"],
  "report-file": ["/one", "--workspaces-dir"],
  "agent-card": ["/one", "--workspaces-dir"],
  "wake-file": ["/one", "off, or --workspaces-dir"],
  "agent-url": ["http://agent.test", "'url' in the agent_card.json of each"],
} as const;
for (const [flag, [value, expected]] of Object.entries(OF_ONE)) {
  Deno.test(`resolveSettings() refuses --${flag} with 64 when there are several workspaces`, async () => {
    const { exitCode, message } = await resolveOne(several({ flags: { [flag]: value } }));
    assertEquals([exitCode, message], [
      64,
      `Cannot use --${flag} for the several workspaces of MOLECULE_WORKSPACES, whose files are ` +
      `in folders of their own: expected ${expected}`,
    ]);
  });
}

Deno.test("resolveSettings() refuses a flag that names a file also when one workspace of the list is picked", async () => {
  const flags = { "workspace-id": "critic", "report-file": "/one" };
  assertEquals((await resolveOne(several({ flags }))).exitCode, 64);
});

Deno.test("resolveSettings() says in one line with 78 what is wrong about MOLECULE_WORKSPACES, and shows nothing of it", async () => {
  const wrong = JSON.stringify([...LIST, { id: "last", token: "secret with spaces" }]);
  const { exitCode, message = "" } = await resolveOne(
    several({ env: { MOLECULE_WORKSPACES: wrong } }),
  );
  assertEquals(exitCode, 78);
  assertEquals(
    message,
    "Cannot use '(not shown)' from MOLECULE_WORKSPACES in the environment: entry 4 (last) has a " +
      "token with spaces or characters in it that cannot be printed: expected a JSON list of " +
      '{"id": …, "token": …, "platform_url": …}, the last two optional',
  );
});

Deno.test("resolveSettings() judges the flags before MOLECULE_WORKSPACES", async () => {
  const env = { MOLECULE_WORKSPACES: "no list" };
  const { exitCode, message = "" } = await resolveOne({ env, flags: { "wakes-per-hour": "61" } });
  assertEquals(exitCode, 64);
  assertMatch(message, /--wakes-per-hour/);
});

Deno.test("resolveSettings() warns once of what all of several workspaces share", async () => {
  const { warnings } = await resolveOne(several({ flags: { interval: "120" } }));
  assertEquals(warnings.length, 1);
  assert(warnings.every((warning) => warning.startsWith("The interval of 120 s")));
  assertFalse(warnings.join().includes("scribe"));
});

Deno.test("resolveSettings() names a misspelt key of MOLECULE_WORKSPACES, and shows no token", async () => {
  const list = [{ id: "scribe", Token: "secret-of-scribe" }];
  const { exitCode, message = "" } = await resolveOne(
    several({ env: { MOLECULE_WORKSPACES: JSON.stringify(list) } }),
  );
  assertEquals(exitCode, 78);
  assertMatch(message, /: entry 1 has the key 'Token': expected id, token or platform_url: /);
  assertFalse(/secret-of-scribe|\n/.test(message), message);
});

/** What holds for one workspace alone, and how the warning calls it. */
const UNUSED = [
  [{ env: { WORKSPACE_ID: "scribe" } }, "WORKSPACE_ID"],
  [{ env: { MOLECULE_WORKSPACE_TOKEN: "a-token" } }, "MOLECULE_WORKSPACE_TOKEN"],
  [{ env: { DELEGATION_RESULTS_FILE: "/r" } }, "DELEGATION_RESULTS_FILE"],
  [{ env: { RUNTIME_REPORT_FILE: "/r" } }, "RUNTIME_REPORT_FILE"],
  [{ yaml: "heartbeat: {agent_card: {url: 'http://agent.test'}}" }, "the agent card's url"],
  [
    {
      env: { RUNTIME_REPORT_FILE: "/r", WORKSPACE_ID: "not an id" },
      yaml: "heartbeat: {agent_card: {url: 'http://agent.test'}}",
    },
    "WORKSPACE_ID, RUNTIME_REPORT_FILE, the agent card's url",
  ],
] as const;
for (const [scenario, names] of UNUSED) {
  Deno.test(`resolveSettings() warns that it does not use ${names} when there are several workspaces`, async () => {
    const { message, warnings } = await resolveOne(several(scenario));
    assertEquals([message, warnings], [undefined, [
      `Not used, since MOLECULE_WORKSPACES names several workspaces: ${names}: each has its own in ` +
      "the list, or in its folder",
    ]]);
  });
}

Deno.test("resolveSettings() warns of nothing when all is for several workspaces", async () => {
  const env = { CONFIGS_DIR: "/c", MOLECULE_AGENT_NAME: "Scribe", MOLECULE_ORG_ID: "org-1" };
  assertEquals((await resolveOne(several({ env }))).warnings, []);
});

Deno.test("resolveSettings() warns that it does not use --workspaces-dir when there are not several workspaces", async () => {
  const { settings, warnings } = await resolveOne({ flags: { "workspaces-dir": "/all" } });
  assertEquals(warnings, ["--workspaces-dir is not used: MOLECULE_WORKSPACES names no workspaces"]);
  assertEquals(settings["workspacesDir"]?.value, undefined);
});
