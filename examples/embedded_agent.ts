// An agent that embeds the sidecar: it keeps its own workspace alive, and tells the platform what it
// is doing. Run it beside a platform, such as the one of `deno task dev:platform`:
//
//   deno run --allow-net --allow-env --allow-read --allow-write examples/embedded_agent.ts
//
// with PLATFORM_URL and WORKSPACE_ID in its environment, and MOLECULE_WORKSPACE_TOKEN where the
// workspace has a token. From JSR, `Sidecar` comes from "jsr:@molecule-ai/workspace-beat".

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
const running = sidecar.run(stop.signal);

sidecar.report.declare(["session"], { idleTimeoutSeconds: 600 });
for await (const request of requests()) {
  sidecar.report.startTask(request); // the platform hears of it at once
  try {
    console.log(answer(request));
    sidecar.report.recordSuccess();
  } catch (error) {
    sidecar.report.recordError(String(error));
  } finally {
    sidecar.report.finishTask();
  }
}
await running; // rejects when another sidecar writes to the same results file
await handler.flush(300);

/** What the agent is asked to do: the lines of its standard input, until it is told to stop. */
async function* requests(): AsyncGenerator<string> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream(), { signal: stop.signal });
  try {
    for await (const text of lines) yield* text.split("\n").filter((line) => line !== "");
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
}

function answer(request: string): string {
  if (request.includes("geese")) throw new Error("There are no geese");
  return `Done: ${request}`;
}
