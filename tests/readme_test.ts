import { assert, assertEquals } from "@std/assert";
import {
  ENVIRONMENT_VARIABLES,
  SETTING_DEFINITIONS,
  type SettingDefinition,
  SWITCHES,
} from "../lib/config/mod.ts";
import { EXIT_CODE } from "../lib/exit_code.ts";
import { parseOptions } from "../scripts/compile/options.ts";
import { Document } from "./docs/_document.ts";
import { startUser } from "./docs/_user.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const DOCUMENT = await Document.read("README.md");
const README = DOCUMENT.text;
const CONFIG = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));

/** The commands of the README's shell blocks, in their order. */
const COMMANDS = DOCUMENT.takeAll("sh").flatMap((block) => block.trim().split("\n"));
const DOCKERFILE = DOCUMENT.take("Build it into an image", "dockerfile");
const LAYOUT = DOCUMENT.take("Architecture", "");
// tests/commands/completions_test.ts runs each in its shell.
for (const shell of ["bash", "zsh", "fish"]) DOCUMENT.take("Completions", shell);
DOCUMENT.take("Architecture", ""); // a drawing of how data flows

Deno.test("README.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

/** Names that stand in the first columns of a table, in backquotes. */
function named(heading: RegExp, columns: number): Set<string> {
  const [, rest = ""] = README.split(heading);
  const table = /(?:^\|.*\n)+/m.exec(rest)?.[0] ?? "";
  const cells = table.split("\n").flatMap((row) => row.split("|").slice(1, columns + 1));
  return new Set(
    cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)),
  );
}

