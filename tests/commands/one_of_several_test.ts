import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { idsIn, lineOf } from "../delegations/_consumer_files.ts";
import { type EndedProgram, makeTempDir, runModule } from "../support/mod.ts";
import { MAIN } from "./_report.ts";

const IDS = ["scribe", "critic"];
const MOLECULE_WORKSPACES = JSON.stringify(IDS.map((id) => ({ id, token: `token-of-${id}` })));

/** A folder with the files of two workspaces, and those of one that is alone. */
interface SeveralFolder extends AsyncDisposable {
  readonly dir: string;
  /** The folder that holds a folder for each. */
  readonly all: string;
  /** Runs the program where both are named in the environment, unless it is another one. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<EndedProgram>;
}

/** Each file holds a result, or a task, that is named after its folder. */
async function makeSeveralFolder(): Promise<SeveralFolder> {
  const temporary = await makeTempDir();
  const dir = temporary.path;
  const all = `${dir}/workspaces`;
  for (const folder of [dir, ...IDS.map((id) => `${all}/${id}`)]) {
    await Deno.mkdir(folder, { recursive: true });
    const name = folder === dir ? "alone" : folder.slice(all.length + 1);
    await Deno.writeTextFile(`${folder}/delegation_results.jsonl`, lineOf(name));
    await Deno.writeTextFile(`${folder}/.runtime_report.json`, `{"current_task": "${name}"}`);
  }
  return {
    dir,
    all,
    run: (args, env = { MOLECULE_WORKSPACES }) =>
      runModule(MAIN, {
        grants: [`--allow-read=${dir}`, `--allow-write=${dir}`, "--allow-env"],
        args,
        env,
      }),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

/** A subcommand, and whose file its output comes from. */
const COMMANDS: readonly (readonly [
  command: readonly string[],
  whose: (stdout: string) => string | undefined,
])[] = [
  [["results", "--format", "json"], (stdout) => idsIn(stdout)[0]],
  [["report", "show"], (stdout) => JSON.parse(stdout).current_task],
];

for (const [command, whose] of COMMANDS) {
  const [name] = command;

  Deno.test(`${name} takes the file of the workspace that --workspace-id names, out of --workspaces-dir`, async () => {
    await using folder = await makeSeveralFolder();
    const args = [...command, "--workspaces-dir", folder.all, "--workspace-id"];
    for (const id of IDS) {
      const { code, stderr, stdout } = await folder.run([...args, id]);
      assertEquals([code, stderr, whose(stdout)], [0, "", id]);
    }
  });

  Deno.test(`${name} needs no MOLECULE_WORKSPACES when the command line says which of several is meant`, async () => {
    await using folder = await makeSeveralFolder();
    const args = [...command, "--workspaces-dir", folder.all, "--workspace-id", "critic"];
    const { code, stderr, stdout } = await folder.run(args, {});
    assertEquals([code, stderr, whose(stdout)], [0, "", "critic"]);
  });

  Deno.test(`${name} takes the workspaces folder below CONFIGS_DIR, and the workspace of WORKSPACE_ID`, async () => {
    await using folder = await makeSeveralFolder();
    const env = { MOLECULE_WORKSPACES, CONFIGS_DIR: folder.dir, WORKSPACE_ID: "critic" };
    const { code, stderr, stdout } = await folder.run(command, env);
    assertEquals([code, stderr, whose(stdout)], [0, "", "critic"]);
  });

  Deno.test(`${name} takes --workspace-id before WORKSPACE_ID`, async () => {
    await using folder = await makeSeveralFolder();
    const args = [...command, "--workspaces-dir", folder.all, "--workspace-id", "scribe"];
    const { stdout } = await folder.run(args, { MOLECULE_WORKSPACES, WORKSPACE_ID: "critic" });
    assertEquals(whose(stdout), "scribe");
  });
}

Deno.test("report minds no WORKSPACE_ID when there is one workspace alone", async () => {
  await using folder = await makeSeveralFolder();
  const env = { WORKSPACE_ID: "critic", CONFIGS_DIR: folder.dir };
  const { stdout } = await folder.run(["report", "show"], env);
  assertEquals(JSON.parse(stdout).current_task, "alone");
});

/** What names the file itself. */
interface Naming {
  readonly by: string;
  readonly command: readonly string[];
  readonly flags?: (dir: string) => readonly string[];
  readonly env?: (dir: string) => Readonly<Record<string, string>>;
}

const RESULTS = ["results", "--peek"];
const SHOW = ["report", "show"];
const FLAGS: readonly Naming[] = [
  {
    by: "--results-file",
    command: RESULTS,
    flags: (dir) => ["--results-file", `${dir}/delegation_results.jsonl`],
  },
  {
    by: "--report-file",
    command: SHOW,
    flags: (dir) => ["--report-file", `${dir}/.runtime_report.json`],
  },
];
const VARIABLES: readonly Naming[] = [
  {
    by: "DELEGATION_RESULTS_FILE",
    command: RESULTS,
    env: (dir) => ({ DELEGATION_RESULTS_FILE: `${dir}/delegation_results.jsonl` }),
  },
  {
    by: "RUNTIME_REPORT_FILE",
    command: SHOW,
    env: (dir) => ({ RUNTIME_REPORT_FILE: `${dir}/.runtime_report.json` }),
  },
];
const CONFIGS_DIR: Naming = {
  by: "--configs-dir",
  command: SHOW,
  flags: (dir) => ["--configs-dir", dir],
};

/** Makes sure whose file is taken when it is named, and flags say which workspace is meant. */
async function assertTaken(
  { command, env, flags }: Naming,
  which: (folder: SeveralFolder) => readonly string[],
  whose: string,
  listed: Readonly<Record<string, string>> = { MOLECULE_WORKSPACES },
): Promise<void> {
  await using folder = await makeSeveralFolder();
  const args = [...command, ...flags?.(folder.dir) ?? [], ...which(folder)];
  const variables = { ...listed, ...env?.(folder.dir) };
  const { code, stderr, stdout } = await folder.run(args, variables);
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, whose);
}

for (const naming of [...FLAGS, ...VARIABLES, CONFIGS_DIR]) {
  Deno.test(`${naming.command[0]} takes the file that ${naming.by} names, although the environment lists several workspaces`, () =>
    assertTaken(naming, () => [], "alone"));
}

for (const naming of FLAGS) {
  Deno.test(`${naming.command[0]} takes the file that ${naming.by} names, whichever workspace other flags name`, () =>
    assertTaken(
      naming,
      ({ all }) => ["--workspaces-dir", all, "--workspace-id", "critic"],
      "alone",
    ));
}

for (const naming of VARIABLES) {
  Deno.test(`${naming.command[0]} takes the file of the workspace that flags name before that of ${naming.by}`, () =>
    assertTaken(
      naming,
      ({ all }) => ["--workspaces-dir", all, "--workspace-id", "critic"],
      "critic",
    ));
}

for (const naming of [...VARIABLES, CONFIGS_DIR]) {
  Deno.test(`${naming.command[0]} takes the file that ${naming.by} names, although --workspace-id names the one workspace that there is`, () =>
    assertTaken(naming, () => ["--workspace-id", "critic"], "alone", {}));
}

Deno.test("report takes the file of the workspace that --workspace-id names from below --configs-dir", () =>
  assertTaken(CONFIGS_DIR, () => ["--workspace-id", "critic"], "critic"));

Deno.test("report start changes the report of the workspace that is meant, and no other", async () => {
  await using folder = await makeSeveralFolder();
  const { all, dir } = folder;
  const args = ["report", "start", "Counting ducks", "--workspaces-dir", all];
  const { code, stderr } = await folder.run([...args, "--workspace-id", "scribe"]);
  assertEquals([code, stderr], [0, ""]);
  const tasks = await Promise.all(
    [`${all}/scribe`, `${all}/critic`, dir].map(async (of) =>
      JSON.parse(await Deno.readTextFile(`${of}/.runtime_report.json`)).current_task
    ),
  );
  assertEquals(tasks, ["Counting ducks", "critic", "alone"]);
});

const UNTOLD = "Cannot tell which of several workspaces is meant: expected --workspace-id";

/** What does not say which workspace is meant, and all that is said of it. */
const UNCLEAR: readonly (readonly [
  what: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  says: string,
])[] = [
  ["only MOLECULE_WORKSPACES", [], { MOLECULE_WORKSPACES }, `${UNTOLD}, one of scribe, critic`],
  ["only --workspaces-dir", ["--workspaces-dir", "/all"], {}, UNTOLD],
  [
    "an id that is none of them",
    ["--workspace-id", "stranger"],
    { MOLECULE_WORKSPACES },
    "Cannot use 'stranger' from flag --workspace-id: expected a workspace of MOLECULE_WORKSPACES: " +
    "scribe, critic",
  ],
  [
    "a WORKSPACE_ID that is none of them",
    [],
    { MOLECULE_WORKSPACES, WORKSPACE_ID: "stranger" },
    "Cannot use 'stranger' from environment WORKSPACE_ID: expected a workspace of " +
    "MOLECULE_WORKSPACES: scribe, critic",
  ],
  [
    "an id that is a path",
    ["--workspace-id", "../scribe"],
    {},
    "Cannot use '../scribe' from --workspace-id: expected 1 to 128 letters, digits, '-' or '_'",
  ],
];

for (const command of [["results"], ["report", "show"], ["report", "start", "x"]]) {
  for (const [what, args, env, says] of UNCLEAR) {
    Deno.test(`${command.join(" ")} ends with 64 when there is ${what}`, async () => {
      await using folder = await makeSeveralFolder();
      const ended = await folder.run([...command, ...args], env);
      assertEquals([ended.code, ended.stdout, ended.lines], [64, "", [says]]);
    });
  }
}

for (const [command] of COMMANDS) {
  Deno.test(`${command[0]} --help names the flags that say which of several workspaces is meant`, async () => {
    const { code, stdout } = await runModule(MAIN, { args: [...command, "--help"] });
    assertEquals(code, 0);
    assertMatch(stdout, /\[--workspace-id\] +Which of several workspaces is meant: 1 to 128 lett/);
    assertMatch(
      stdout,
      /\[--workspaces-dir\] +The folder of the files of several workspaces: the p/,
    );
  });
}
