import { assertEquals, assertMatch } from "@std/assert";
import { resolve, resolveOne } from "./_resolve.ts";

Deno.test("resolveSettings() takes a blank variable about the agent as not set (contract 7 #107)", async () => {
  const names = ["MOLECULE_AGENT_NAME", "MOLECULE_AGENT_DESCRIPTION", "MOLECULE_AGENT_SKILLS"];
  const [blank, commas] = await resolve([
    {
      env: Object.fromEntries(names.map((name) => [name, " \n"])),
      yaml: "heartbeat: {agent_card: {name: F}}",
    },
    { env: { MOLECULE_AGENT_SKILLS: " , ," } },
  ]);
  assertEquals([blank?.message, commas?.message], [undefined, undefined]);
  assertEquals(blank?.settings["agentName"]?.value, "F");
  assertEquals(commas?.settings["agentSkills"]?.value, undefined);
});

Deno.test("resolveSettings() has no wake file beside standard output", async () => {
  const [bare, named] = await resolve([
    { flags: { "results-file": "-" } },
    { flags: { "results-file": "-", "wake-file": "/w" } },
  ]);
  assertEquals(bare?.settings["wakeFile"], { value: "off", origin: "flag --results-file" });
  assertEquals(named?.settings["wakeFile"], { value: "/w", origin: "flag --wake-file" });
});

Deno.test("resolveSettings() shows no password of an agent's address that is not allowed", async () => {
  const { exitCode, message = "" } = await resolveOne({
    flags: { "agent-url": "http://user:s3cr3t@agent.test/?s3cr3t" },
  });
  assertEquals(exitCode, 64);
  assertMatch(
    message,
    /^Cannot use 'http:\/\/\(not shown\)@agent\.test\/\?\(not shown\)' from --ag/,
  );
});

const RESULTS = "/tmp/delegation_results.jsonl";

/** Flags whose wake file is another of the sidecar's files. */
const TAKEN: readonly Readonly<Record<string, string>>[] = [
  { "wake-file": RESULTS },
  { "wake-file": `${RESULTS}.journal` },
  { "wake-file": `${RESULTS}.taken.lock` },
  { "wake-file": "/configs/.auth_token" },
  { "wake-file": "/configs/.platform_inbound_secret.tmp" },
  { "wake-file": "/configs/.runtime_report.json" },
  { "wake-file": "/configs/agent_card.json" },
  { "wake-file": "/configs//config.yaml", "config": "/configs/config.yaml" },
  { "wake-file": "./results.jsonl", "results-file": "results.jsonl" },
  { "wake-file": "/r/../r/report", "report-file": "/r/report" },
  { "wake-file": "/a/card.json", "agent-card": "/a/./card.json" },
];
for (const flags of TAKEN) {
  Deno.test(`resolveSettings() refuses ${JSON.stringify(flags)}, since touching it would spoil another file`, async () => {
    const { exitCode, message } = await resolveOne({ flags });
    assertEquals([exitCode, message], [
      64,
      `Cannot use '${flags["wake-file"]}' from flag --wake-file as the wake file: it is another ` +
      "of the sidecar's files: expected a file of its own, or off",
    ]);
  });
}

Deno.test("resolveSettings() refuses a file beside the results file that another setting names, too", async () => {
  const { exitCode, message = "" } = await resolveOne({
    env: { RUNTIME_REPORT_FILE: `${RESULTS}.wake` },
  });
  assertEquals(exitCode, 64);
  assertMatch(message, /^Cannot use '.*\.wake' from default as the wake file: it is another of/);
});

Deno.test("resolveSettings() takes a wake file beside other files of the sidecar", async () => {
  const resolved = await resolve([
    { flags: { "wake-file": "/configs/wake" } },
    { flags: { "wake-file": "off", "results-file": "off" } },
  ]);
  assertEquals(resolved.map(({ settings }) => settings?.["wakeFile"]?.value), [
    "/configs/wake",
    "off",
  ]);
});