Deno.test("README names every flag and variable in its table of settings", () => {
  const inTable = named(/^### Settings$/m, 2);
  const definitions: Record<string, SettingDefinition<unknown>> = SETTING_DEFINITIONS;
  for (const { flag, variables = [] } of Object.values(definitions)) {
    if (flag !== undefined) assert(inTable.delete(`--${flag}`), `--${flag} is not in the table`);
    for (const variable of variables) {
      assert(inTable.delete(variable), `${variable} is not in the table`);
    }
  }
  for (const { flag } of Object.values(SWITCHES)) {
    assert(inTable.delete(`--${flag}`), `--${flag} is not in the table`);
  }
  // What the table of definitions does not hold: the folder of config.yaml.
  assertEquals([...inTable], ["WORKSPACE_CONFIG_PATH"]);
});

Deno.test("README names every variable that the manifest grants", () => {
  const everywhere = new Set([...README.matchAll(/`([A-Za-z_]+)`/g)].map(([, name]) => name));
  for (const variable of ENVIRONMENT_VARIABLES) {
    assert(everywhere.has(variable), `${variable} is not in the README`);
  }
});

Deno.test("README lists every exit code", () => {
  const [, rest = ""] = README.split(/^### Exit codes$/m);
  const table = /(?:^\|.*\n)+/m.exec(rest)?.[0] ?? "";
  const codes = [...table.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
  assertEquals(codes, Object.values(EXIT_CODE));
});

Deno.test("README gives a reason for every dependency, and for no other", () => {
  const inTable = named(/^### Dependencies$/m, 1);
  assertEquals([...inTable].sort(), Object.keys(CONFIG.imports).sort());
});

Deno.test("README lists every document", async () => {
  const [, list = ""] = README.split(/^## Documentation$/m);
  const files = await Array.fromAsync(Deno.readDir(`${ROOT}docs`));
  const documents = files.map(({ name }) => name).filter((name) => name.endsWith(".md"));
  assertEquals(documents.filter((name) => !list.includes(`](docs/${name})`)), []);
});

Deno.test("README describes every task that it names", () => {
  for (const [, task] of README.matchAll(/deno task ([a-z:]+)/g)) {
    assert(task !== undefined && task in CONFIG.tasks, `deno.json has no task '${task}'`);
  }
});

const DEVELOPING =
  'main.ts --platform-url "$PLATFORM_URL" --workspace-id "$WORKSPACE_ID" --results-file -';

/** How each command of the README is tried out; a new command needs a line here. */
const TRIALS: Record<string, (command: string) => Promise<void>> = {
  "deno task demo": (command) => endsBy(command, [0]),
  // This very run is one of it: .ci/run reads the line out of the README and runs it.
  "deno task test": () => Promise.resolve(),
  // tests/binary does it with a platform that is there.
  "deno task compile --platform-url https://platform.example.com --output build/workspace-beat":
    () => Promise.resolve(),
  // tests/docs/release_test.ts runs it.
  "deno task release --platform-url https://platform.example.com": () => Promise.resolve(),
  "workspace-beat check": (command) => endsBy(command, [0]),
  "workspace-beat run --once": (command) => endsBy(command, [0]),
  "workspace-beat": beatsForEver,
  "workspace-beat status": tellsOf,
  "workspace-beat health": tellsOf,
  "workspace-beat health --alive": tellsOf,
  "workspace-beat --register poll": (command) => beatsForEver(command, { token: null }),
  "workspace-beat results": (command) => endsBy(command, [0]),
  "workspace-beat results --format json --peek": (command) => endsBy(command, [0]),
  'workspace-beat report start "Counting ducks"': (command) => endsBy(command, [0]),
  "workspace-beat report ok": (command) => endsBy(command, [0]),
  "workspace-beat report done": (command) => endsBy(command, [0]),
  // .ci/run and `deno task ok` run it.
  "deno task check:package": () => Promise.resolve(),
  // tests/delegations/kill_test.ts runs 20 rounds of it.
  "deno task stress": () => Promise.resolve(),
  // tests/scripts/soak/soak_test.ts runs twelve seconds of it.
  "deno task soak": () => Promise.resolve(),
  // Five minutes; tests/scripts/bench/bench_test.ts runs a part of it, and docs/performance.md is tested.
  "deno task bench --check": () => Promise.resolve(),
  // tests/docs/fleet_test.ts runs it with fewer workspaces.
  "deno task fleet": () => Promise.resolve(),
  // Twenty seconds of figures; tests/delegations/journal_test.ts tests what they show.
  "deno task bench:deliveries": () => Promise.resolve(),
  // Half a minute of figures; tests/e2e/report_test.ts tests what they show.
  "deno task bench:report": () => Promise.resolve(),
  // Five minutes; tests/commands/several_workspaces_test.ts tests what it shows.
  "deno task bench:life": () => Promise.resolve(),
  // Needs a base binary; tests/binary/health_test.ts tests what health answers.
  "deno task bench:health": () => Promise.resolve(),
  "deno task bench:workspaces": () => Promise.resolve(),
  "deno task bench:workspaces 200 4 --register poll --activity": () => Promise.resolve(),
  "deno task dev:platform --port 8080": servesForEver,
  [`deno run --allow-net ${DEVELOPING}`]: (command) => beatsForEver(command, { token: null }),
  [`deno run --allow-net --allow-env=MOLECULE_WORKSPACE_TOKEN ${DEVELOPING}`]: beatsForEver,
  // Whether something listens on port 8080 is this machine's affair.
  'deno run -P main.ts check --workspace-id "$WORKSPACE_ID" --platform-url http://localhost:8080': (
    command,
  ) =>
    endsBy(command, [
      0,
      69,
      75,
      77,
      78,
    ]),
};

Deno.test("README has no command that no test runs, and this test runs none that it lacks", () => {
  assertEquals(COMMANDS.toSorted(), Object.keys(TRIALS).toSorted());
});

for (const [command, trial] of Object.entries(TRIALS)) {
  Deno.test(`README's command does what it says: ${command}`, () => trial(command));
}

async function endsBy(command: string, codes: readonly number[]): Promise<void> {
  await using user = await startUser();
  const { code, stderr, stdout } = await user.run(command);
  assert(codes.includes(code), `exit code ${code}:\n${[...stdout, ...stderr].join("\n")}`);
}

async function beatsForEver(
  command: string,
  options?: { token: string | null },
): Promise<void> {
  await using user = await startUser(options);
  await using process = user.start(`exec ${command}`);
  await user.platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  assertEquals(await process.stop(), 0);
}

/** What tells how a sidecar is, beside one that runs. */
async function tellsOf(command: string): Promise<void> {
  await using user = await startUser();
  await using sidecar = user.start("exec workspace-beat");
  await user.platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  // The status is written once a second at the most.
  while ((await user.run(command)).code !== 0);
  assertEquals(await sidecar.stop(), 0);
}

async function servesForEver(command: string): Promise<void> {
  await using user = await startUser();
  await using process = user.start(`exec ${command.replace("8080", "0")}`);
  const line = await process.waitForOutput(/http:\/\/127\.0\.0\.1:\d+/);
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
  const answer = await fetch(`${url}/health`);
  assertEquals([answer.status, await answer.json()], [200, { status: "ok" }]);
  await process.stop();
}

/** The instructions of the Dockerfile, by their words. */
function instructions(word: string): string[] {
  return DOCKERFILE.split("\n").filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1));
}

const ENTRYPOINT_FILE = "deploy/docker/entrypoint.sh";

Deno.test("README's Dockerfile copies what deno task compile makes, and the entrypoint", () => {
  const { output } = parseOptions(["--platform-url", "https://a.test"]);
  assertEquals(instructions("COPY"), [`${output} ${ENTRYPOINT_FILE} /usr/local/bin/`]);
});

Deno.test("README's Dockerfile starts the sidecar beside the agent, whose end is the container's", async () => {
  await using user = await startUser();
  const started = `${user.dir}/started`;
  await Deno.copyFile(`${ROOT}${ENTRYPOINT_FILE}`, `${user.dir}/bin/entrypoint.sh`);
  await Deno.writeTextFile(`${user.dir}/bin/workspace-beat`, `#!/bin/sh\necho >'${started}'\n`);
  // It ends when the sidecar has been started, with a code of its own.
  const agent = "#!/bin/sh\nfor _ in $(seq 1000); do " +
    `if [ -e '${started}' ]; then exit 42; fi; sleep 0.01; done\n`;
  await Deno.writeTextFile(`${user.dir}/bin/your-agent`, agent, { mode: 0o755 });
  const [entrypoint = "", command = ""] = ["ENTRYPOINT", "CMD"].flatMap(instructions);
  const [program = "", ...args] = [...JSON.parse(entrypoint), ...JSON.parse(command)];
  const { code } = await new Deno.Command(program, { args, clearEnv: true, env: { ...user.env } })
    .output();
  assertEquals(code, 42);
});

Deno.test("README's layout names only what is there", async () => {
  let folder = "";
  for (const line of LAYOUT.trimEnd().split("\n")) {
    for (
      const [, name = ""] of line.split(/ {2,}/).slice(0, 2).join(" ").matchAll(/(\S+(?:\/|\.ts))/g)
    ) {
      if (!line.startsWith(" ")) folder = name.endsWith("/") ? name : "";
      await Deno.stat(`${ROOT}${line.startsWith(" ") ? folder : ""}${name}`);
    }
  }
});
