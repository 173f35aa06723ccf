import { buildRouteMap, type RouteMap } from "@stricli/core";
import { check } from "./check.ts";
import { completionsCommand } from "./completions.ts";
import { listCommands, type ListedCommand } from "./command_table.ts";
import type { CommandContext } from "./context.ts";
import { health } from "./health.ts";
import { report } from "./report.ts";
import { results } from "./results.ts";
import { run } from "./run.ts";
import { status } from "./status.ts";

/** Every subcommand. */
export const ROUTES: RouteMap<CommandContext> = buildRouteMap({
  routes: {
    run,
    check,
    status,
    health,
    results,
    report,
    completions: completionsCommand(commandTable),
  },
  defaultCommand: "run",
  docs: {
    brief: "Keeps an agent's workspace alive and brings its results back",
    fullDescription: "Keeps an agent's workspace alive and brings its results back. " +
      "workspace-beat run --help lists the flags.",
  },
});

/** The whole command line as a table. */
export function commandTable(): ListedCommand {
  return listCommands(ROUTES);
}
