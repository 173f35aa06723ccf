import { assert, assertEquals } from "@std/assert";
import { SETTING_DEFINITIONS, type SettingDefinition, SWITCHES } from "../lib/config/mod.ts";
import {
  defaultAgentCardFile,
  defaultReportFile,
  defaultStatusFile,
  defaultWakeFile,
  inboundSecretFile,
  leastGrants,
  tokenFile,
} from "../lib/permissions.ts";
import { HELP, parseOptions } from "../scripts/compile/options.ts";
import { resolve, resolveOne } from "./config/_resolve.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const README = await Deno.readTextFile(`${ROOT}README.md`);
const CONFIG = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));

const CONFIGS_DIR = "/configs";
const RESULTS_FILE = "/tmp/delegation_results.jsonl";
const METRICS_FILE = "/metrics/beat.prom";

/** The cells of the first table behind a heading, but for its head. */
function rowsOf(heading: RegExp): string[][] {
  const [, rest = ""] = README.split(heading);
  const table = /(?:^\|.*\n)+/m.exec(rest)?.[0] ?? "";
  return table.trim().split("\n").slice(2).map((row) =>
    row.split("|").slice(1, -1).map((cell) => cell.trim())
  );
}

/** What stands in backquotes. */
function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, words = ""]) => words);
}

/** A row of the table of settings. */
interface SettingRow {
  /** The code's name of the setting; undefined for a switch. */
  readonly name: string;
  readonly definition: SettingDefinition<unknown>;
  readonly variables: readonly string[];
  /** The key in config.yaml. */
  readonly key: string | undefined;
  readonly byDefault: string;
  readonly allowed: string;
}

const DEFINITIONS: Readonly<Record<string, SettingDefinition<unknown>>> = SETTING_DEFINITIONS;

const SETTINGS: readonly SettingRow[] = rowsOf(/^### Settings$/m).flatMap((cells) => {
  const [flags = "", variables = "", keys = "", byDefault = "", allowed = ""] = cells;
  const [flag = ""] = quoted(flags);
  const named = quoted(variables);
  const found = Object.entries(DEFINITIONS).find(([, { flag: own, variables = [] }]) =>
    flag === "" ? own === undefined && variables[0] === named[0] : `--${own}` === flag
  );
  if (found === undefined) return []; // a switch
  const [name, definition] = found;
  return [{ name, definition, variables: named, key: quoted(keys)[0], byDefault, allowed }];
});

