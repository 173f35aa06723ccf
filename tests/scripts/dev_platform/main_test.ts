import { assertEquals } from "@std/assert";
import { call } from "./_client.ts";

const MAIN = new URL("../../../scripts/dev_platform/main.ts", import.meta.url);
const CONFIG = new URL("../../../deno.json", import.meta.url);
const { state } = await Deno.permissions.query({ name: "run" });

function start(args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      `--config=${CONFIG.pathname}`,
      MAIN.href,
      ...args,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test({
  name: "main.ts prints a workspace that can beat, and ends with 0 when it gets SIGTERM",
  ignore: state !== "granted",
  fn: async () => {
    await using child = start(["--port", "0"]);
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
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 0);
    await reader.cancel();
    assertEquals(await new Response(child.stderr).text(), "");
  },
});

for (
  const args of [["--port"], ["--port", "x"], ["--port", "70000"], ["--help"], ["--port", "1", "2"]]
) {
  Deno.test({
    name: `main.ts exits with 64 when it gets '${args.join(" ")}'`,
    ignore: state !== "granted",
    fn: async () => {
      const { code, stdout, stderr } = await start(args).output();
      assertEquals([code, stdout.length], [64, 0]);
      assertEquals(
        new TextDecoder().decode(stderr),
        "Usage: main.ts [--port N], with N from 0 to 65535\n",
      );
    },
  });
}
