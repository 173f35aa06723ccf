import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { HELP } from "../../scripts/compile/options.ts";
import { makeTempDir } from "../support/mod.ts";

const URL_FLAG = ["--platform-url", "https://platform.example.com"];

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the script with what its task grants it, but for the right to run Deno, unless it is to make something. */
async function compile(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { runs = false }: { readonly runs?: boolean } = {},
): Promise<Outcome> {
  const run = runs ? [`--allow-run=${Deno.execPath()}`] : [];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=compile", ...run, "scripts/compile.ts", ...args],
    cwd: fromFileUrl(new URL("../../", import.meta.url)),
    env: { NO_COLOR: "1", ...env },
  });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  // Deno 2.7 warns even with --quiet that permissions in deno.json are experimental.
  return { code, stdout: text(stdout), stderr: text(stderr).replace(/^.*experimental.*\n/m, "") };
}

Deno.test("compile exits 64 with one line when an argument is not allowed", async () => {
  const { code, stdout, stderr } = await compile([...URL_FLAG, "--configs-dir", "configs"]);
  assertEquals({ code, stdout }, { code: 64, stdout: "" });
  assertMatch(stderr, /^Cannot use 'configs' from --configs-dir: expected an absolute path.*\n$/);
});

Deno.test("compile --help prints every flag and exits 0", async () => {
  const { code, stdout } = await compile(["--help"]);
  assertEquals({ code, stdout }, { code: 0, stdout: `${HELP}\n` });
  for (
    const name of [
      ...["platform-url", "results-file", "configs-dir", "config", "report-file", "agent-card"],
      ...["wake-file", "status-file", "workspaces-dir", "metrics-file", "otel", "target", "output"],
    ]
  ) {
    assert(stdout.includes(`  --${name} `), name);
  }
});

Deno.test("compile --help says of every flag of a file or folder what it is by default", async () => {
  const { stdout } = await compile(["--help"]);
  const defaults = [...stdout.matchAll(/^ {2}--([a-z-]+) .*\[(.*)\]$/gm)]
    .map(([, flag, value]) => [flag, value]);
  assertEquals(defaults, [
    ["results-file", "/tmp/delegation_results.jsonl"],
    ["configs-dir", "/configs"],
    ["config", "config.yaml in the configs folder"],
    ["report-file", ".runtime_report.json in the configs folder"],
    ["agent-card", "agent_card.json in the configs folder"],
    ["wake-file", "<results file>.wake"],
    ["status-file", ".workspace_beat_status.json in the configs folder"],
    ["workspaces-dir", "none"],
    ["metrics-file", "none"],
    ["otel", "no"],
    ["target", "this one"],
    ["output", "build/workspace-beat"],
  ]);
});

Deno.test("compile refuses a base binary of another Deno, which would make one that cannot start", async () => {
  const base = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(base, "\0Deno/1.2.3\0");
    const { code, stderr } = await compile(URL_FLAG, { DENORT_BIN: base });
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /^Cannot compile with the base binary '.*' from DENORT_BIN: expected one of /,
    );
    assertMatch(
      stderr,
      new RegExp(`of Deno ${Deno.version.deno}: current value is of Deno 1\\.2\\.3\n$`),
    );
  } finally {
    await Deno.remove(base);
  }
});

Deno.test("compile says that the base binary of DENORT_BIN cannot be read", async () => {
  const { code, stderr } = await compile(URL_FLAG, { DENORT_BIN: "/nowhere/denort" });
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot read the base binary that DENORT_BIN names: .*No such file.*\n$/);
});

/** A base binary that makes a program which does nothing, in no time. */
const TRUE = "/bin/true";
const cannotMake = Deno.build.os !== "linux" ||
  !await Deno.stat(TRUE).then(() => true, () => false);

Deno.test(
  "compile says in one line what it has made, and for what",
  { ignore: cannotMake },
  async () => {
    await using dir = await makeTempDir();
    const output = `${dir.path}/workspace-beat`;
    const args = [
      "--results-file=/r/results.jsonl",
      "--configs-dir=/c",
      "--workspaces-dir=/data/all",
    ];
    const { code, stdout, stderr } = await compile(
      [...URL_FLAG, "--platform-url=http://b.test", ...args, `--output=${output}`],
      { DENORT_BIN: TRUE },
      { runs: true },
    );
    assertEquals([code, stderr], [0, ""]);
    assertEquals(
      stdout.replace(/ [\d.]+ MB /, " … MB "),
      `${output}: … MB for https://platform.example.com and http://b.test, results in ` +
        "/r/results.jsonl, configs in /c, config /c/config.yaml, report /c/.runtime_report.json, " +
        "agent card /c/agent_card.json, wake file /r/results.jsonl.wake, status " +
        "/c/.workspace_beat_status.json, workspaces in /data/all\n",
    );
    assert((await Deno.stat(output)).size > 100_000);
  },
);

Deno.test(
  "compile says nothing of a workspaces folder when there is none",
  { ignore: cannotMake },
  async () => {
    await using dir = await makeTempDir();
    const { stdout } = await compile(
      [...URL_FLAG, `--output=${dir.path}/workspace-beat`],
      { DENORT_BIN: TRUE },
      { runs: true },
    );
    assertMatch(stdout, /, status \/configs\/\.workspace_beat_status\.json\n$/);
  },
);