Deno.test("README has a row for each setting, and one for each switch", () => {
  const count = Object.keys(SETTING_DEFINITIONS).length;
  assertEquals(SETTINGS.length, count);
  assertEquals(rowsOf(/^### Settings$/m).length, count + Object.keys(SWITCHES).length);
});

Deno.test("README names the variables of a setting in its row", () => {
  for (const { name, definition, variables } of SETTINGS) {
    const expected = name === "configFile" ? ["WORKSPACE_CONFIG_PATH"] : definition.variables ?? [];
    assertEquals(variables, [...expected], name);
  }
});

/** A value of each key in config.yaml, and what it is read as. */
const IN_CONFIG: Readonly<Record<string, readonly [text: string, value: unknown]>> = {
  "observability.heartbeat_interval_seconds": ["45", 45],
  "observability.log_level": ["ERROR", "error"],
  "heartbeat.register": ["poll", "poll"],
  "heartbeat.agent_card.url": ["http://agent.test", "http://agent.test"],
  "heartbeat.agent_card.name": ["Scribe", "Scribe"],
  "heartbeat.agent_card.description": ["Writes", "Writes"],
  "heartbeat.agent_card.skills": ["[writing]", ["writing"]],
};

Deno.test("README names the key of each setting that config.yaml can say", async () => {
  const keyed = SETTINGS.filter(({ key }) => key !== undefined);
  assertEquals(keyed.map(({ key }) => key).sort(), Object.keys(IN_CONFIG).sort());
  const resolved = await resolve(keyed.map(({ key = "" }) => {
    const keys = key.split(".");
    const [text] = IN_CONFIG[key] ?? [""];
    return { yaml: `{${keys.join(": {")}: ${text}${"}".repeat(keys.length)}` };
  }));
  for (const [n, { key = "", name }] of keyed.entries()) {
    const { settings, warnings } = resolved[n] ?? {};
    assertEquals([settings?.[name]?.value, warnings], [IN_CONFIG[key]?.[1], []], key);
  }
});

/** Defaults that are no one value: other tests hold them. */
const IN_WORDS = ["workspaceId", "agentUrl", "agentName", "workspacesDir"];

Deno.test("README says what holds where nobody says anything", async () => {
  const { settings } = await resolveOne({ env: { WORKSPACE_CONFIG_PATH: "" } });
  for (const { name, definition, byDefault } of SETTINGS) {
    if (IN_WORDS.includes(name)) continue;
    const [text] = quoted(byDefault);
    const isThere = / in the configs folder/.test(byDefault);
    const path = `${isThere ? `${CONFIGS_DIR}/` : ""}${
      text?.replace("<results file>", RESULTS_FILE)
    }`;
    const value = text === undefined ? undefined : definition.parse(path);
    assertEquals(settings[name]?.value, value, name);
  }
});

Deno.test("README says which words and numbers a setting takes", () => {
  for (const { name, definition, allowed } of SETTINGS) {
    const [words = ""] = /^(`[^`]+`(, (or )?)?)+/.exec(allowed) ?? [];
    for (const word of quoted(words)) {
      assert(definition.parse(word) !== undefined, `${name}: ${word}`);
    }
    const [, least, most] = /(?:^|seconds, |bytes, )(\d+) to (\d+)(?!\d| letters)/.exec(allowed) ??
      [];
    if (least === undefined || most === undefined) continue;
    const taken = [Number(least) - 1, Number(least), Number(most), Number(most) + 1]
      .map((number) => definition.parse(String(number)) !== undefined);
    assertEquals(taken, [false, true, true, false], name);
  }
});

/** What a flag of `deno task compile` says. */
const COMPILED: Readonly<Record<string, keyof ReturnType<typeof parseOptions>>> = {
  "--platform-url": "platformUrls",
  "--results-file": "resultsFile",
  "--configs-dir": "configsDir",
  "--config": "configFile",
  "--report-file": "reportFile",
  "--agent-card": "agentCardFile",
  "--wake-file": "wakeFile",
  "--status-file": "statusFile",
  "--workspaces-dir": "workspacesDir",
  "--metrics-file": "metricsFile",
  "--otel": "otel",
  "--target": "target",
  "--output": "output",
};

Deno.test("README has a row for each option of deno task compile, with what holds without it", () => {
  const rows = rowsOf(/which\nones it was built for and exits with 77\./);
  const flags = rows.map(([option = ""]) => quoted(option)[0]?.split(" ")[0] ?? "");
  assertEquals(flags, [...HELP.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, flag = ""]) => flag));
  const options = parseOptions(["--platform-url", "https://a.test"]);
  for (const [n, [, byDefault = ""]] of rows.entries()) {
    const name = COMPILED[flags[n] ?? ""];
    if (name === undefined || byDefault === "required") continue;
    const [text] = quoted(byDefault);
    const isThere = / (there|in the configs folder)$/.test(byDefault);
    const path = `${isThere ? `${CONFIGS_DIR}/` : ""}${
      text?.replace("<results file>", RESULTS_FILE)
    }`;
    assertEquals(options[name], text === undefined ? undefined : path, name);
  }
});

/** The files that the table of grants speaks of. */
const FILES: readonly (readonly [words: RegExp, path: string])[] = [
  [/^`config.yaml`/, `${CONFIGS_DIR}/config.yaml`],
  [/^`.auth_token`/, tokenFile(CONFIGS_DIR)],
  [/^`.platform_inbound_secret`/, inboundSecretFile(CONFIGS_DIR)],
  [/^the agent card/, defaultAgentCardFile(CONFIGS_DIR)],
  [/^the results file/, RESULTS_FILE],
  [/^the report file/, defaultReportFile(CONFIGS_DIR)],
  [/^the status file/, defaultStatusFile(CONFIGS_DIR)],
  [/^the metrics file/, METRICS_FILE],
  [/^`\/.dockerenv`/, "/.dockerenv"],
];

for (const kind of ["read", "write"] as const) {
  Deno.test(`README lists in its table of grants exactly the files that the sidecar may ${kind}`, () => {
    const granted = rowsOf(/^### Grants$/m).flatMap(([kinds = "", what = ""]) => {
      if (!kinds.split(", ").includes(kind)) return [];
      const path = FILES.find(([words]) => words.test(what))?.[1];
      assert(path !== undefined, what);
      const [, same = ""] = what.split("and the same with ");
      return [path, ...quoted(same).map((suffix) => `${path}${suffix}`)];
    });
    const grants = leastGrants({
      platformUrls: [],
      resultsFile: RESULTS_FILE,
      configsDir: CONFIGS_DIR,
      configFile: `${CONFIGS_DIR}/config.yaml`,
      reportFile: defaultReportFile(CONFIGS_DIR),
      wakeFile: defaultWakeFile(RESULTS_FILE),
      metricsFile: METRICS_FILE,
    });
    assertEquals(granted.sort(), grants[kind].toSorted());
  });
}

Deno.test("README names what may be asked of the system", () => {
  const asked = rowsOf(/^### Grants$/m).filter(([kind]) => kind === "sys")
    .flatMap(([, what = ""]) => quoted(what));
  assertEquals(asked, CONFIG.permissions.default.sys);
});

Deno.test("README names only sets of grants that deno.json has", () => {
  for (const [, name = ""] of README.matchAll(/deno run -P=(\w+)/g)) {
    assert(name in CONFIG.permissions, name);
  }
});

Deno.test("README says in the row of MOLECULE_WORKSPACES what a list holds, and what says nothing then", async () => {
  const [row] = SETTINGS.filter(({ name }) => name === "workspaces");
  const [list = "", ...silent] = quoted(row?.allowed ?? "");
  const keys = [...list.matchAll(/"(\w+)"/g)].map(([, key = ""]) => key);
  assertEquals(keys, ["id", "token", "platform_url"]);
  const values = { id: "scribe", token: "a-token", platform_url: "http://a.test" };
  const env = {
    MOLECULE_WORKSPACES: JSON.stringify([values]),
    ...Object.fromEntries(silent.map((variable) => [variable, "not allowed"])),
  };
  const { message, warnings } = await resolveOne({ env });
  assertEquals(message, undefined);
  for (const variable of silent) assert(warnings.join().includes(variable), variable);
});
