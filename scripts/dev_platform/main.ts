/**
 * Runs the development platform on its own:
 * `deno run --allow-net=127.0.0.1 scripts/dev_platform/main.ts [--port N]`.
 * It prints where it listens and a workspace to use, and runs until SIGINT or SIGTERM. What can be
 * done to it while it runs is in the documentation of `mod.ts`.
 *
 * @module
 */
import { startDevPlatform } from "./start_dev_platform.ts";

const USAGE = "Usage: main.ts [--port N], with N from 0 to 65535";
const EXIT_USAGE = 64;

function parsePort(args: readonly string[]): number | undefined {
  if (args.length === 0) return 0;
  const [flag, value = "", ...rest] = args;
  const port = Number(value);
  const valid = flag === "--port" && /^\d+$/.test(value) && port <= 65_535 && rest.length === 0;
  return valid ? port : undefined;
}

async function terminated(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const end = () => resolve();
  for (const signal of signals) Deno.addSignalListener(signal, end);
  await promise;
  for (const signal of signals) Deno.removeSignalListener(signal, end);
}

async function run(port: number): Promise<void> {
  await using platform = await startDevPlatform({ port });
  const stopped = terminated();
  const workspace = platform.addWorkspace({ name: "Demo" });
  console.log(`PLATFORM_URL=${platform.url}`);
  console.log(`WORKSPACE_ID=${workspace.id}`);
  console.log(`MOLECULE_WORKSPACE_TOKEN=${workspace.token}`);
  await stopped;
}

if (import.meta.main) {
  const port = parsePort(Deno.args);
  if (port === undefined) {
    console.error(USAGE);
    Deno.exitCode = EXIT_USAGE;
  } else {
    await run(port);
  }
}
