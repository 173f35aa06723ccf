/**
 * The shells themselves, each with the completions that the program prints for it.
 *
 * @module
 */

import { makeTempDir, runModule } from "../support/mod.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Asks as readline would, for which `=` parts words. */
const ASK_BASH = `
source "$1"; shift
COMP_WORDS=(workspace-beat)
for word; do
  case $word in
    --*=?*) COMP_WORDS+=("\${word%%=*}" = "\${word#*=}") ;;
    --*=) COMP_WORDS+=("\${word%=}" =) ;;
    *) COMP_WORDS+=("$word") ;;
  esac
done
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
read -ra registered < <(complete -p workspace-beat)
"\${registered[2]}"
((\${#COMPREPLY[@]})) && printf '%s\\n' "\${COMPREPLY[@]}"
exit 0
`;

/** Presses TAB in a zsh of its own, whose completion system says what it adds. */
const ASK_ZSH = `
zmodload zsh/zpty
zpty asked zsh -f -i
zpty -w asked "source \${(q)1}.setup \${(q)1}"
zpty -r asked line $'*ready\\r\\n*'
zpty -w -n asked "workspace-beat \${(j: :)\${(@q)@[2,-1]}}"$'\\t'
zpty -r asked line '*answered*'
zpty -d asked
print -r -- $line | grep -o '\\[offered:.*\\]' | sed 's/.offered:\\(.*\\)./\\1/'
exit 0
`;

const SET_ZSH_UP = `
unset zle_bracketed_paste
PROMPT=
autoload -U compinit && compinit -u -D
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a hits
  builtin compadd -O hits "$@"
  (($#hits)) && print -rl -- '[offered:'$^hits']'
  builtin compadd "$@"
}
answered() { print answered }
comppostfuncs=(answered)
bindkey '^I' complete-word
source $1
print ready
`;

const ASK_FISH = `
source $argv[1]
set -l words $argv[2..-1]
complete -C"workspace-beat $words"
`;

/** How a shell is started with a script and asked, and what stands around a line that sets it up. */
const SHELLS = {
  bash: {
    start: ["--norc", "--noprofile", "-c"],
    zeroth: ["bash"],
    ask: ASK_BASH,
    setup: "",
    around: ["", "complete -p workspace-beat"],
  },
  zsh: {
    start: ["-f", "-c"],
    zeroth: ["zsh"],
    ask: ASK_ZSH,
    setup: SET_ZSH_UP,
    around: ["autoload -U compinit && compinit -u -D", "print -r -- $_comps[workspace-beat]"],
  },
  fish: {
    start: ["-c"],
    zeroth: ["--"],
    ask: ASK_FISH,
    setup: "",
    around: ["mkdir -p ~/.config/fish/completions", "complete -C'workspace-beat compl'"],
  },
} as const;

/** The name of a shell, as the program knows it. */
export type ShellName = keyof typeof SHELLS;

/** A shell in a folder of its own, which holds `file.json` and a `folder`. */
export interface Shell extends AsyncDisposable {
  /** The file with the completions. */
  readonly script: string;
  /**
   * Asks what it offers for the last of the words behind `workspace-beat`.
   *
   * @returns The words it offers, in their order, without the folder they are in.
   */
  offers(...words: readonly string[]): Promise<string[]>;
  /**
   * Runs a line that sets the shell up, where `workspace-beat` is on the PATH.
   *
   * @returns What it then says of the program's completions.
   */
  setUp(line: string): Promise<string>;
}

/** Lets the program print its completions, without any grant, for a shell to read. */
export async function openShell(name: ShellName): Promise<Shell> {
  const printed = await runModule(MAIN, { args: ["completions", name] });
  if (printed.code !== 0) throw new Error(printed.stderr);
  const temporary = await makeTempDir();
  const { path: dir } = temporary;
  const script = `${dir}/.completions`;
  await Deno.writeTextFile(script, printed.stdout);
  await Deno.writeTextFile(`${script}.setup`, SHELLS[name].setup);
  await Deno.writeTextFile(`${dir}/file.json`, "");
  await Deno.mkdir(`${dir}/folder`);
  await Deno.writeTextFile(
    `${dir}/workspace-beat`,
    `#!/bin/sh\nexec '${Deno.execPath()}' run --no-prompt --config '${CONFIG}' '${MAIN}' "$@"\n`,
    { mode: 0o755 },
  );
  const { around: [before, after], ask, start, zeroth } = SHELLS[name];
  const run = async (commands: string, words: readonly string[]): Promise<string> => {
    const { stdout, stderr, success } = await new Deno.Command(name, {
      args: [...start, commands, ...zeroth, ...words],
      clearEnv: true,
      env: {
        PATH: `${dir}:${Deno.env.get("PATH")}`,
        HOME: dir,
        DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
        TERM: "dumb",
        LC_ALL: "C.UTF-8",
      },
      cwd: dir,
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    if (!success) throw new Error(text.decode(stderr));
    return text.decode(stdout);
  };
  return {
    script,
    async offers(...words) {
      const lines = (await run(ask, [script, ...words])).split("\n").filter((line) => line !== "");
      return [...new Set(lines.map(wordOf))].sort();
    },
    setUp: (line) => run([before, line, after].join("\n"), []),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

/** The word alone: fish adds what it is for, and says `--flag=` and folders again. */
function wordOf(line: string): string {
  const [word = ""] = line.split("\t");
  return word.replace(/^--[a-z-]+=/, "").replace(/\/$/, "").replace(/^.*\//, "");
}
