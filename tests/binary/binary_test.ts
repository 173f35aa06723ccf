import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { startSidecar } from "../support/mod.ts";
import { compileForTests, compileProbe, sidecarFor } from "./_compiled.ts";

const compiled = await compileForTests();
const { dir, port, options } = compiled;
const reason = compiled.missing === undefined ? "" : ` (ignored: ${compiled.missing})`;

/** Whose results are in the one results file that all tests share. */
const compiledWorkspace = "3f2b8f54-0c0e-4f4e-9d53-1b9a4b6f0a01";
/** The base binary is what Deno itself weighs; the rest is ours. */
const LARGEST_PAYLOAD_BYTES = 1_500_000;

function binaryTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `the binary ${name}${reason}`, ignore: compiled.missing !== undefined, fn });
}

binaryTest("does the main job with nothing but a workspace id, from another folder", async () => {
  await using platform = await startDevPlatform({ port });
  const lead = platform.addWorkspace({ name: "Team lead" });
  const workspace = platform.addWorkspace({
    id: compiledWorkspace,
    parentId: lead.id,
    inboundSecret: "inbound-secret",
  });
  const start = await sidecarFor(compiled, workspace);
  const id = workspace.delegate({ to: lead.id });
  workspace.finish(id, "done");
  await using sidecar = start();
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  await platform.waitFor(({ route, status }) => route === "a2a" && status === 200);
  await platform.waitFor(({ route, status }) => route === "notify" && status === 200);
  assertEquals(await sidecar.stop(), 0);
  const [line = ""] = (await Deno.readTextFile(options.resultsFile)).split("\n");
  assertEquals(JSON.parse(line).delegation_id, id);
  assertEquals(await Deno.readTextFile(`${dir}/.platform_inbound_secret`), "inbound-secret");
  assertStringIncludes(workspace.delivered[0]?.text ?? "", id.slice(0, 8));
  assertEquals(workspace.chat.length, 1);
});

binaryTest("registers a fresh workspace, keeps its token, and touches the wake file", async () => {
  await takeResults();
  await using platform = await startDevPlatform({ port, dialect: "2026-06" });
  const workspace = platform.addWorkspace({
    id: compiledWorkspace,
    token: null,
    status: "provisioning",
    inboundSecret: "inbound-secret",
  });
  await Deno.remove(`${dir}/.auth_token`);
  const card = { name: "Scribe", skills: [{ name: "writing" }] };
  await Deno.writeTextFile(`${dir}/agent_card.json`, JSON.stringify(card));
  await using sidecar = startSidecar({
    binary: options.output,
    args: ["--interval", "5", "--register", "poll"],
    env: { WORKSPACE_ID: workspace.id },
    cwd: "/",
  });
  await sidecar.waitForLine(/The workspace is registered, and has got a token/);
  workspace.finish(workspace.delegate(), "done");
  await sidecar.waitForLine(/Touched .* for 1 result/);
  assertEquals(await sidecar.stop(), 0);
  assertEquals(await Deno.readTextFile(`${dir}/.auth_token`), workspace.token);
  assertEquals((await Deno.stat(`${dir}/results.jsonl.wake`)).isFile, true);
  const [registration] = platform.requestsTo("register");
  assertStringIncludes(registration?.text ?? "", JSON.stringify(card).slice(1, -1));
  assertEquals(sidecar.stderr.filter((line) => / (WARN|ERROR) /.test(line)), []);
});

binaryTest(
  "keeps several workspaces alive, with all their files in the folder that it was built for",
  async () => {
    await using platform = await startDevPlatform({ port });
    const entries = ["scribe", "critic"].map((id) => platform.addWorkspace({ id }))
      .map(({ id, token }) => ({ id, token }));
    for (const { id } of entries) {
      const workspace = platform.workspace(id);
      workspace.finish(workspace.delegate({ id: `of-${id}` }), "done");
    }
    await using sidecar = startSidecar({
      binary: options.output,
      args: ["--interval", "5"],
      env: { MOLECULE_WORKSPACES: JSON.stringify(entries) },
      cwd: "/",
    });
    for (const { id } of entries) {
      await sidecar.waitForLine(new RegExp(`\\[${id}\\] The agent was woken for 1 result`));
      const file = `${options.workspacesDir}/${id}/delegation_results.jsonl`;
      assertStringIncludes(await Deno.readTextFile(file), `of-${id}`);
    }
    assertEquals(await sidecar.stop(), 0);
  },
);

