import type { Offered } from "../config/mod.ts";
import { allCommands, type ListedCommand, PROGRAM } from "./command_table.ts";

/**
 * The completions for fish, from 3.1 on.
 *
 * @param program The command line that is completed.
 */
export function fishCompletions(program: ListedCommand): string {
  const commands = allCommands(program);
  const routes = commands.slice(1).map(routeOf).join(" ");
  return `# Completions of ${PROGRAM} for fish: ${PROGRAM} completions fish | source
function __workspace_beat_route
    set -l route
    for word in (commandline -opc)[2..-1]
        if not contains -- "$route $word" ${routes}
            # Behind the words that lead to a subcommand, only its flags.
            test "$argv" = more; and break
            return 1
        end
        set route "$route $word"
    end
    echo "$route"
end
function __workspace_beat_at
    set -l route (__workspace_beat_route); and contains -- "$route" $argv
end
function __workspace_beat_in
    contains -- (__workspace_beat_route more) $argv
end
complete -c ${PROGRAM} -e
complete -c ${PROGRAM} -f
${[...nextLines(commands), ...flagLines(commands)].join("\n")}
`;
}

/** The words that lead to a command, as the script gathers them. */
function routeOf({ path }: ListedCommand): string {
  return quoted(path.map((word) => ` ${word}`).join(""));
}

function nextLines(commands: readonly ListedCommand[]): readonly string[] {
  return commands.flatMap((command) => {
    const { commands, words } = command;
    const next = [
      ...commands.map(({ path, brief }) => ({ word: path.at(-1) ?? "", brief })),
      ...(words?.offered ?? []).map((word) => ({ word, brief: words?.placeholder ?? "" })),
    ];
    const condition = quoted(`__workspace_beat_at ${routeOf(command)}`);
    return next.map(({ word, brief }) =>
      `complete -c ${PROGRAM} -n ${condition} -a ${quoted(word)} -d ${quoted(brief)}`
    );
  });
}

/** A line for each flag and all subcommands in which it is the same. */
function flagLines(commands: readonly ListedCommand[]): readonly string[] {
  const routes = new Map<string, string[]>();
  for (const command of commands) {
    for (const { name, brief, offered } of command.flags) {
      const line = `-l ${name}${options(offered)} -d ${quoted(brief)}`;
      routes.set(line, [...routes.get(line) ?? [], routeOf(command)]);
    }
  }
  return [...routes].map(([line, routes]) =>
    `complete -c ${PROGRAM} -n ${quoted(`__workspace_beat_in ${routes.join(" ")}`)} ${line}`
  );
}

function options(offered: Offered | undefined): string {
  switch (offered) {
    case undefined:
      return "";
    case "file":
      return " -r -F";
    case "folder":
      return " -x -a '(__fish_complete_directories)'";
    case "nothing":
      return " -x";
    default:
      return ` -x -a ${quoted(offered.join(" "))}`;
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
