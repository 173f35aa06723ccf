import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { allCommands } from "../../lib/commands/command_table.ts";
import { commandTable } from "../../lib/commands/routes.ts";
import { SETTING_DEFINITIONS, type SettingDefinition } from "../../lib/config/mod.ts";
import { runModule, testWithPrograms } from "../support/mod.ts";
import { openShell, type ShellName } from "./_shells.ts";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
const COMMANDS = allCommands(commandTable());

/** What stands behind the program's name, and what is offered for its last word. */
const OFFERED: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [["re"], ["report", "results"]],
  [["report", "s"], ["set", "show", "start"]],
  [["report", "start", ""], []],
  [["completions", ""], ["bash", "fish", "zsh"]],
  [["--log-level", ""], ["debug", "error", "info", "warning"]],
  [["check", "--log-level", "w"], ["warning"]],
  [["run", "--notify=f"], ["failures"]],
  [["--once", "--log-f"], ["--log-format"]],
  [["run", "--once", "--register", "p"], ["poll", "push"]],
  [["results", "--format", ""], ["json", "text"]],
  [["--interval", ""], []],
  [["report", "start", "x", "--report-file", "f"], ["file.json", "folder"]],
  [["--configs-dir", "f"], ["folder"]],
  [["--config", "nothing"], []],
];

/** How a shell's script is looked over without being run. */
const LOOKED_OVER: Readonly<Record<ShellName, readonly (readonly string[])[]>> = {
  bash: [["bash", "-n"], ["shellcheck", "--shell=bash"]],
  zsh: [["zsh", "-n"]],
  fish: [["fish", "--no-config", "-n"]],
};

for (const name of ["bash", "zsh", "fish"] as const) {
  const test = (what: string, fn: () => Promise<void>) =>
    testWithPrograms(`${name} ${what}`, { programs: [name], fn });

  test("offers what can follow", async () => {
    await using shell = await openShell(name);
    for (const [words, offered] of OFFERED) {
      assertEquals(await shell.offers(...words), [...offered], words.join(" "));
    }
  });

  if (name !== "fish") {
    test("offers no flag again that is given", async () => {
      await using shell = await openShell(name);
      assertEquals(await shell.offers("run", "--once", "--on"), []);
      assertEquals(await shell.offers("run", "--log-level", "info", "--log-"), ["--log-format"]);
    });
  }

  test("offers every subcommand and every flag that the help names", async () => {
    await using shell = await openShell(name);
    const helped = await help();
    for (const { commands, path } of COMMANDS) {
      const command = path.join(" ");
      const { flags = [], subcommands = [] } = helped.get(command) ?? {};
      const taken = new Set([...flags, ...helped.get(BY_ITSELF[command] ?? command)?.flags ?? []]);
      assertEquals(await shell.offers(...path, "--"), [...taken].sort(), command);
      if (commands.length === 0) continue;
      assertEquals(await shell.offers(...path, ""), subcommands.toSorted(), command);
    }
  });

  test("has completions after README's line", async () => {
    await using shell = await openShell(name);
    const [, line = ""] = new RegExp(`^\`\`\`${name}\n(.*)\n\`\`\`$`, "m").exec(README) ?? [];
    assertStringIncludes(line, `workspace-beat completions ${name}`);
    assertMatch(await shell.setUp(line), /workspace.beat|completions/);
  });

  for (const [program = "", ...args] of LOOKED_OVER[name]) {
    testWithPrograms(`${program} ${args.join(" ")} finds no fault in the completions for ${name}`, {
      programs: [name, program],
      async fn() {
        await using shell = await openShell(name);
        const looked = await new Deno.Command(program, { args: [...args, shell.script] }).output();
        const said = [looked.stdout, looked.stderr].map((bytes) => new TextDecoder().decode(bytes));
        assertEquals([looked.code, ...said], [0, "", ""]);
      },
    });
  }
}

/** What is run where no subcommand is given: its flags stand in its own help text. */
const BY_ITSELF: Readonly<Record<string, string>> = { "": "run", "report": "report show" };

/** The flags and subcommands that each command's help text names. */
async function help(): Promise<Map<string, { flags: string[]; subcommands: string[] }>> {
  const asked = COMMANDS.map(({ path }) => ({ env: {}, args: [...path, "--help"] }));
  const { stdout } = await runModule(new URL("_command_line_probe.ts", import.meta.url).pathname, {
    grants: ["--allow-env"],
    args: [JSON.stringify(asked)],
  });
  const [, ...texts] = stdout.split(/^USAGE$/m);
  assertEquals(texts.length, COMMANDS.length);
  return new Map(texts.map((text, n) => {
    const flags = sectionOf(text, "FLAGS").matchAll(/^ +(?:-\w +)?\[?(--[a-z-]+)/gm);
    const subcommands = sectionOf(text, "COMMANDS").matchAll(/^ {2}([a-z]+) /gm);
    const first = ([, name = ""]: RegExpExecArray) => name;
    return [COMMANDS[n]?.path.join(" ") ?? "", {
      flags: [...flags].map(first),
      subcommands: [...subcommands].map(first),
    }];
  }));
}

function sectionOf(help: string, heading: string): string {
  const [, rest = ""] = help.split(new RegExp(`^${heading}$`, "m"));
  const [section = ""] = rest.split(/^[A-Z]+$/m);
  return section;
}

const SETTINGS: readonly SettingDefinition<unknown>[] = Object.values(SETTING_DEFINITIONS);

Deno.test("SETTING_DEFINITIONS offer exactly the words that are allowed", () => {
  for (const { allowed, brief, offered, parse } of SETTINGS) {
    if (typeof offered !== "object") continue;
    assertEquals(allowed.replace("one of ", "").split(/, | or /), [...offered], brief);
    for (const word of offered) assert(parse(word) !== undefined, word);
  }
});

Deno.test("SETTING_DEFINITIONS offer something wherever words, files or folders are allowed", () => {
  for (const { allowed, brief, flag, offered = "nothing" } of SETTINGS) {
    const isFile = /^the path of a (JSON )?file/.test(allowed);
    const expected = isFile ? "file" : allowed === "the path of a folder" ? "folder" : "nothing";
    const isWords = /^(one of )?[a-z]+(, [a-z]+)*( or [a-z]+)?$/.test(allowed);
    if (flag !== undefined) {
      assertEquals(typeof offered === "object" || offered, isWords || expected, brief);
    }
  }
});
