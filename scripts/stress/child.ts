// The real Sidecar in a process that is there to be killed. Its options are made here, not resolved
// from settings: no range keeps it from polling all the time.
// With "held" it waits for SIGUSR2 before it starts, so that something can be done to it first.
//   child.ts PLATFORM_URL WORKSPACE_ID FOLDER NAME INTERVAL_SECONDS [held]

import { createLog, Secrets } from "../../lib/log/mod.ts";
import { Sidecar } from "../../lib/sidecar.ts";

const [platformUrl = "", workspaceId = "", folder = "", name = "", seconds = "", held] = Deno.args;

const secrets = new Secrets();
const { log, handler } = createLog({ level: "info", format: "text", secrets });
const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());
const released = Promise.withResolvers<void>();
if (held === "held") Deno.addSignalListener("SIGUSR2", released.resolve);
else released.resolve();
Deno.stdout.writeSync(new TextEncoder().encode("started\n"));
await released.promise;
const sidecar = new Sidecar({
  platformUrl,
  workspaceId,
  resultsFile: `${folder}/results.jsonl`,
  configsDir: folder,
  intervalSeconds: Number(seconds),
  // The platform has no tenants: the header only tells one child's requests from another's.
  orgId: name,
  secrets,
  log,
});
await sidecar.run(stop.signal);
await handler.flush(300);
Deno.exit(0);
