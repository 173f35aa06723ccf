import { buildCommand, type Command } from "@stricli/core";
import { usageError } from "../config/mod.ts";
import { didYouMean } from "../nearest.ts";
import { neutralise } from "../text.ts";
import { bashCompletions } from "./bash_completions.ts";
import type { ListedCommand } from "./command_table.ts";
import type { CommandContext } from "./context.ts";
import { fishCompletions } from "./fish_completions.ts";
import { zshCompletions } from "./zsh_completions.ts";

/** What writes the script for each shell. */
export const COMPLETIONS = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
} as const;

const SHELLS = Object.keys(COMPLETIONS);

const SHELL = {
  brief: `The shell: ${SHELLS.join(", ")}`,
  placeholder: "shell",
  parse: (text: string) => text,
  offered: SHELLS,
};

/**
 * `workspace-beat completions`: prints what a shell needs to complete command lines.
 *
 * @param commandTable Lists the command line that is completed, which this command is a part of.
 */
export function completionsCommand(commandTable: () => ListedCommand): Command<CommandContext> {
  return buildCommand<Record<never, never>, [shell: string], CommandContext>({
    docs: {
      brief: "Print the completions for a shell",
      fullDescription: "Prints a script that makes a shell complete subcommands, flags and their " +
        "values. In bash: source <(workspace-beat completions bash).",
    },
    parameters: { positional: { kind: "tuple", parameters: [SHELL] } },
    func(_flags, shell) {
      if (!isShell(shell)) {
        throw usageError(
          `Cannot complete in '${neutralise(shell, 60)}': ${didYouMean(shell, SHELLS)}` +
            `expected ${SHELLS.join(", ")}`,
        );
      }
      this.process.stdout.write(COMPLETIONS[shell](commandTable()));
    },
  });
}

function isShell(text: string): text is keyof typeof COMPLETIONS {
  return Object.hasOwn(COMPLETIONS, text);
}
