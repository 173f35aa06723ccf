// The real Sidecar in a process that is there to be killed. Settings are made here, not resolved:
// no range keeps it from polling all the time.
// With "held" it waits for SIGUSR2 before it starts, so that something can be done to it first.
//   child.ts PLATFORM_URL WORKSPACE_ID FOLDER NAME INTERVAL_SECONDS [held]

import { createLog, Secrets } from "../../lib/log/mod.ts";
import { Sidecar } from "../../lib/sidecar.ts";
import { plainSettings } from "../sidecar_process/plain_settings.ts";

const [platformUrl = "", workspaceId = "", folder = "", name = "", seconds = "", held] = Deno.args;

const settings = plainSettings({
  platformUrl,
  workspaceId,
  dir: folder,
  intervalSeconds: Number(seconds),
  // The platform has no tenants: the header only tells one child's requests from another's.
  orgId: name,
});

const secrets = new Secrets();
const { log, handler } = createLog({ level: "info", format: "text", secrets });
const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());
const released = Promise.withResolvers<void>();
if (held === "held") Deno.addSignalListener("SIGUSR2", released.resolve);
else released.resolve();
Deno.stdout.writeSync(new TextEncoder().encode("started\n"));
await released.promise;
await new Sidecar({ settings, secrets, log }).run(stop.signal);
await handler.flush(300);
Deno.exit(0);
