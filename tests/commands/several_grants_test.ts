import { assertEquals, assertMatch } from "@std/assert";
import { grantFlags, leastGrants, workspacesGrants } from "../../lib/permissions.ts";
import { entryModule } from "../../scripts/compile/arguments.ts";
import { idsIn, lineOf } from "../delegations/_consumer_files.ts";
import { type EndedProgram, runModule } from "../support/mod.ts";
import { type SeveralSession, startSeveral } from "./_several.ts";

const COMMANDS = new URL("../../lib/commands/mod.ts", import.meta.url).href;

/** The grants that the session needs, but for those of a kind that are replaced. */
function grantsOf(
  { dir, platform, workspacesDir }: SeveralSession,
  others: Partial<ReturnType<typeof workspacesGrants>> = {},
): string[] {
  const configFile = `${dir}/config.yaml`;
  const grants = workspacesGrants({ platformUrls: [platform.url], workspacesDir, configFile });
  return grantFlags({ ...grants, ...others });
}

/** Grants that are too few, and what is refused then. */
const LACKING: readonly (readonly [
  what: string,
  without: (session: SeveralSession) => Parameters<typeof grantsOf>[1],
  says: RegExp,
])[] = [
  [
    "reading the folder",
    ({ dir }) => ({ read: [`${dir}/config.yaml`] }),
    /^Not allowed to use the folder '.*\/workspaces' \(from flag --workspaces-dir\): run with --a/,
  ],
  [
    "writing the folder",
    ({ workspacesDir }) => ({ write: [`${workspacesDir}/scribe`] }),
    /^Not allowed to use the folder '.*\/workspaces' \(from flag --workspaces-dir\): run with --a/,
  ],
  [
    "reaching any platform",
    () => ({ net: ["127.0.0.1:1"] }),
    /^Not allowed to reach the platform 'http:\/\/127\.0\.0\.1:\d+': run with --allow-net=/,
  ],
];

for (const [what, without, says] of LACKING) {
  Deno.test(`run ends with 77, and gives the very flags that it needs, when several workspaces lack ${what}`, async () => {
    await using session = await startSeveral();
    const grants = grantsOf(session, without(session));
    await using sidecar = session.start({ args: ["--once"], grants });
    assertEquals(await sidecar.ended(), 77, sidecar.stderr.join("\n"));
    const [line = "", ...more] = sidecar.stderr;
    assertEquals(more, []);
    assertMatch(line, says);
    assertEquals(line.split(": run with ")[1], grantsOf(session).join(" "));
    assertEquals(session.platform.requests.length, 0);
  });
}

