import { buildCommand, type Command } from "@stricli/core";
import type { CommandContext } from "./context.ts";
import { STATUS_FLAGS, switchFlag, textFlag } from "./flags.ts";
import { MAX_AGE_ALLOWED } from "./found_statuses.ts";
import { answerHealth, type HealthFlags } from "./health_answer.ts";

/** `workspace-beat health`: says in one line and by the exit code whether all is well. */
export const health: Command<CommandContext> = buildCommand<HealthFlags, [], CommandContext>({
  docs: {
    brief: "Say whether all is well, for probes: exit code 0 or 1",
    fullDescription:
      "Says in one line whether the platform hears of the workspace: healthy as long " +
      "as the last accepted beat is at most two intervals old, or --max-age. With --alive says " +
      "whether the sidecar itself is alive, whatever the platform says. It reads nothing but the " +
      "status file. Of several workspaces all have to be well.",
  },
  parameters: {
    flags: {
      ...STATUS_FLAGS,
      "max-age": textFlag({
        brief: "How old the last accepted beat may be, with --alive the status",
        allowed: MAX_AGE_ALLOWED,
      }),
      alive: switchFlag("Whether the sidecar keeps writing its status, whatever the platform says"),
    },
  },
  async func(flags) {
    const { build, process } = this;
    this.exitCode = await answerHealth(flags, {
      build,
      write: (text) => process.stdout.write(text),
    });
  },
});
