import { isoTime } from "../iso_time.ts";
import { VERSION } from "../version.ts";
import type { RequestSigns, VitalSigns } from "../vitals/mod.ts";
import type { Ending } from "./ending.ts";
import { type Status, STATUS_PROGRAM, STATUS_VERSION } from "./status.ts";

/** What {@linkcode statusOf} says beside what happens. */
export interface StatusOptions {
  readonly workspaceId: string;
  readonly platformUrl: string;
  /** Seconds between beats. */
  readonly intervalSeconds: number;
  /** The file is written so often at the least, in seconds. */
  readonly refreshSeconds: number;
  /** Takes secrets out of what somebody else has said. */
  readonly mask: (text: string) => string;
  /** When it is written, in epoch milliseconds. */
  readonly at: number;
  /** How the sidecar has ended; undefined while it runs. */
  readonly ending: Ending | undefined;
}

/**
 * Says how a sidecar is.
 *
 * @param signs What has happened.
 * @param options Whose, and when.
 */
export function statusOf(signs: VitalSigns, options: StatusOptions): Status {
  const { ending, mask } = options;
  const { beats, memory, results, token, workspace } = signs;
  const { last, outage } = beats;
  return {
    program: STATUS_PROGRAM,
    version: STATUS_VERSION,
    sidecar_version: VERSION,
    pid: Deno.pid,
    started_at: stamp(signs.startedAt),
    written_at: stamp(options.at),
    refresh_seconds: options.refreshSeconds,
    state: stateOf(signs, ending),
    ended: ending === undefined
      ? null
      : { at: stamp(options.at), exit_code: ending.exitCode, reason: ending.reason },
    workspace_id: options.workspaceId,
    platform_url: options.platformUrl,
    interval_seconds: options.intervalSeconds,
    workspace: {
      presence: workspace.presence,
      status: mask(workspace.status),
      since: perhapsStamp(workspace.since),
    },
    last_accepted_beat: perhapsStamp(beats.lastSucceededAt),
    next_beat: ending === undefined ? perhapsStamp(beats.nextDueAt) : null,
    outage_since: perhapsStamp(outage?.since),
    attempts: outage?.attempts ?? 0,
    last_outcome: last === undefined ? null : {
      kind: last.kind,
      http_status: last.httpStatus ?? null,
      detail: mask(last.detail),
      at: stamp(last.at),
      seconds: Math.max(0, Math.round(last.seconds * 1000) / 1000),
    },
    platform_clock_offset_seconds: signs.clockOffsetSeconds ?? null,
    token: { source: token.source, changed_at: perhapsStamp(token.changedAt) },
    beats: requests(beats),
    polls: requests(signs.polls),
    wakes: requests(signs.wakes),
    notes: requests(signs.notes),
    results: {
      pending: signs.resultsPending,
      unwoken: signs.resultsUnwoken,
      delivered: results.delivered,
      last_delivered: perhapsStamp(results.lastDeliveredAt),
      rejected_rows: results.rejectedRows,
    },
    journal_bytes: signs.journalBytes ?? null,
    memory: {
      rss_bytes: memory.rss,
      heap_used_bytes: memory.heapUsed,
      heap_total_bytes: memory.heapTotal,
      external_bytes: memory.external,
    },
  };
}

function stateOf({ workspace }: VitalSigns, ending: Ending | undefined): Status["state"] {
  if (ending !== undefined) return ending.wasOnce ? "once" : "stopped";
  if (workspace.presence === "removed") return "removed";
  return workspace.presence === "resting" ? "paused" : "running";
}

function requests({ failed, lastSucceededAt, succeeded }: RequestSigns): Status["beats"] {
  return { succeeded, failed, last_succeeded: perhapsStamp(lastSucceededAt) };
}

function perhapsStamp(at: number | undefined): string | null {
  return at === undefined ? null : stamp(at);
}

/** The end of the year 9999: a file may say that it was written in any year. */
const LAST_STAMP = Date.UTC(9999, 11, 31);

function stamp(at: number): string {
  return isoTime(Math.min(Math.max(at, 0), LAST_STAMP));
}