/** Runs the binary as an agent would, to its end. */
async function takeResults(): Promise<{ ids: string[]; code: number }> {
  const args = ["--format", "json"];
  await using agent = startSidecar({ binary: options.output, command: "results", args, cwd: "/" });
  const code = await agent.ended();
  const records: { delegation_id: string }[] = JSON.parse(agent.stdout.join("\n"));
  return { ids: records.map(({ delegation_id }) => delegation_id), code };
}

binaryTest("hands each result to the agent once, over a SIGKILL and a restart", async () => {
  await takeResults();
  await using platform = await startDevPlatform({ port });
  const workspace = platform.addWorkspace({ id: compiledWorkspace });
  const start = await sidecarFor(compiled, workspace);
  workspace.finish(workspace.delegate({ id: "before" }), "done");
  {
    await using first = start();
    await first.waitForLine(/The agent was woken for 1 result/);
    first.kill("SIGKILL");
  }
  workspace.finish(workspace.delegate({ id: "after" }), "done");
  await using second = start();
  await second.waitForLine(/The agent was woken for 1 result/);
  assertEquals(await takeResults(), { ids: ["before", "after"], code: 0 });
  assertEquals(await takeResults(), { ids: [], code: 0 });
  assertEquals(await second.stop(), 0);
});

/** Runs `report` of the binary as an agent's hook would; gives the exit code and what was said. */
async function report(...args: string[]): Promise<[code: number, said: string[]]> {
  await using hook = startSidecar({ binary: options.output, command: "report", args, cwd: "/" });
  const code = await hook.ended();
  return [code, [...hook.stdout, ...hook.stderr]];
}

