import type { Family } from "./measured.ts";

/** A family, and what tells its series apart. */
export interface FamilyDefinition extends Family {
  readonly labels: readonly string[];
}

/**
 * Every family that is written. Names follow https://prometheus.io/docs/practices/naming/. A family is
 * either of a workspace or of a process: a process is named by the first of its workspaces, since no
 * two series of a machine may have the same labels, whichever sidecar has written them.
 */
export const FAMILIES = {
  info: {
    name: "workspace_beat_info",
    type: "gauge",
    labels: ["workspace", "process", "version"],
    help: "Always 1: which process keeps the workspace alive, and that one's version.",
  },
  startTime: {
    name: "workspace_beat_start_time_seconds",
    type: "gauge",
    labels: ["workspace"],
    help: "When the workspace's sidecar was started, in seconds since 1970.",
  },
  interval: {
    name: "workspace_beat_interval_seconds",
    type: "gauge",
    labels: ["workspace"],
    help: "Seconds between two beats, as set.",
  },
  beats: {
    name: "workspace_beat_beats_total",
    type: "counter",
    labels: ["workspace", "outcome"],
    help: "Beats that were sent, by what became of them: ok is an accepted one.",
  },
  beatSeconds: {
    name: "workspace_beat_beat_seconds",
    type: "histogram",
    labels: ["workspace"],
    help: "Seconds from sending a beat to its outcome.",
  },
  lastAccepted: {
    name: "workspace_beat_last_accepted_beat_timestamp_seconds",
    type: "gauge",
    labels: ["workspace"],
    help: "When the last accepted beat ended, in seconds since 1970; 0 when there was none yet.",
  },
  consecutiveFailures: {
    name: "workspace_beat_consecutive_failures",
    type: "gauge",
    labels: ["workspace"],
    help: "Beats that have failed since the last accepted one.",
  },
  clockOffset: {
    name: "workspace_beat_clock_offset_seconds",
    type: "gauge",
    labels: ["workspace"],
    help: "Seconds by which the platform's clock is ahead of this machine's; absent until known.",
  },
  workspaceState: {
    name: "workspace_beat_workspace_state",
    type: "gauge",
    labels: ["workspace", "state"],
    help: "1 for what the platform says of the workspace, 0 for the other states.",
  },
  tokenSource: {
    name: "workspace_beat_token_source",
    type: "gauge",
    labels: ["workspace", "source"],
    help: "1 for where the token in use comes from, 0 for the other sources.",
  },
  tokenChanged: {
    name: "workspace_beat_token_changed_timestamp_seconds",
    type: "gauge",
    labels: ["workspace"],
    help: "When the token in use was written or issued, in seconds since 1970; absent if unknown.",
  },
  polls: {
    name: "workspace_beat_polls_total",
    type: "counter",
    labels: ["workspace"],
    help: "Requests for the listing of delegations.",
  },
  failedPolls: {
    name: "workspace_beat_polls_failed_total",
    type: "counter",
    labels: ["workspace"],
    help: "Requests for the listing of delegations that did not get it.",
  },
  resultsDelivered: {
    name: "workspace_beat_results_delivered_total",
    type: "counter",
    labels: ["workspace"],
    help: "Results that were written for the agent.",
  },
  resultsPending: {
    name: "workspace_beat_results_pending",
    type: "gauge",
    labels: ["workspace"],
    help: "Results that are known and have not been written for the agent yet.",
  },
  resultsUnwoken: {
    name: "workspace_beat_results_unwoken",
    type: "gauge",
    labels: ["workspace"],
    help: "Results that were written, and that the agent has not been woken for yet.",
  },
  rejectedRows: {
    name: "workspace_beat_rejected_rows_total",
    type: "counter",
    labels: ["workspace"],
    help: "Rows of the platform that were malformed or another workspace's, and not delivered.",
  },
  wakes: {
    name: "workspace_beat_wakes_total",
    type: "counter",
    labels: ["workspace"],
    help: "Wakes that were sent, every try counted.",
  },
  failedWakes: {
    name: "workspace_beat_wakes_failed_total",
    type: "counter",
    labels: ["workspace"],
    help: "Wakes that did not reach the agent, every try counted.",
  },
  notes: {
    name: "workspace_beat_notes_total",
    type: "counter",
    labels: ["workspace"],
    help: "Notes that were sent to the user, every try counted.",
  },
  failedNotes: {
    name: "workspace_beat_notes_failed_total",
    type: "counter",
    labels: ["workspace"],
    help: "Notes that the platform did not take, every try counted.",
  },
  journalBytes: {
    name: "workspace_beat_journal_bytes",
    type: "gauge",
    labels: ["workspace"],
    help: "Bytes of the journal; absent while there is none.",
  },
  residentMemory: {
    name: "workspace_beat_resident_memory_bytes",
    type: "gauge",
    labels: ["process"],
    help: "Bytes of memory that the process holds.",
  },
  heapUsed: {
    name: "workspace_beat_heap_used_bytes",
    type: "gauge",
    labels: ["process"],
    help: "Bytes of its JavaScript heap that the process uses.",
  },
  writtenAt: {
    name: "workspace_beat_metrics_timestamp_seconds",
    type: "gauge",
    labels: ["process"],
    help:
      "When the process measured all this, in seconds since 1970: it stands still when it hangs.",
  },
} as const satisfies Record<string, FamilyDefinition>;

/** The code's name of a family. */
export type FamilyName = keyof typeof FAMILIES;
