import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runModule, startSidecar } from "../support/mod.ts";

const PROBE = new URL("_command_line_probe.ts", import.meta.url).pathname;

/** A command line that must be refused, its exit code, and what its one line must hold. */
type Refused = readonly [
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  code: number,
  says: readonly string[],
];

/** Runs command lines, and holds each against what is expected of it. */
async function assertRefused(table: readonly Refused[]): Promise<void> {
  const commandLines = table.map(([env, args]) => ({ env, args }));
  const ended = await runModule(PROBE, {
    grants: ["--allow-env"],
    args: [JSON.stringify(commandLines)],
  });
  assertEquals([ended.code, ended.stdout], [0, ""], ended.stderr);
  assertEquals(ended.lines.length, 2 * table.length, ended.stderr);
  for (const [n, [env, args, code, says]] of table.entries()) {
    const [line = "", exit] = ended.lines.slice(2 * n);
    const what = `${JSON.stringify(env)} ${args.join(" ")}: ${line}`;
    assertEquals(exit, `exit ${code}`, what);
    for (const part of says) assertStringIncludes(line, part, what);
    assert(!line.includes("hunter2"), what);
    assert(line.length < 600, what);
  }
}

const W = { WORKSPACE_ID: "w" };
const URL_ALLOWED = "expected an http:// or https:// URL without credentials, query or fragment";
const LEVELS = "expected one of debug, info, warning, error";

Deno.test("workspaceBeat() exits with 64 and one line when a flag's value is not allowed", async () => {
  const table: Refused[] = [];
  const add = (flag: string, values: readonly string[], allowed: string) => {
    for (const value of values) {
      table.push([W, [flag, value], 64, [`'${value}' from ${flag}: expected ${allowed}`]]);
      table.push([W, ["check", flag, value], 64, [`'${value}' from ${flag}`]]);
    }
  };
  add("--workspace-id", ["", "a b", "../x"], "1 to 128");
  add("--platform-url", ["", "platform", "ftp://platform", "localhost:8080"], "an http://");
  add(
    "--interval",
    ["", "4", "301", "30s", "-1", "1e2"],
    "a whole number of seconds from 5 to 300",
  );
  add("--results-file", [""], "the path of a file, or - for standard output");
  add("--configs-dir", [""], "the path of a folder");
  add("--config", [""], "the path of a file");
  add("--log-level", ["", "loud", "2"], "one of debug, info, warning, error");
  add("--log-format", ["", "xml"], "text or json");
  add("--notify", ["", "some"], "all, failures or off");
  add("--origin", ["", "yes"], "on or off");
  add("--register", ["", "on"], "push, poll or off");
  add("--agent-card", [""], "the path of a JSON file");
  add("--agent-url", ["", "agent:8000", "ftp://agent"], "an http:// or https:// URL without cred");
  add("--wake-file", [""], "the path of a file, or off");
  add("--status-file", [""], "the path of a file, or off");
  add("--wakes-per-hour", ["", "0", "61", "1.5"], "a whole number from 1 to 60");
  add("--workspaces-dir", [""], "the path of a folder");
  await assertRefused(table);
});

Deno.test("workspaceBeat() exits with 64 and one line when the command line has no sense", async () => {
  await assertRefused([
    [W, ["--bogus"], 64, ["Unknown flag '--bogus': expected --workspace-id, --platform-url"]],
    [W, ["--workspac-id", "w"], 64, ["'--workspac-id': did you mean --workspace-id? expected"]],
    [W, ["--token=hunter2"], 64, ["Unknown flag '--token"]],
    [W, ["--token", "hunter2"], 64, ["Unknown flag '--token'"]],
    [W, ["-x"], 64, ["Unknown flag '-x'"]],
    [W, ["--json"], 64, ["Unknown flag '--json': did you mean workspace-beat check --json? "]],
    [W, ["check", "--once"], 64, [
      "Unknown flag '--once': did you mean workspace-beat run --once? ",
    ]],
    [W, ["--no-once"], 64, ["Unknown flag '--no-once'"]],
    [W, ["stop"], 64, ["Unknown subcommand 'stop': expected run, check, "]],
    [W, ["run", "now"], 64, ["'now'"]],
    [W, [""], 64, ["Unknown subcommand ''"]],
    [W, ["\u001b[31m\nrun"], 64, ["Unknown subcommand '[31m run'"]],
    [W, ["--"], 64, ["'--'"]],
    [W, ["--interval"], 64, ["--interval without a value: expected a whole number of seconds"]],
    [W, ["--interval="], 64, ["--interval without a value: expected a whole number of seconds"]],
    [W, ["--notify", "--once"], 64, ["--notify without a value: expected all, failures or off"]],
    [W, ["--interval", "5", "--interval", "6"], 64, ["--interval twice: expected it once"]],
    [W, ["--once=perhaps"], 64, ["'perhaps' from --once", "true or false"]],
    [W, ["--once", "check"], 64, ["Cannot use 'check' behind a flag: expected it first"]],
    [W, ["check", "now"], 64, ["Cannot use 'now' with 'check': expected nothing behind it"]],
    [W, ["completions"], 64, ["Cannot use 'completions' without its shell"]],
    [W, ["completions", "bash", "zsh"], 64, ["Cannot use 'zsh' with 'completions'"]],
    [{}, ["--log-level", "loud"], 64, ["'loud' from --log-level", LEVELS]],
  ]);
});