binaryTest("reports for the agent, and sees when the agent's process is gone", async () => {
  await using platform = await startDevPlatform({ port });
  const workspace = platform.addWorkspace({ id: compiledWorkspace });
  const start = await sidecarFor(compiled, workspace);
  const agent = new Deno.Command("sleep", { args: ["100"] }).spawn();
  await using sidecar = start();
  const says = (part: string) =>
    platform.waitFor(({ route, status, text }) =>
      route === "heartbeat" && status === 200 && text.includes(part)
    );
  assertEquals(await report("set", `pid=${agent.pid}`), [0, []]);
  assertEquals(await report("start", "Counting", "ducks"), [0, []]);
  await says('"active_tasks":1');
  assertEquals(workspace.currentTask, "Counting ducks");
  agent.kill("SIGKILL");
  await agent.status;
  await sidecar.waitForLine(/ WARN The agent's report .* is stale: its process \d+ is gone/);
  await platform.waitFor(
    ({ route, text }) => route === "heartbeat" && text.includes('"active_tasks":0'),
    {
      from: platform.requests.findIndex(({ text }) => text.includes('"active_tasks":1')),
    },
  );
  assertEquals(await sidecar.stop(), 0);
  await Deno.remove(options.reportFile);
});

binaryTest("names the report file it was built for when it is given another, with 77", async () => {
  const other = `${dir}/other.json`;
  const [code, [line = "", ...more]] = await report("done", "--report-file", other);
  assertEquals([code, more], [77, []]);
  assertStringIncludes(line, `built for the report file ${options.reportFile}: rebuild it`);
  assertStringIncludes(line, `--report-file ${other}`);
});

binaryTest("names the platform it was built for when it is given another, with 77", async () => {
  await using sidecar = startSidecar({
    binary: options.output,
    args: ["--platform-url", "http://127.0.0.1:1234", "--workspace-id", "w"],
  });
  assertEquals(await sidecar.ended(), 77);
  assertEquals(sidecar.stderr.length, 1);
  assertStringIncludes(sidecar.stderr[0] ?? "", `http://127.0.0.1:${port}`);
  assertStringIncludes(sidecar.stderr[0] ?? "", "http://127.0.0.1:1234");
  assertStringIncludes(sidecar.stderr[0] ?? "", "deno task compile --platform-url");
});

binaryTest(
  "names the results file it was built for when it is given another, with 77",
  async () => {
    await using sidecar = startSidecar({
      binary: options.output,
      args: ["--results-file", `${dir}/other.jsonl`, "--workspace-id", "w"],
    });
    assertEquals(await sidecar.ended(), 77);
    assertEquals(sidecar.stderr.length, 1);
    assertStringIncludes(sidecar.stderr[0] ?? "", options.resultsFile);
    assertStringIncludes(sidecar.stderr[0] ?? "", `${dir}/other.jsonl`);
  },
);

binaryTest("may reach each platform it was built for, also by a pattern", async () => {
  await using sidecar = startSidecar({
    binary: options.output,
    command: "check",
    args: ["--platform-url", "https://eu.platform.example.com", "--workspace-id", "w"],
  });
  await sidecar.ended();
  assertStringIncludes(sidecar.stdout.join("\n"), "everything that the settings need is granted");
});

binaryTest("is refused every other host, file, variable and subprocess", async () => {
  // Another program, compiled with the very same arguments, tries what ours would not.
  const probe = await compileProbe(
    compiled,
    `const tries = {
      host: () => fetch("http://127.0.0.1:1/"),
      neighbourPort: () => fetch("http://127.0.0.1:${port + 1}/"),
      listen: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
      readFile: () => Deno.readTextFile("/etc/passwd"),
      readFolder: () => Array.fromAsync(Deno.readDir("${dir}")),
      readNeighbour: () => Deno.readTextFile("${options.resultsFile}.other"),
      writeNeighbour: () => Deno.writeTextFile("${options.resultsFile}.other", ""),
      writeBesideToken: () => Deno.writeTextFile("${dir}/.auth_token.other", ""),
      writeCard: () => Deno.writeTextFile("${options.agentCardFile}", ""),
      writeConfig: () => Deno.writeTextFile("${options.configFile}", ""),
      variable: () => Deno.env.get("PATH"),
      allVariables: () => Deno.env.toObject(),
      subprocess: () => new Deno.Command("/bin/true").output(),
      system: () => Deno.hostname(),
      library: () => Deno.dlopen("libc.so.6", {}),
      code: () => import("https://example.com/" + "mod.js"),
    };
    const found = {};
    for (const [name, attempt] of Object.entries(tries)) {
      try { await attempt(); found[name] = "allowed"; } catch (error) { found[name] = error.name; }
    }
    console.log(JSON.stringify(found));`,
  );
  const { stdout } = await new Deno.Command(probe, { clearEnv: true, stdin: "null" }).output();
  const found: Record<string, string> = JSON.parse(new TextDecoder().decode(stdout));
  const { code, ...others } = found;
  assert(code !== "allowed", "foreign code can be imported");
  assertEquals([...new Set(Object.values(others))], ["NotCapable"], JSON.stringify(found));
});

binaryTest("leaves nothing behind but the files of its manifest", async () => {
  await using platform = await startDevPlatform({ port });
  const workspace = platform.addWorkspace({ token: null, inboundSecret: "inbound-secret" });
  const temporary = await Deno.makeTempDir({ dir });
  await using sidecar = startSidecar({
    binary: options.output,
    args: ["--once", "--workspace-id", workspace.id],
    env: { TMPDIR: temporary, HOME: temporary },
    cwd: temporary,
  });
  await sidecar.ended();
  assertEquals([...Deno.readDirSync(temporary)], []);
});

binaryTest("carries a payload of at most 1.5 MB over the base binary", async () => {
  const base = Deno.env.get("DENORT_BIN");
  if (base === undefined) return; // Deno has downloaded one, and keeps it where it likes
  const payload = (await Deno.stat(options.output)).size - (await Deno.stat(base)).size;
  assert(payload <= LARGEST_PAYLOAD_BYTES, `the payload is ${payload} bytes`);
});

Deno.test({
  name: `README's command does what it says: deno task compile${reason}`,
  ignore: compiled.missing !== undefined,
  async fn() {
    const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
    const [command = ""] = /^deno task compile .*$/m.exec(readme) ?? [];
    const [, , , ...args] = command.replace(/--output \S+/, `--output ${dir}/from-readme`).split(
      " ",
    );
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "compile", ...args],
      cwd: new URL("../..", import.meta.url),
      stdin: "null",
    }).output();
    assertEquals(code, 0);
    assertStringIncludes(new TextDecoder().decode(stdout), "https://platform.example.com");
    assert((await Deno.stat(`${dir}/from-readme`)).isFile);
  },
});
