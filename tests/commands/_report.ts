/**
 * A report file and what is beside it, as the tests of `workspace-beat report` need them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { grantFlags, type ReportFiles, reportFiles } from "../../lib/permissions.ts";
import { type EndedProgram, makeTempDir, runModule } from "../support/mod.ts";

/** The program. */
export const MAIN: string = new URL("../../main.ts", import.meta.url).pathname;

/** A report, with the fields that nobody knows. */
export type ReportText = Readonly<Record<string, unknown>>;

/** A folder for a report file. */
export interface ReportFolder extends AsyncDisposable {
  readonly dir: string;
  readonly files: ReportFiles;
  /** Runs `workspace-beat report` for the file, which a variable names, with no needless grant. */
  run(...args: readonly string[]): Promise<EndedProgram>;
  /** Runs it, sees that it ends well and without a word, and gives what stands in the file then. */
  change(...args: readonly string[]): Promise<ReportText>;
  /** Writes the report as another program would. */
  write(report: ReportText): Promise<void>;
  /** What stands in the file. */
  written(): Promise<ReportText>;
  /** The names of the files that are there. */
  names(): Promise<string[]>;
}

/** Makes the folder. */
export async function makeReportFolder(): Promise<ReportFolder> {
  const temporary = await makeTempDir();
  const files = reportFiles(`${temporary.path}/report.json`);
  const folder: ReportFolder = {
    dir: temporary.path,
    files,
    run: (...args) => runReport(files.report, args),
    async change(...args) {
      const { code, stderr, stdout } = await folder.run(...args);
      assertEquals([code, stdout, stderr], [0, "", ""], args.join(" ").slice(0, 200));
      return await folder.written();
    },
    write: (report) => Deno.writeTextFile(files.report, JSON.stringify(report)),
    written: async () => JSON.parse(await Deno.readTextFile(files.report)),
    names: async () =>
      (await Array.fromAsync(Deno.readDir(temporary.path), ({ name }) => name)).sort(),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
  return folder;
}

/** Runs `workspace-beat report` for a file, which a variable names, with no needless grant. */
export async function runReport(file: string, args: readonly string[]): Promise<EndedProgram> {
  return await runModule(MAIN, {
    grants: reportGrants(file),
    args: ["report", ...args],
    env: { RUNTIME_REPORT_FILE: file },
  });
}

/** All that a change of these report files needs. */
export function reportGrants(...reports: readonly string[]): string[] {
  const files = reports.flatMap((report) => Object.values(reportFiles(report)));
  const env = ["RUNTIME_REPORT_FILE", "CONFIGS_DIR"];
  return grantFlags({ net: [], read: files, write: files, env, sys: [] });
}

/** A report without the moment of its last change. */
export function untimed({ updated_at: _when, ...others }: ReportText): ReportText {
  return others;
}

const HELD_BACK = ["--bounding-set=-all", "--inh-caps=-all"];

/** Whether root can be kept from passing over the modes and owners of files. */
export async function canHoldBack(): Promise<boolean> {
  return await new Deno.Command("setpriv", { args: [...HELD_BACK, "true"] }).output()
    .then(({ success }) => success, () => false);
}

/** Runs `workspace-beat report` as a user for whom modes and owners hold. */
export async function runHeldBack(
  file: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command("setpriv", {
    args: [...HELD_BACK, Deno.execPath(), "run", "--no-prompt", ...reportGrants(file)].concat(
      ...[MAIN, "report", ...args, "--report-file", file],
    ),
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
