import { assertEquals, assertStringIncludes } from "@std/assert";
import { runModule } from "../support/mod.ts";
import { MAIN, makeReportFolder } from "./_report.ts";

const EXPECTED_FLAGS = "expected --report-file, --configs-dir, --workspace-id, --workspaces-dir, " +
  "--help; put -- in front of a text that begins with a dash";
const VERBS = "expected start, done, ok, error, wedged, clear, set, show";
const NO_FILE = "Cannot use --report-file without a value: expected the path of a file";

/** Command lines without sense, and all that is said of them. */
const SENSELESS: readonly (readonly [args: readonly string[], says: string])[] = [
  [["start"], "Cannot report 'start' without its label: put it behind the word"],
  [["start", "--"], "Cannot report 'start' without its label: put it behind the word"],
  [["error"], "Cannot report 'error' without its text: put it behind the word"],
  [["wedged"], "Cannot report 'wedged' without its reason: put it behind the word"],
  [["set"], "Cannot report 'set' without its KEY=VALUE: put it behind the word"],
  [["wedged", ""], "Cannot mark a wedge without a reason"],
  [["wedged", " ", "\n"], "Cannot mark a wedge without a reason"],
  [["stop"], `Unknown subcommand 'report stop': ${VERBS}`],
  [["Start", "x"], `Unknown subcommand 'report Start': did you mean start? ${VERBS}`],
  [[""], `Unknown subcommand 'report ': ${VERBS}`],
  [["\u001b[31m\nstart"], `Unknown subcommand 'report [31m start': ${VERBS}`],
  [["done", "x"], "Cannot use 'x' with 'report done': expected nothing behind it"],
  [["done", "--", "x"], "Cannot use 'x' with 'report done': expected nothing behind it"],
  [["ok", "x", "y"], "Cannot use 'x' with 'report ok': expected nothing behind it"],
  [["clear", "x"], "Cannot use 'x' with 'report clear': expected nothing behind it"],
  [["show", "x"], "Cannot use 'x' with 'report show': expected nothing behind it"],
  [
    ["--report-file", "r.json", "start", "x"],
    "Cannot use 'start' behind a flag: expected the verb first: report start --report-file PATH",
  ],
  [["start", "x", "--label"], `Unknown flag '--label': ${EXPECTED_FLAGS}`],
  [["start", "-x"], `Unknown flag '-x': ${EXPECTED_FLAGS}`],
  [
    ["--interval", "5"],
    `Unknown flag '--interval': did you mean workspace-beat run --interval? ${EXPECTED_FLAGS}`,
  ],
  [
    ["done", "--once"],
    `Unknown flag '--once': did you mean workspace-beat run --once? ${EXPECTED_FLAGS}`,
  ],
  [
    ["done", "--report-fil", "x"],
    "Unknown flag '--report-fil': did you mean --report-file? " +
    EXPECTED_FLAGS,
  ],
  [["done", "--report-file"], NO_FILE],
  [["done", "--report-file="], NO_FILE],
  [["start", "x", "--report-file"], NO_FILE],
  [["start", "x", "--report-file="], NO_FILE],
  [["set", "pid=1", "--report-file="], NO_FILE],
  [["show", "--report-file", "--configs-dir", "x"], NO_FILE],
  [
    ["error", "x", "--configs-dir="],
    "Cannot use --configs-dir without a value: expected the path " +
    "of a folder",
  ],
  [
    ["done", "--workspaces-dir="],
    "Cannot use --workspaces-dir without a value: expected the path of a folder",
  ],
  [
    ["show", "--workspace-id"],
    "Cannot use --workspace-id without a value: expected 1 to 128 letters, digits, '-' or '_'",
  ],
  [["done", "--report-file", ""], "Cannot use '' from --report-file: expected the path of a file"],
  [
    ["done", "--report-file", "a", "--report-file", "b"],
    "Cannot use --report-file twice: expected " +
    "it once",
  ],
];

for (const [args, says] of SENSELESS) {
  Deno.test(`report ends with 64, and writes nothing, when ${JSON.stringify(args)} is given`, async () => {
    await using folder = await makeReportFolder();
    const { code, stderr, stdout } = await folder.run(...args);
    assertEquals([code, stdout, stderr], [64, "", `${says}\n`]);
    assertEquals(await folder.names(), []);
  });
}

Deno.test("report takes a variable that is empty for one that is not set", async () => {
  const { code, stderr, stdout } = await runModule(MAIN, {
    grants: ["--allow-env=RUNTIME_REPORT_FILE,CONFIGS_DIR"],
    args: ["report", "done", "--configs-dir", "/nowhere"],
    env: { RUNTIME_REPORT_FILE: "", CONFIGS_DIR: "" }, // as if they were not set
  });
  assertEquals([code, stdout], [77, ""]);
  assertStringIncludes(stderr, "'/nowhere/.runtime_report.json' (from flag --configs-dir)");
});

/** What the help texts must hold. */
const HELP: readonly (readonly [args: readonly string[], parts: readonly string[]])[] = [
  [["--help"], ["report start <label>...", "report error <text>...", "report show", "set fields"]],
  [["start", "--help"], [
    "report start <label>...",
    "[--report-file]",
    "[--configs-dir]",
    "[--workspace-id]",
  ]],
  [["done", "--help"], ["report done", "[--report-file]"]],
  [["set", "--help"], ["report set <KEY=VALUE>...", "KEY= empties a field"]],
  [["start", "x", "--help"], ["report start <label>..."]],
];

for (const [args, parts] of HELP) {
  Deno.test(`${["report", ...args].join(" ")} ends with 0 without any grant`, async () => {
    const { code, stderr, stdout } = await runModule(MAIN, { args: ["report", ...args] });
    assertEquals([code, stderr], [0, ""]);
    for (const part of parts) assertStringIncludes(stdout.toLowerCase(), part.toLowerCase());
  });
}

Deno.test("workspaceBeat() knows no -- for any other subcommand", async () => {
  for (const command of ["run", "check", "results"]) {
    const { code, lines } = await runModule(MAIN, { args: [command, "--"] });
    assertEquals([code, lines.length], [64, 1], lines.join("\n"));
  }
});
