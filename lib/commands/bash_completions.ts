import type { Offered } from "../config/mod.ts";
import { allCommands, type ListedCommand, nextWords, PROGRAM } from "./command_table.ts";

/**
 * The completions for bash, from 3.2 on. The words in front of the cursor lead to a subcommand, and
 * that says what can follow.
 *
 * @param program The command line that is completed.
 */
export function bashCompletions(program: ListedCommand): string {
  const commands = allCommands(program);
  return `# Completions of ${PROGRAM} for bash: source <(${PROGRAM} completions bash)
_workspace_beat() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local route='' flags='' next='' offer=-W words='' reply i
  COMPREPLY=()
  # bash takes --flag=value for three words.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]] && ((COMP_CWORD > 2)); then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$route \${COMP_WORDS[i]}" in
      ${commands.slice(1).map(routeOf).join(" | ")}) route+=" \${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  case "$route" in
${commands.map(commandCase).join("\n")}
  esac
  case "$route $prev" in
${valueCases(commands).join("\n")}
    *)
      if [[ $cur == -* ]]; then
        words=$flags
      elif ((i == COMP_CWORD)); then
        words=$next
      fi
      ;;
  esac
  if [[ $offer != -W ]]; then
    compopt -o filenames 2>/dev/null # bash 3.2 has none
  fi
  while IFS= read -r reply; do
    # A flag is given once.
    if [[ $reply == --* && $reply != "$cur" && " \${COMP_WORDS[*]} " == *" $reply "* ]]; then
      continue
    fi
    COMPREPLY+=("$reply")
  done < <(
    if [[ $offer == -W ]]; then compgen -W "$words" -- "$cur"; else compgen "$offer" -- "$cur"; fi
  )
}
complete -F _workspace_beat ${PROGRAM}
`;
}

/** The words that lead to a command, as the script gathers them. */
function routeOf({ path }: ListedCommand): string {
  return `'${path.map((word) => ` ${word}`).join("")}'`;
}

function commandCase(command: ListedCommand): string {
  const flags = command.flags.map(({ name }) => `--${name}`).join(" ");
  return `    ${routeOf(command)}) flags='${flags}' next='${nextWords(command).join(" ")}' ;;`;
}

/** What is offered for the values of flags: of one that all subcommands agree on, only once. */
function valueCases(commands: readonly ListedCommand[]): readonly string[] {
  const uses = commands.flatMap((command) =>
    command.flags.flatMap(({ name, offered }) =>
      offered === undefined ? [] : [{ name, route: routeOf(command), offer: assignments(offered) }]
    )
  );
  const byOffer = new Map<string, Set<string>>();
  for (const { name, route, offer } of uses) {
    const isAgreed = uses.every((use) => use.name !== name || use.offer === offer);
    const pattern = isAgreed ? `*' --${name}'` : `${route}' --${name}'`;
    byOffer.set(offer, (byOffer.get(offer) ?? new Set()).add(pattern));
  }
  return [...byOffer].map(([offer, patterns]) => `    ${[...patterns].join(" | ")}) ${offer} ;;`);
}

function assignments(offered: Offered): string {
  switch (offered) {
    case "file":
      return "offer=-f";
    case "folder":
      return "offer=-d";
    case "nothing":
      return "words=''";
    default:
      return `words='${offered.join(" ")}'`;
  }
}
