import { counted } from "../text.ts";
import { duration, size } from "./_words.ts";
import type { Status } from "./status.ts";

/**
 * What a status says beside its verdict, for a person: names and values.
 *
 * @param status The status.
 * @param now The time of day, in epoch milliseconds.
 */
export function statusTable(
  status: Status,
  now: number,
): readonly (readonly [name: string, value: string])[] {
  const { beats, memory, notes, polls, results, token, wakes } = status;
  const since = (stamp: string) => `${duration((now - Date.parse(stamp)) / 1000)} ago`;
  const perhaps = (stamp: string | null) => stamp === null ? "never" : since(stamp);
  const offset = status.platform_clock_offset_seconds;
  return [
    ["workspace", `${status.workspace_id}${presence(status)}`],
    ["platform", status.platform_url],
    [
      "beats",
      `${beats.succeeded} accepted, ${beats.failed} failed, every ${status.interval_seconds} s`,
    ],
    ["last beat", perhaps(status.last_accepted_beat)],
    ["last answer", lastAnswer(status, since)],
    [
      "outage",
      status.outage_since === null
        ? "none"
        : `since ${since(status.outage_since)}, ${counted(status.attempts, "failed attempt")}`,
    ],
    ["platform clock", offset === null ? "unknown" : clock(offset)],
    [
      "token",
      token.changed_at === null
        ? TOKEN_SOURCE[token.source]
        : `${TOKEN_SOURCE[token.source]}, changed ${since(token.changed_at)}`,
    ],
    [
      "results",
      `${results.delivered} delivered, ${results.pending} pending, ` +
      `${results.unwoken} not woken for, ${counted(results.rejected_rows, "row")} rejected`,
    ],
    ["last result", perhaps(results.last_delivered)],
    ["polls", `${polls.succeeded} answered, ${polls.failed} failed`],
    ["wakes", `${wakes.succeeded} delivered, ${wakes.failed} failed`],
    ["notes", `${notes.succeeded} delivered, ${notes.failed} failed`],
    ["journal", status.journal_bytes === null ? "none" : size(status.journal_bytes)],
    ["memory", `${size(memory.rss_bytes)}, ${size(memory.heap_used_bytes)} of it used by the heap`],
    [
      "process",
      `${status.pid}, workspace-beat ${status.sidecar_version}, ` +
      `started ${since(status.started_at)}`,
    ],
    ["written", since(status.written_at)],
  ];
}

const TOKEN_SOURCE: Readonly<Record<Status["token"]["source"], string>> = {
  file: "from its file",
  issued: "issued by the platform, not saved yet",
  environment: "from the environment",
  none: "none",
};

function presence({ workspace }: Status): string {
  const { presence, since, status } = workspace;
  if (presence === "unknown") return "";
  const word = status === "" ? presence : status;
  return since === null ? `, ${word}` : `, ${word} on the platform`;
}

function lastAnswer({ last_outcome }: Status, since: (stamp: string) => string): string {
  if (last_outcome === null) return "none yet";
  const { at, detail, kind, seconds } = last_outcome;
  return `${kind}: ${detail}, ${since(at)}, after ${seconds} s`;
}

function clock(seconds: number): string {
  if (Math.abs(seconds) < 2) return "like this one";
  return `${duration(Math.abs(seconds))} ${seconds > 0 ? "ahead" : "behind"}`;
}
