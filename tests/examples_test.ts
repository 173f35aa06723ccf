import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denoEnvironment } from "../scripts/sidecar_process/mod.ts";
import { startDevPlatform } from "../scripts/dev_platform/mod.ts";
import { makeTempDir, patient, SidecarProcess } from "./support/mod.ts";

const EXAMPLE = new URL("../examples/embedded_agent.ts", import.meta.url).pathname;

/** The command that the example names, as an agent's author would type it. */
async function commandLine(): Promise<string[]> {
  const source = await Deno.readTextFile(EXAMPLE);
  const [, command = ""] = /^\/\/ {3}deno (run .*)$/m.exec(source) ?? [];
  return command.replace("examples/embedded_agent.ts", EXAMPLE).split(" ");
}

Deno.test("examples/embedded_agent.ts keeps its workspace alive and reports what it is doing", async () => {
  await using platform = await startDevPlatform();
  await using dir = await makeTempDir();
  const workspace = platform.addWorkspace();
  const child = new Deno.Command(Deno.execPath(), {
    args: await commandLine(),
    clearEnv: true,
    env: {
      ...denoEnvironment(),
      PLATFORM_URL: platform.url,
      WORKSPACE_ID: workspace.id,
      MOLECULE_WORKSPACE_TOKEN: workspace.token ?? "",
      CONFIGS_DIR: dir.path,
      DELEGATION_RESULTS_FILE: `${dir.path}/results.jsonl`,
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await using agent = new SidecarProcess(child);
  const beat = await platform.waitFor(({ route, text }) =>
    route === "heartbeat" && text.includes('"idle_timeout_seconds":600')
  );
  assertEquals(beat.status, 200);
  assertEquals(workspace.runtimeOverrides?.capabilities["session"], true);
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode("Count the geese\nCount the ducks\n"));
  for (const part of ['"Count the geese"', '"error_rate":1', '"Count the ducks"']) {
    await platform.waitFor(({ route, text }) => route === "heartbeat" && text.includes(part));
  }
  await agent.waitForOutput(/^Done: Count the ducks$/);
  agent.kill("SIGTERM");
  assertEquals(await patient(agent.ended()), 0, agent.stderr.join("\n"));
  await input.close().catch(() => {}); // the agent is gone
  assertEquals(agent.stdout, ["Done: Count the ducks"]);
  assertEquals(agent.stderr.filter((line) => !line.includes(" INFO ")), []);
});

Deno.test("examples/embedded_agent.ts sends no token through a proxy that would read it", async () => {
  await using dir = await makeTempDir();
  const child = new Deno.Command(Deno.execPath(), {
    args: await commandLine(),
    clearEnv: true,
    env: {
      ...denoEnvironment(),
      PLATFORM_URL: "http://127.0.0.1:1",
      WORKSPACE_ID: "w",
      CONFIGS_DIR: dir.path,
      DELEGATION_RESULTS_FILE: `${dir.path}/results.jsonl`,
      HTTP_PROXY: "http://127.0.0.1:2",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await using agent = new SidecarProcess(child);
  assertEquals(await patient(agent.ended()), 1);
  const said = agent.stderr.join("\n");
  assertStringIncludes(
    said,
    "through the proxy 'http://127.0.0.1:2' (from environment HTTP_PROXY)",
  );
  assertMatch(said, /TypeError: Cannot send the token to 'http:\/\/127\.0\.0\.1:1'/);
});