Deno.test("run names every platform that several workspaces need, each once, when none is granted", async () => {
  await using session = await startSeveral();
  const { critic, editor, platform } = session;
  await using sidecar = session.start({
    args: ["--once"],
    entries: [critic, editor].map(({ id, token }) => ({
      id,
      token,
      platform_url: "http://o.test",
    })),
    grants: grantsOf(session, { net: [] }),
  });
  assertEquals(await sidecar.ended(), 77);
  const line = await sidecar.waitForLine(/^Not allowed to reach the platform 'http:.*' or 'http:/);
  assertMatch(line, new RegExp(`--allow-net=${new URL(platform.url).host},o\\.test:80 `));
});

Deno.test("run says what several workspaces are done without when only the net and the folder are granted", async () => {
  await using session = await startSeveral();
  const { dir, workspacesDir } = session;
  const grants = grantsOf(session, {
    read: [workspacesDir],
    env: ["MOLECULE_WORKSPACES"],
    sys: [],
  });
  await using sidecar = session.start({ args: ["--once"], grants });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  const line = await sidecar.waitForLine(/ WARN Not granted, so done without: /);
  assertMatch(line, /: the environment's WORKSPACE_ID, .*; reading .*; seeing whether the agent's/);
  assertEquals(line.includes(`; reading ${dir}/config.yaml; `), true, line);
});

Deno.test("run writes nothing outside the workspaces folder", async () => {
  await using session = await startSeveral();
  const { all, dir } = session;
  for (const workspace of all) {
    workspace.inboundSecret = "a-secret";
    workspace.finish(workspace.delegate(), "the answer");
  }
  await using sidecar = session.start({ args: ["--once"] });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  assertEquals(sidecar.stderr.filter((line) => !line.includes(" INFO ")), []);
  const made = await Array.fromAsync(Deno.readDir(dir), ({ name }) => name);
  assertEquals(made, ["workspaces"]);
});

/** Runs the module that a binary starts with, under the binary's grants. */
async function runBuilt(
  session: SeveralSession,
  args: readonly string[],
  { forSeveral = true }: { forSeveral?: boolean } = {},
): Promise<EndedProgram> {
  const { all, dir, platform, workspacesDir } = session;
  const options = {
    platformUrls: [platform.url],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: `${dir}/.runtime_report.json`,
    workspacesDir: forSeveral ? workspacesDir : undefined,
    output: "",
    target: undefined,
  };
  const module = `${dir}/entry.ts`;
  await Deno.writeTextFile(module, entryModule(options, COMMANDS));
  const list = all.map(({ id, token }) => ({ id, token }));
  const env = { MOLECULE_WORKSPACES: JSON.stringify(list) };
  return await runModule(module, { args, grants: grantFlags(leastGrants(options)), env });
}

Deno.test("workspaceBeat() keeps several workspaces alive in the folder that it was built for, without any argument", async () => {
  await using session = await startSeveral();
  const { critic } = session;
  critic.finish(critic.delegate(), "the answer");
  const ended = await runBuilt(session, ["--once"]);
  assertEquals([ended.code, ended.stdout], [0, ""], ended.stderr);
  assertEquals(session.all.map(({ beats }) => beats.length), [1, 1, 1]);
  assertMatch(await session.read(critic, "delegation_results.jsonl") ?? "", /"completed"/);
  assertEquals(ended.lines.filter((line) => !line.includes(" INFO ")), []);
});

Deno.test("workspaceBeat() says that the workspaces folder comes from the build", async () => {
  await using session = await startSeveral();
  const { stdout } = await runBuilt(session, ["check", "--json"]);
  const { settings, checks } = JSON.parse(stdout);
  assertEquals(settings["workspaces-dir"], { value: session.workspacesDir, origin: "build" });
  const grants = checks.find(({ name }: { name: string }) => name === "grants");
  assertEquals(grants.status, "ok", stdout);
});

Deno.test("workspaceBeat() ends with 77, and says how to rebuild, when a build for one workspace is given several", async () => {
  await using session = await startSeveral();
  const { dir, platform, workspacesDir } = session;
  const ended = await runBuilt(session, ["--once"], { forSeveral: false });
  assertEquals([ended.code, ended.stdout], [77, ""]);
  assertEquals(ended.lines, [
    `Not allowed to use the folder '${workspacesDir}' (from build): rebuild this binary with ` +
    `deno task compile --platform-url ${platform.url} --results-file ${dir}/results.jsonl ` +
    `--configs-dir ${dir} --workspaces-dir ${workspacesDir}`,
  ]);
});

Deno.test("workspaceBeat() ends with 77, and says how to rebuild, when a build for several is given another folder", async () => {
  await using session = await startSeveral();
  const args = ["--once", "--workspaces-dir", "/elsewhere"];
  const { code, lines } = await runBuilt(session, args);
  assertEquals([code, lines.length], [77, 1]);
  assertMatch(lines[0] ?? "", /^Not allowed to use the folder '\/elsewhere' \(from flag --works/);
  assertMatch(lines[0] ?? "", /: rebuild this binary with .* --workspaces-dir \/elsewhere$/);
});

Deno.test("results takes the workspaces folder that it was built for, when it is told which of several is meant", async () => {
  await using session = await startSeveral();
  const { workspacesDir } = session;
  await Deno.mkdir(`${workspacesDir}/critic`, { recursive: true });
  await Deno.writeTextFile(`${workspacesDir}/critic/delegation_results.jsonl`, lineOf("d1"));
  const args = ["results", "--format", "json", "--workspace-id", "critic"];
  const { code, stderr, stdout } = await runBuilt(session, args);
  assertEquals([code, stderr, idsIn(stdout)], [0, "", ["d1"]]);
});
