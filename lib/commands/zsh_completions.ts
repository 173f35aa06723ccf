import {
  allCommands,
  type ListedCommand,
  type ListedFlag,
  type ListedWords,
  PROGRAM,
} from "./command_table.ts";

/**
 * The completions for zsh: a file `_workspace-beat` in a folder of `fpath`, or read at its start.
 *
 * @param program The command line that is completed.
 */
export function zshCompletions(program: ListedCommand): string {
  const commands = allCommands(program);
  return `#compdef ${PROGRAM}
# Completions of ${PROGRAM} for zsh: source <(${PROGRAM} completions zsh)
_${PROGRAM}() {
  local route=''
  local -a flags next
  integer i=2
  while ((i < CURRENT)); do
    case "$route $words[i]" in
      (${commands.slice(1).map(routeOf).join("|")}) route+=" $words[i]" ;;
      (*) break ;;
    esac
    ((i++))
  done
  case "$route" in
${commands.map(commandCase).join("\n")}
  esac
  if ((i == CURRENT)) && [[ $PREFIX != -* ]]; then
    ((\${#next})) && _describe -t commands command next
    return
  fi
  # What has led here is not among the arguments.
  words=(${PROGRAM} "\${(@)words[i,-1]}")
  ((CURRENT -= i - 2))
  _arguments : $flags '*: : '
}
if [[ $funcstack[1] == _${PROGRAM} ]]; then
  _${PROGRAM} "$@"
else
  compdef _${PROGRAM} ${PROGRAM}
fi
`;
}

/** The words that lead to a command, as the script gathers them. */
function routeOf({ path }: ListedCommand): string {
  return quoted(path.map((word) => ` ${word}`).join(""));
}

function commandCase(command: ListedCommand): string {
  const { commands, flags, words } = command;
  const next = [
    ...commands.map(({ path, brief }) => `${path.at(-1)}:${brief}`),
    ...(words?.offered ?? []).map((word) => described(word, words)),
  ];
  const lines = [
    `    (${routeOf(command)})`,
    "      flags=(",
    ...flags.map((flag) => `        ${quoted(argument(flag))}`),
    "      )",
    ...next.length > 0 ? [`      next=(${next.map(quoted).join(" ")})`] : [],
    "      ;;",
  ];
  return lines.join("\n");
}

function described(word: string, words: ListedWords | undefined): string {
  return `${word}:${words?.placeholder}`;
}

/** A flag as `_arguments` wants it. */
function argument({ name, brief, offered }: ListedFlag): string {
  const text = brief.replace(/[[\]\\]/g, "\\$&");
  switch (offered) {
    case undefined:
      return `--${name}[${text}]`;
    case "file":
      return `--${name}=[${text}]:file:_files`;
    case "folder":
      return `--${name}=[${text}]:folder:_files -/`;
    case "nothing":
      return `--${name}=[${text}]: : `;
    default:
      return `--${name}=[${text}]:${name}:(${offered.join(" ")})`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
