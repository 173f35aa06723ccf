import * as v from "valibot";
import { counted, neutralise } from "../text.ts";
import { CAPABILITIES, type CapabilityName } from "./agent_state.ts";

/**
 * What the agent writes into the report file: each field may be left out or null, and fields that
 * are not known are ignored. `schemas/runtime_report.schema.json` says the same to other languages.
 */
export interface RuntimeReport {
  /** Requests since the agent began; fewer than before mean that it has begun anew. */
  readonly requests_total?: number | null | undefined;
  /** Those of them that failed. */
  readonly errors_total?: number | null | undefined;
  /** The last error's text. */
  readonly sample_error?: string | null | undefined;
  /** Tasks under way. */
  readonly active_tasks?: number | null | undefined;
  /** What the agent is doing. */
  readonly current_task?: string | null | undefined;
  /** Why the runtime is stuck; null or "" when it is not. */
  readonly wedged?: string | null | undefined;
  /** What the agent does itself, by the platform's names. */
  readonly capabilities?: Capabilities | null | undefined;
  /** After how many seconds of silence a turn is cut off; it counts only when positive. */
  readonly idle_timeout_seconds?: number | null | undefined;
  /** What the agent has spent this month, in US cents. */
  readonly monthly_spend?: number | null | undefined;
  /** The agent's process: when it is gone, no task is under way. */
  readonly pid?: number | null | undefined;
  /** When this was written: RFC 3339 with its zone, or epoch seconds. */
  readonly updated_at?: string | number | null | undefined;
}

/** The capabilities in a report. */
export type Capabilities = { readonly [Name in CapabilityName]?: boolean | null | undefined };

/** The name of a field of a report. */
export type ReportField = keyof RuntimeReport;

/** The largest report file that is read, in bytes. */
export const LARGEST_REPORT_BYTES = 64 * 1024;

/** The platform's columns are int32 (contract 1.1). */
const LARGEST_INT32 = 2 ** 31 - 1;
/** Year 5138: what is larger was meant in milliseconds. */
const LARGEST_EPOCH_SECONDS = 1e11;
const RFC_3339 =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

function wholeNumber(least: number, most: number) {
  const allowed = `a whole number from ${least} to ${most}`;
  return v.nullish(
    v.pipe(
      v.number(allowed),
      v.integer(allowed),
      v.minValue(least, allowed),
      v.maxValue(most, allowed),
    ),
  );
}

const Text = v.nullish(v.string("text"));
const Flag = v.nullish(v.boolean("true or false"));

/** A JSON object: valibot's own takes a list for one. */
function jsonObject(allowed: string) {
  return v.custom<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    allowed,
  );
}

const MOMENT_ALLOWED = "an RFC 3339 time with its zone, such as 2026-11-24T06:30:00Z, or epoch " +
  "seconds";

const FIELDS = {
  requests_total: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  errors_total: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  sample_error: Text,
  active_tasks: wholeNumber(0, LARGEST_INT32),
  current_task: Text,
  wedged: Text,
  capabilities: v.nullish(v.pipe(
    jsonObject("an object of booleans"),
    v.looseObject({
      heartbeat: Flag,
      scheduler: Flag,
      session: Flag,
      status_mgmt: Flag,
      retry: Flag,
      activity_decoration: Flag,
      channel_dispatch: Flag,
    }),
  )),
  idle_timeout_seconds: wholeNumber(-LARGEST_INT32, LARGEST_INT32),
  monthly_spend: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  pid: wholeNumber(1, LARGEST_INT32),
  updated_at: v.nullish(v.union([
    v.pipe(v.string(), v.regex(RFC_3339, MOMENT_ALLOWED)),
    v.pipe(
      v.number(),
      v.minValue(0, MOMENT_ALLOWED),
      v.maxValue(LARGEST_EPOCH_SECONDS, MOMENT_ALLOWED),
    ),
  ], MOMENT_ALLOWED)),
} as const satisfies Record<ReportField, unknown>;

/** The names of all fields. */
export const REPORT_FIELDS: readonly ReportField[] = Object.keys(FIELDS).filter(isReportField);

/** Whether a report has a field of this name. */
export function isReportField(name: string): name is ReportField {
  return Object.hasOwn(FIELDS, name);
}

/** Fields that are not known stay in it, for whoever changes it. */
const Report = v.pipe(jsonObject("one JSON object"), v.looseObject(FIELDS));

/** A report, or what is wrong with it. */
export type ParsedReport =
  | { readonly report: RuntimeReport; readonly problem?: undefined }
  | { readonly report?: undefined; readonly problem: string };

/**
 * Reads the text of a report file.
 *
 * @param text The text.
 * @returns The report, with the fields that are not known; or what is wrong, without a word of the
 * text that could be a secret.
 *
 * @example
 * ```ts
 * import { parseRuntimeReport } from "./runtime_report.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseRuntimeReport('{"active_tasks": 1}').report, { active_tasks: 1 });
 * assertEquals(
 *   parseRuntimeReport('{"active_tasks": -1}').problem,
 *   "'active_tasks': expected a whole number from 0 to 2147483647: current value is -1",
 * );
 * ```
 */
export function parseRuntimeReport(text: string): ParsedReport {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, "")); // as .NET and PowerShell begin a file
  } catch {
    // The parser's own words would quote the text.
    const what = text.trim() === "" ? "it is empty" : "it is no JSON, or a part of it";
    return { problem: `expected one JSON object: ${what}` };
  }
  return checkedReport(value);
}

/**
 * Checks a value that is meant as a report.
 *
 * @param value The value.
 */
export function checkedReport(value: unknown): ParsedReport {
  const { success, output, issues } = v.safeParse(Report, value, { abortEarly: true });
  if (success) return { report: output };
  const [{ path, message, input }] = issues;
  const expected = `expected ${message}: current value is ${shown(input)}`;
  return { problem: path === undefined ? expected : `'${v.getDotPath(issues[0])}': ${expected}` };
}

/** Text is not shown: it may hold a secret, and its kind says enough. */
function shown(value: unknown): string {
  if (typeof value === "string") return `text of ${counted(value.length, "character")}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return neutralise(String(value), 60);
}

/**
 * When a report was written, in epoch milliseconds.
 *
 * @param report The report.
 * @returns The time, or undefined when it does not say.
 */
export function writtenAt({ updated_at: moment }: RuntimeReport): number | undefined {
  if (typeof moment === "number") return moment * 1000;
  return typeof moment === "string" ? Date.parse(moment) : undefined;
}

/**
 * The capabilities that a report declares.
 *
 * @param report The report.
 */
export function declaredCapabilities({ capabilities }: RuntimeReport): CapabilityName[] {
  return CAPABILITIES.filter((name) => capabilities?.[name] === true);
}
