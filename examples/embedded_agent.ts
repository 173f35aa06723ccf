// An agent that embeds the sidecar: it keeps its own workspace alive, and tells the platform what it
// is doing. Run it beside a platform, such as the one of `deno task dev:platform`:
//
//   deno run --allow-net --allow-env --allow-read --allow-write examples/embedded_agent.ts
//
// with PLATFORM_URL and WORKSPACE_ID in its environment, and MOLECULE_WORKSPACE_TOKEN where the
// workspace has a token. Each line that you type is a request, which takes it two seconds; one about
// geese fails. Ctrl-C ends it. From JSR, import "jsr:@molecule-ai/workspace-beat" instead.

import { createLog, Secrets, Sidecar } from "../lib/mod.ts";

const secrets = new Secrets();
const { log, handler } = createLog({ level: "info", format: "text", secrets });
const sidecar = new Sidecar({
  platformUrl: Deno.env.get("PLATFORM_URL") ?? "http://localhost:8080",
  workspaceId: Deno.env.get("WORKSPACE_ID") ?? "",
  token: Deno.env.get("MOLECULE_WORKSPACE_TOKEN"),
  configsDir: Deno.env.get("CONFIGS_DIR") ?? "/configs",
  resultsFile: Deno.env.get("DELEGATION_RESULTS_FILE") ?? "/tmp/delegation_results.jsonl",
  secrets,
  log,
});

const stop = new AbortController();
Deno.addSignalListener("SIGINT", () => stop.abort());
Deno.addSignalListener("SIGTERM", () => stop.abort());
// When another sidecar writes to the same results file, the agent works on without this one.
const running = sidecar.run(stop.signal).catch((error) => log.error(error.message));

sidecar.report.declare(["session"], { idleTimeoutSeconds: 600 });
for await (const request of requests()) {
  sidecar.report.startTask(request); // the platform hears of it at once
  try {
    console.log(await answer(request));
    sidecar.report.recordSuccess();
  } catch (error) {
    sidecar.report.recordError(String(error));
  } finally {
    sidecar.report.finishTask();
  }
}
await running; // it beats on when there are no more requests, until it is told to stop
await handler.flush(300);
Deno.exit(); // Deno 2.7 would wait for the line that it is reading

/** What the agent is asked to do: the lines of its standard input, until it is told to stop. */
async function* requests(): AsyncGenerator<string> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream(), { signal: stop.signal });
  try {
    let rest = "";
    for await (const text of lines) {
      const whole = (rest + text).split("\n");
      rest = whole.pop() ?? "";
      yield* whole.filter((line) => line !== "");
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
}

async function answer(request: string): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 2000)); // thinking
  if (request.includes("geese")) throw new Error("There are no geese");
  return `Done: ${request}`;
}
