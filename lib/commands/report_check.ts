import type { Settings } from "../config/mod.ts";
import { mayRead } from "../grants.ts";
import { readingProblem, readReport, stalenessOf } from "../report/mod.ts";
import { type Finding, ok, skipped, warning } from "./checks.ts";

/**
 * Tests the report file. One that cannot be used does not fail the check: beats go on without.
 *
 * Requires `--allow-read` for the file.
 *
 * @param settings The settings.
 */
export async function checkReport(settings: Settings): Promise<Finding> {
  const { reportFile, reportMaxAgeSeconds } = settings;
  const name = "report";
  const path = reportFile.value;
  if (!mayRead(path)) return skipped(name, `'${path}' is not granted`);
  const remedy = "mend it: beats say what the last good one said, or nothing of the agent";
  try {
    const { problem, report, text } = await readReport(path);
    if (problem !== undefined) return warning(name, `'${path}': ${problem}`, remedy);
    if (text === undefined) {
      return ok(name, `no '${path}': beats say nothing of the agent's tasks and errors`);
    }
    const why = await stalenessOf(report, reportMaxAgeSeconds.value * 1000);
    const stale = why === undefined ? "" : `, but stale: ${why}: its tasks count as ended`;
    return ok(name, `'${path}' is sound${stale}`);
  } catch (error) {
    return warning(name, `'${path}': ${readingProblem(error, path)}`, remedy);
  }
}
