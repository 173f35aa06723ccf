import { assertEquals, assertMatch } from "@std/assert";
import { grantFlags, type ReportFiles } from "../../lib/permissions.ts";
import { entryModule } from "../../scripts/compile/arguments.ts";
import { runModule } from "../support/mod.ts";
import { MAIN, makeReportFolder, reportGrants, runReport } from "./_report.ts";

/** Each file that a change needs, and how. */
const LACKING = (["read", "write"] as const).flatMap((kind) =>
  (["report", "next", "lock"] as const).map((name): readonly [typeof kind, keyof ReportFiles] => [
    kind,
    name,
  ])
);

for (const [kind, name] of LACKING) {
  Deno.test(`report start ends with 77, and says how to run it, when --allow-${kind} lacks the ${name}`, async () => {
    await using folder = await makeReportFolder();
    const { files } = folder;
    await folder.write({ active_tasks: 1 });
    const all = { net: [], read: Object.values(files), write: Object.values(files), sys: [] };
    const grants = { ...all, env: [], [kind]: all[kind].filter((path) => path !== files[name]) };
    const args = ["report", "start", "x", "--report-file", files.report];
    const { code, stderr, stdout } = await runModule(MAIN, { grants: grantFlags(grants), args });
    const flags = reportGrants(files.report).join(" ");
    assertEquals([code, stdout, stderr], [
      77,
      "",
      `Not allowed to change the report '${files.report}' (from flag --report-file): run with ` +
      `${flags}\n`,
    ]);
    assertEquals([await folder.written(), await folder.names()], [{ active_tasks: 1 }, [
      "report.json",
    ]]);
  });
}

Deno.test("report ends with 77, and asks for no more than it needs, when nothing is granted", async () => {
  const path = "/configs/.runtime_report.json";
  const of = async (...args: readonly string[]) =>
    await runModule(MAIN, { args: ["report", ...args] });
  const change = await of("done");
  const show = await of();
  assertEquals([change.code, change.stdout, change.stderr], [
    77,
    "",
    `Not allowed to change the report '${path}' (from default): run with ` +
    `${reportGrants(path).join(" ")}\n`,
  ]);
  assertEquals([show.code, show.stdout, show.stderr], [
    77,
    "",
    `Not allowed to read the report '${path}' (from default): run with --allow-read=${path} ` +
    "--allow-env=RUNTIME_REPORT_FILE,CONFIGS_DIR\n",
  ]);
});

Deno.test("report ends with 77, and says what to do, when a link leads to the granted file", async () => {
  await using folder = await makeReportFolder();
  await Deno.mkdir(`${folder.dir}/real`);
  await Deno.symlink(`${folder.dir}/real`, `${folder.dir}/link`);
  const file = `${folder.dir}/link/report.json`;
  const { code, lines, stderr } = await runReport(file, ["start", "x"]);
  assertEquals([code, lines.length], [77, 1], stderr);
  assertMatch(
    stderr,
    /^Cannot change the report '.*' \(from .*\): .*real\/report\.json.*without links\n$/,
  );
});

Deno.test("report names the file it was built for, and how to rebuild, when it is given another", async () => {
  await using folder = await makeReportFolder();
  const { dir, files } = folder;
  const module = `${dir}/entry.ts`;
  const options = {
    platformUrls: ["https://one.test", "https://*.two.test"],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: files.report,
    output: "",
    target: undefined,
  };
  const commands = new URL("../../lib/commands/mod.ts", import.meta.url).href;
  await Deno.writeTextFile(module, entryModule(options, commands));
  const grants = reportGrants(files.report);
  const built = await runModule(module, { grants, args: ["report", "start", "x"] });
  assertEquals([built.code, built.stderr, (await folder.written()).active_tasks], [0, "", 1]);
  const other = `${dir}/other.json`;
  const args = ["report", "start", "x", "--report-file", other];
  const { code, stderr, stdout } = await runModule(module, { grants, args });
  assertEquals([code, stdout, stderr], [
    77,
    "",
    `Not allowed to change the report '${other}' (from flag --report-file): this binary was built ` +
    `for the report file ${files.report}: rebuild it with deno task compile --platform-url ` +
    `https://one.test --platform-url https://*.two.test --results-file ${dir}/results.jsonl ` +
    `--configs-dir ${dir} --report-file ${other}\n`,
  ]);
});
