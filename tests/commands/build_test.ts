import { assert, assertEquals, assertMatch } from "@std/assert";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { entryModule } from "../../scripts/compile/arguments.ts";
import { type EndedProgram, runModule } from "../support/mod.ts";
import { type Session, startSession } from "./_session.ts";

const COMMANDS = new URL("../../lib/commands/mod.ts", import.meta.url).href;

/** Runs the module that a binary made for the session starts with, under the binary's grants. */
async function runBuilt(
  session: Session,
  args: readonly string[],
  env = {},
): Promise<EndedProgram> {
  const { dir, platform, workspace } = session;
  const options = {
    platformUrls: [platform.url, "https://*.platform.test"],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: `${dir}/.runtime_report.json`,
    output: "",
    target: undefined,
  };
  const module = `${dir}/entry.ts`;
  await Deno.writeTextFile(module, entryModule(options, COMMANDS));
  const grants = grantFlags(leastGrants(options));
  return await runModule(module, { args, grants, env: { WORKSPACE_ID: workspace.id, ...env } });
}

Deno.test("workspaceBeat() does its whole job with the settings it was built for and no others", async () => {
  await using session = await startSession();
  const { workspace } = session;
  workspace.finish(workspace.delegate(), "the answer");
  const ended = await runBuilt(session, ["--once"]);
  assertEquals([ended.code, ended.stdout], [0, ""], ended.stderr);
  assertEquals((await session.results()).length, 1);
  assertEquals(ended.lines.filter((line) => !line.includes(" INFO ")), []);
});

Deno.test("workspaceBeat() says of each setting that it comes from the build", async () => {
  await using session = await startSession();
  const { dir, platform } = session;
  const ended = await runBuilt(session, ["check", "--json"]);
  const { settings, checks } = JSON.parse(ended.stdout);
  assertEquals(settings["platform-url"], { value: platform.url, origin: "build" });
  assertEquals(settings["results-file"], { value: `${dir}/results.jsonl`, origin: "build" });
  assertEquals(settings["configs-dir"], { value: dir, origin: "build" });
  assertEquals(settings["config"], { value: `${dir}/config.yaml`, origin: "build" });
  const grants = checks.find(({ name }: { name: string }) => name === "grants");
  assertEquals(grants.status, "ok", ended.stdout);
});

/** Arguments and variables that a build's grants do not reach, and what is said of them. */
const BEYOND: readonly (readonly [
  what: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  says: RegExp,
])[] = [
  [
    "another platform",
    ["--platform-url", "https://elsewhere.test"],
    {},
    /^Not allowed to reach the platform 'https:\/\/elsewhere\.test' \(from flag --platform-url\)/,
  ],
  [
    "another platform by its variable",
    [],
    { PLATFORM_URL: "http://127.0.0.1:9" },
    /^Not allowed to reach the platform 'http:\/\/127\.0\.0\.1:9' \(from environment PLATFORM_URL\)/,
  ],
  [
    "another results file",
    ["--results-file", "/tmp/other.jsonl"],
    {},
    /^Not allowed to write the results file '\/tmp\/other\.jsonl' \(from flag --results-file\) and /,
  ],
];

for (const [what, args, env, says] of BEYOND) {
  Deno.test(`workspaceBeat() ends with 77 and says how to rebuild when a build is given ${what}`, async () => {
    await using session = await startSession();
    const { dir, platform } = session;
    const ended = await runBuilt(session, args, env);
    assertEquals([ended.code, ended.stdout, ended.lines.length], [77, "", 1], ended.stderr);
    const [line = ""] = ended.lines;
    assertMatch(line, says);
    const made = `built for the platform ${platform.url} or https://*.platform.test and the ` +
      `results file ${dir}/results.jsonl: rebuild it with deno task compile --platform-url `;
    assert(line.includes(made), line);
    assertEquals(platform.requests.length, 0);
  });
}

/** What is asked for beside another results file, and what of it the command to rebuild has to name. */
const REBUILT: readonly (readonly [args: readonly string[], flags: string])[] = [
  [[], ""],
  [["--wake-file", "/run/wake"], " --wake-file /run/wake"],
  [["--wake-file", "off"], " --wake-file off"],
  [["--wake-file", "/tmp/other.jsonl.wake"], ""],
  [["--agent-card", "/a/card.json"], " --agent-card /a/card.json"],
  [
    ["--config", "/y.yaml", "--report-file", "/r.json"],
    " --config /y.yaml --report-file /r.json",
  ],
];

for (const [args, flags] of REBUILT) {
  Deno.test(`workspaceBeat() ends the command to rebuild with '${flags}' when it is given ${JSON.stringify(args)}`, async () => {
    await using session = await startSession();
    const { lines } = await runBuilt(session, ["--results-file", "/tmp/other.jsonl", ...args]);
    const [, rebuilt] = (lines[0] ?? "").split(": rebuild it with ");
    assertEquals(
      rebuilt,
      `deno task compile --platform-url ${session.platform.url} --results-file /tmp/other.jsonl ` +
        `--configs-dir ${session.dir}${flags}`,
    );
  });
}

Deno.test("workspaceBeat() takes a platform that the build's pattern covers", async () => {
  await using session = await startSession();
  const args = ["--once", "--platform-url", "https://a.platform.test"];
  // Nobody listens there, which is found out at once; looking for a host may take long.
  const ended = await runBuilt(session, args, { HTTPS_PROXY: "http://127.0.0.1:9" });
  assertEquals(ended.code, 69, ended.stderr);
});

Deno.test("results names the file it was built for, and how to rebuild, when it is given another", async () => {
  await using session = await startSession();
  const { dir, platform } = session;
  const other = `${dir}/other.jsonl`;
  const { code, lines } = await runBuilt(session, ["results", "--results-file", other]);
  assertEquals([code, lines.length], [77, 1]);
  assertEquals(
    lines[0],
    `Not allowed to consume the results file '${other}' (from flag --results-file): this binary ` +
      `was built for the results file ${dir}/results.jsonl: rebuild it with deno task compile ` +
      `--platform-url ${platform.url} --platform-url https://*.platform.test ` +
      `--results-file ${other} --configs-dir ${dir}`,
  );
});

Deno.test("results takes the file it was built for without any argument", async () => {
  await using session = await startSession();
  const { dir } = session;
  const record = { delegation_id: "d1", status: "completed", summary: "done" };
  await Deno.writeTextFile(`${dir}/results.jsonl`, `${JSON.stringify(record)}\n`);
  const { code, stdout } = await runBuilt(session, ["results"]);
  assertEquals([code, stdout.split("\n")[1]], [0, "- [completed] done"]);
});
