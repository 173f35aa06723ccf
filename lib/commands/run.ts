import { buildCommand, type Command } from "@stricli/core";
import type { CommandContext } from "./context.ts";
import { flagValues, SETTING_FLAGS, type SettingFlags, switchFlag } from "./flags.ts";

type RunFlags = SettingFlags & { readonly once: boolean };

/** `workspace-beat [run]`: keeps the workspace alive until it is told to stop. */
export const run: Command<CommandContext> = buildCommand<RunFlags, [], CommandContext>({
  docs: {
    brief: "Keep the workspace alive (the default)",
    fullDescription: "Beats, delivers results, wakes the agent and notifies the user until " +
      "SIGTERM or SIGINT, or until the workspace is removed; with --once, does each of them once " +
      "and says by its exit code how that went. MOLECULE_WORKSPACES names several workspaces.",
  },
  parameters: {
    flags: {
      ...SETTING_FLAGS,
      once: switchFlag("Do one beat, one poll and its deliveries, then exit"),
    },
  },
  async func({ once, ...flags }) {
    const { keepAlive } = await import("./plain_run.ts");
    this.exitCode = await keepAlive(flagValues(flags), { once, build: this.build });
  },
});
