import * as v from "valibot";

const Text = v.fallback(v.string(), "");

/** A line of the results file is ours to tell of when it names a delegation and what became of it. */
const Line = v.pipe(
  v.string(),
  v.parseJson(),
  v.custom((value) => !Array.isArray(value)),
  v.object({
    delegation_id: v.pipe(v.string(), v.nonEmpty()),
    target_id: Text,
    source_id: Text,
    status: v.pipe(v.string(), v.nonEmpty()),
    summary: Text,
    response_preview: Text,
    error: Text,
    timestamp: v.fallback(v.pipe(v.number(), v.finite()), 0),
  }),
);

/** A result as one line of the results file holds it. */
export type ResultRecord = v.InferOutput<typeof Line>;

/**
 * Reads one line of the results file.
 *
 * @param line The line, without its line break.
 * @returns The record, or undefined when the line is no JSON object that names a delegation and its
 * status. Another field that is missing or of another type is "" (or 0): it costs no result.
 */
export function parseResultLine(line: string): ResultRecord | undefined {
  const record = v.safeParse(Line, line);
  return record.success ? record.output : undefined;
}
