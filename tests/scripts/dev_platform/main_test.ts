import { assertEquals } from "@std/assert";
import type { Dialect } from "../../../scripts/dev_platform/mod.ts";
import { SidecarProcess } from "../../../scripts/sidecar_process/mod.ts";
import { patient } from "../../support/patient.ts";
import { call } from "./_client.ts";

const MAIN = new URL("../../../scripts/dev_platform/main.ts", import.meta.url);
const CONFIG = new URL("../../../deno.json", import.meta.url);
const USAGE = "Usage: main.ts [--port N] [--dialect 2026-04|2026-06], with N from 0 to 65535\n";
const { state } = await Deno.permissions.query({ name: "run" });

function start(args: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      `--config=${CONFIG.pathname}`,
      MAIN.href,
      ...args.split(" ").filter(Boolean),
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const starts: [args: string, dialect: Dialect][] = [
  ["", "2026-04"],
  ["--port 0 --dialect 2026-04", "2026-04"],
  ["--dialect 2026-06 --port 0", "2026-06"],
];
for (const [args, dialect] of starts) {
  Deno.test({
    name: `main.ts prints a workspace that can beat, and ends with 0 when it gets '${args}'`,
    ignore: state !== "granted",
    fn: async () => {
      await using child = start(args);
      const printed = new Map<string, string>();
      let rest = "";
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      while (printed.size < 3) {
        rest += (await reader.read()).value ?? "";
        const lines = rest.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const [name = "", value = ""] = line.split("=");
          printed.set(name, value);
        }
      }
      const url = printed.get("PLATFORM_URL") ?? "";
      const { status } = await call({ url }, "POST /registry/heartbeat", {
        token: printed.get("MOLECULE_WORKSPACE_TOKEN"),
        body: { workspace_id: printed.get("WORKSPACE_ID") },
      });
      assertEquals(status, 200);
      const { text } = await call({ url }, "GET /_dev/state");
      assertEquals(JSON.parse(text).dialect, dialect);
      child.kill("SIGTERM");
      assertEquals((await child.status).code, 0);
      await reader.cancel();
      assertEquals(await new Response(child.stderr).text(), "");
    },
  });
}

const wrong = [
  "--port",
  "--port x",
  "--port 70000",
  "--port 1 2",
  "--port 1 --port 2",
  "--dialect",
  "--dialect 2026-05",
  "--dialect 2026-04 --dialect 2026-06",
  "--dialect 2026-04 --port",
  "--help",
];
for (const args of wrong) {
  Deno.test({
    name: `main.ts exits with 64 when it gets '${args}'`,
    ignore: state !== "granted",
    fn: async () => {
      await using child = start(args);
      const { code, stdout, stderr } = await patient(child.output());
      assertEquals([code, stdout.length], [64, 0]);
      assertEquals(new TextDecoder().decode(stderr), USAGE);
    },
  });
}

/** Starts it with these permissions, and waits until it says where its page is. */
async function startPage(permissions: string): Promise<SidecarProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", permissions, `--config=${CONFIG.pathname}`, MAIN.href],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const started = new SidecarProcess(child);
  await started.waitForOutput(/^# Its page: /);
  return started;
}

function printed({ stdout }: SidecarProcess, name: string): string[] {
  return stdout.flatMap((line) => line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []);
}

Deno.test({
  name:
    "main.ts serves its page with the permissions of its task, and prints a token that is rotated",
  ignore: state !== "granted",
  fn: async () => {
    await using child = await startPage("-P=dev:platform");
    const [url = ""] = printed(child, "PLATFORM_URL");
    const [id = ""] = printed(child, "WORKSPACE_ID");
    assertEquals((await call({ url }, "GET /_dev/")).status, 200);
    assertEquals((await call({ url }, "GET /_dev/page/app.js")).status, 200);
    const { text } = await call({ url }, `POST /_dev/workspaces/${id}/rotate-token`);
    const { token } = JSON.parse(text);
    await child.waitForOutput(new RegExp(`^MOLECULE_WORKSPACE_TOKEN=${token}$`));
    assertEquals(printed(child, "WORKSPACE_ID"), [id, id]);
    assertEquals(await child.stop(), 0);
  },
});

Deno.test({
  name: "main.ts prints the token of a workspace that is made, which the page does not show",
  ignore: state !== "granted",
  fn: async () => {
    await using child = await startPage("-P=dev:platform");
    const [url = ""] = printed(child, "PLATFORM_URL");
    const { text } = await call({ url }, "POST /_dev/workspaces", { body: { name: "Scribe" } });
    const { id, token } = JSON.parse(text);
    await child.waitForOutput(new RegExp(`^MOLECULE_WORKSPACE_TOKEN=${token}$`));
    assertEquals(printed(child, "WORKSPACE_ID").at(-1), id);
    const none = { body: { name: "Without", token: null } };
    assertEquals((await call({ url }, "POST /_dev/workspaces", none)).status, 200);
    assertEquals(await child.stop(), 0);
    assertEquals(printed(child, "MOLECULE_WORKSPACE_TOKEN").length, 2);
  },
});

Deno.test({
  name: "main.ts says which grant its page lacks when it may not read it",
  ignore: state !== "granted",
  fn: async () => {
    await using child = await startPage("--allow-net=127.0.0.1");
    const [url = ""] = printed(child, "PLATFORM_URL");
    const { status, text } = await call({ url }, "GET /_dev/");
    const folder = new URL("page/", MAIN).pathname;
    const error =
      `Cannot read the page 'index.html': start the platform with --allow-read=${folder}`;
    assertEquals([status, JSON.parse(text)], [503, { error }]);
  },
});
