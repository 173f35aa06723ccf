import * as v from "valibot";

/** The version of the status file's format. */
export const STATUS_VERSION = 1;
/** What stands first in every status file, whatever its version. */
export const STATUS_PROGRAM = "workspace-beat";

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A moment that there is: one that no clock shows would be of no age, and never old. */
const Stamp = v.pipe(
  v.string(),
  v.regex(
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/,
  ),
);
const PerhapsStamp = v.nullable(Stamp);
const Requests = v.object({ succeeded: Count, failed: Count, last_succeeded: PerhapsStamp });

/** What a status file of {@linkcode STATUS_VERSION} holds; fields that are not known are ignored. */
export const statusSchema = v.object({
  program: v.literal(STATUS_PROGRAM),
  version: v.literal(STATUS_VERSION),
  sidecar_version: v.string(),
  pid: Count,
  started_at: Stamp,
  written_at: Stamp,
  refresh_seconds: v.pipe(v.number(), v.minValue(0)),
  state: v.picklist(["running", "paused", "removed", "stopped", "once"]),
  ended: v.nullable(v.object({
    at: Stamp,
    exit_code: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(255)),
    reason: v.string(),
  })),
  workspace_id: v.string(),
  platform_url: v.string(),
  interval_seconds: v.pipe(v.number(), v.minValue(0)),
  workspace: v.object({
    presence: v.picklist(["unknown", "present", "resting", "removed"]),
    status: v.string(),
    since: PerhapsStamp,
  }),
  last_accepted_beat: PerhapsStamp,
  next_beat: PerhapsStamp,
  outage_since: PerhapsStamp,
  attempts: Count,
  last_outcome: v.nullable(v.object({
    kind: v.string(),
    http_status: v.nullable(Count),
    detail: v.string(),
    at: Stamp,
    seconds: v.pipe(v.number(), v.minValue(0)),
  })),
  platform_clock_offset_seconds: v.nullable(v.number()),
  token: v.object({
    source: v.picklist(["file", "issued", "environment", "none"]),
    changed_at: PerhapsStamp,
  }),
  beats: Requests,
  polls: Requests,
  wakes: Requests,
  notes: Requests,
  results: v.object({
    pending: Count,
    unwoken: Count,
    delivered: Count,
    last_delivered: PerhapsStamp,
    rejected_rows: Count,
  }),
  journal_bytes: v.nullable(Count),
  memory: v.object({
    rss_bytes: Count,
    heap_used_bytes: Count,
    heap_total_bytes: Count,
    external_bytes: Count,
  }),
});

/** How a sidecar is, as its status file says it. */
export type Status = v.InferOutput<typeof statusSchema>;

/** What the text of a status file holds. */
export type ParsedStatus =
  | { readonly kind: "status"; readonly status: Status }
  /** One that a program of another version has written. */
  | { readonly kind: "other_version"; readonly version: number; readonly writtenBy: string }
  /** Part of one, or something else. */
  | { readonly kind: "torn"; readonly why: string };

const Versioned = v.object({ version: v.number(), sidecar_version: v.fallback(v.string(), "") });

/**
 * Reads the text of a status file.
 *
 * @param text The text.
 */
export function parseStatus(text: string): ParsedStatus {
  if (text.trim() === "") return { kind: "torn", why: "it is empty" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "torn", why: "it is no whole JSON" };
  }
  const versioned = v.safeParse(Versioned, value);
  if (versioned.success && versioned.output.version !== STATUS_VERSION) {
    const { sidecar_version: writtenBy, version } = versioned.output;
    return { kind: "other_version", version, writtenBy };
  }
  const read = v.safeParse(statusSchema, value);
  if (read.success) return { kind: "status", status: read.output };
  const [issue] = read.issues;
  const path = v.getDotPath(issue);
  return {
    kind: "torn",
    why: path === null ? "it is no status" : `its '${path}' is not as it should be`,
  };
}
