/**
 * Runs the development platform on its own:
 * `deno run --allow-net=127.0.0.1 --allow-read=scripts/dev_platform/page
 * scripts/dev_platform/main.ts [--port N] [--dialect D]`.
 * The dialect is 2026-04, which is the default, or 2026-06. It prints where it listens, a workspace
 * to use and where its page is, and runs until SIGINT or SIGTERM. It prints new tokens too: the page
 * shows none. What can be done to it while it runs is in the documentation of `mod.ts`.
 *
 * @module
 */
import { DIALECTS } from "./dialect.ts";
import type { DevPlatformOptions } from "./dev_platform.ts";
import type { DevWorkspace } from "./dev_workspace.ts";
import { startDevPlatform } from "./start_dev_platform.ts";

const USAGE = `Usage: main.ts [--port N] [--dialect ${DIALECTS.join("|")}], with N from 0 to 65535`;
const EXIT_USAGE = 64;

type Flags = Pick<DevPlatformOptions, "port" | "dialect">;

/** Each flag once, in any order, with its value after it. */
function parseFlags(args: readonly string[]): Flags | undefined {
  const flags: Flags = {};
  for (let at = 0; at < args.length; at += 2) {
    const [flag, value = ""] = args.slice(at);
    if (flag === "--port" && flags.port === undefined && /^\d+$/.test(value)) {
      flags.port = Number(value);
    } else if (flag === "--dialect" && flags.dialect === undefined) {
      const dialect = DIALECTS.find((dialect) => dialect === value);
      if (dialect === undefined) return undefined;
      flags.dialect = dialect;
    } else {
      return undefined;
    }
  }
  return (flags.port ?? 0) <= 65_535 ? flags : undefined;
}

async function terminated(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const end = () => resolve();
  for (const signal of signals) Deno.addSignalListener(signal, end);
  await promise;
  for (const signal of signals) Deno.removeSignalListener(signal, end);
}

function printWorkspace({ id, token }: DevWorkspace): void {
  console.log(`WORKSPACE_ID=${id}`);
  console.log(`MOLECULE_WORKSPACE_TOKEN=${token}`);
}

async function run(flags: Flags): Promise<void> {
  await using platform = await startDevPlatform({
    ...flags,
    forgets: true,
    onNewToken: printWorkspace,
  });
  const stopped = terminated();
  console.log(`PLATFORM_URL=${platform.url}`);
  platform.addWorkspace({ name: "Demo" });
  console.log(`# Its page: ${platform.url}/_dev/`);
  await stopped;
}

if (import.meta.main) {
  const flags = parseFlags(Deno.args);
  if (flags === undefined) {
    console.error(USAGE);
    Deno.exitCode = EXIT_USAGE;
  } else {
    await run(flags);
  }
}