/** What was written, and what it is taken for. */
const MEANT: readonly (readonly [args: readonly string[], meant: string])[] = [
  [["chek"], "Unknown subcommand 'chek': did you mean check? expected run, check, "],
  [["Check"], "Unknown subcommand 'Check': did you mean check? expected"],
  [["reprot", "start", "x"], "Unknown subcommand 'reprot': did you mean report? expected"],
  [["report", "strat", "x"], "Unknown subcommand 'report strat': did you mean start? expected"],
  [["--log-levle", "info"], "Unknown flag '--log-levle': did you mean --log-level? expected"],
  [["--peek"], "Unknown flag '--peek': did you mean workspace-beat results --peek? expected"],
  [["--log-level", "bebug"], "'bebug' from --log-level: did you mean debug? expected one of"],
  [["--log-level", "err"], "'err' from --log-level: did you mean error? expected one of"],
  [["--log-format", "JSON"], "'JSON' from --log-format: did you mean json? expected text or json"],
  [["--notify", "failure"], "'failure' from --notify: did you mean failures? expected all, "],
  [["--origin", "onn"], "'onn' from --origin: did you mean on? expected on or off"],
  [["--register", "Poll"], "'Poll' from --register: did you mean poll? expected push, "],
  [["results", "--format", "jsn"], "'jsn' from --format: did you mean json? expected text or json"],
  [["completions", "fisch"], "Cannot complete in 'fisch': did you mean fish? expected bash, "],
];

Deno.test("workspaceBeat() asks whether the nearest word was meant", async () => {
  await assertRefused(MEANT.map(([args, meant]) => [W, args, 64, [meant]]));
});

Deno.test("workspaceBeat() exits with 78 and one line when a variable's value is not allowed", async () => {
  const from = (variable: string) => `from ${variable} in the environment: expected`;
  const refused = (variable: string, value: string, ...says: string[]): Refused => [
    { ...W, [variable]: value },
    [],
    78,
    [from(variable), ...says],
  ];
  await assertRefused([
    [{}, [], 78, ["WORKSPACE_ID", "--workspace-id", "1 to 128 letters, digits", "is empty"]],
    [{ WORKSPACE_ID: "" }, [], 78, ["WORKSPACE_ID", "is empty"]],
    refused("WORKSPACE_ID", "a b", "'a b'", "1 to 128 letters, digits, '-' or '_'"),
    refused("WORKSPACE_ID", "x".repeat(5000), "x".repeat(100)),
    refused("PLATFORM_URL", "platform:8080", "'platform:8080'", URL_ALLOWED),
    refused("LOG_LEVEL", "loud", "'loud'", LEVELS),
    [{ ...W, LOG_LEVEL: "wraning" }, [], 78, ["in the environment: did you mean warning? "]],
    refused("MOLECULE_WORKSPACE_TOKEN", "hunter2 hunter2", "(not shown)", "without spaces"),
  ]);
});

Deno.test("workspaceBeat() shows no credentials of a URL that it refuses", async () => {
  const urls = [
    "http://user:hunter2@platform",
    "http://hunter2@platform",
    "http:user:hunter2@platform",
    "http://user:hun/hunter2@platform",
    "http://user:a@hunter2@platform",
    "user:hunter2@platform",
    "https://platform/?token=hunter2",
    "https://platform/#hunter2",
    "ftp://user:\nhunter2@platform",
  ];
  await assertRefused([
    ...urls.map((url): Refused => [W, ["--platform-url", url], 64, ["(not shown)", URL_ALLOWED]]),
    ...urls.map((url): Refused => [{ ...W, PLATFORM_URL: url }, [], 78, ["(not shown)"]]),
    [W, ["--platform-url", "http://a:hunter2@b", "--platform-url", "http://b"], 64, ["twice"]],
  ]);
});

for (
  const [args, code, stdout, stderr] of [
    [["--version"], 0, /^\d+\.\d+\.\d+$/, /^$/],
    [["--help"], 0, /workspace-beat check/, /^$/],
    [["run", "--help"], 0, /\[--results-file\]/, /^$/],
    [["check", "--help"], 0, /--json/, /^$/],
    [["stop"], 64, /^$/, /^Unknown subcommand 'stop'/],
    [["--log-level", "loud"], 64, /^$/, /^Cannot use 'loud' from --log-level/],
    [[], 78, /^$/, /^Cannot start without a workspace: expected WORKSPACE_ID/],
  ] as const
) {
  Deno.test(`workspace-beat ${args.join(" ")} ends with ${code} without any grant`, async () => {
    await using process = startSidecar({ args, grants: [] });
    assertEquals(await process.ended(), code, process.stderr.join("\n"));
    assertMatch(process.stdout.join("\n"), stdout);
    assertMatch(process.stderr.join("\n"), stderr);
    assert(process.stderr.length <= 1, process.stderr.join("\n"));
  });
}
