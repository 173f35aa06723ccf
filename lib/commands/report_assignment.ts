/**
 * `KEY=VALUE` of `workspace-beat report set`.
 *
 * @module
 */

import { usageError } from "../config/mod.ts";
import {
  CAPABILITIES,
  checkedReport,
  isReportField,
  REPORT_FIELDS,
  type RuntimeReport,
} from "../report/mod.ts";
import { cutWords, neutralise } from "../text.ts";

/** The fields whose value is taken as it is; that of the others is a number, true or false. */
const TEXTS: readonly string[] = ["sample_error", "current_task", "wedged"];

const EXPECTED = [
  ...REPORT_FIELDS.filter((field) => field !== "capabilities"),
  ...CAPABILITIES.map((name) => `capabilities.${name}`),
].join(", ");

/**
 * More of a text is never shown. Three of them fit into a report, even where JSON writes each of
 * their characters in 6 bytes.
 */
const LONGEST_TEXT = 3000;

/**
 * Cuts a text to what a report may hold of one.
 *
 * @param text The text.
 */
export function reportText(text: string): string {
  return cutWords(text, LONGEST_TEXT);
}

/**
 * Reads assignments: `active_tasks=1`, `current_task=Counting ducks`, `capabilities.session=true`.
 * A field without a value says nothing any more.
 *
 * @param texts The assignments, in their order.
 * @returns What they set; null for what is to say nothing.
 * @throws {InputError} One is no assignment, or its value is not allowed.
 */
export function parseAssignments(texts: readonly string[]): RuntimeReport {
  const fields: Record<string, unknown> = {};
  const capabilities: Record<string, unknown> = {};
  for (const text of texts) {
    const [, spaced = "", value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const key = spaced.trim();
    if (value === undefined) {
      throw usageError(`Cannot set '${neutralise(text, 60)}': expected KEY=VALUE`);
    }
    const [, capability] = /^capabilities\.(.*)$/s.exec(key) ?? [];
    if (CAPABILITIES.some((name) => name === capability)) {
      capabilities[capability ?? ""] = parsed(value);
    } else if (isReportField(key) && key !== "capabilities") {
      fields[key] = TEXTS.includes(key) && value !== "" ? reportText(value) : parsed(value);
    } else {
      throw usageError(`Unknown field '${neutralise(key, 60)}': expected ${EXPECTED}`);
    }
  }
  const { problem, report } = checkedReport({
    ...fields,
    ...(Object.keys(capabilities).length > 0 && { capabilities }),
  });
  if (report === undefined) throw usageError(`Cannot set ${problem}`);
  return report;
}

/**
 * Sets fields of a report, and leaves the others as they are.
 *
 * @param report The report so far.
 * @param assignments What to set.
 */
export function assigned(report: RuntimeReport, assignments: RuntimeReport): RuntimeReport {
  const { capabilities } = assignments;
  return {
    ...report,
    ...assignments,
    ...(capabilities && { capabilities: { ...report.capabilities, ...capabilities } }),
  };
}

function parsed(value: string): unknown {
  if (value === "") return null;
  if (value === "true" || value === "false") return value === "true";
  return /^-?\d{1,16}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
}
