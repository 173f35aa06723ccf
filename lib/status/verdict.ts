import { cut } from "../text.ts";
import { VERSION } from "../version.ts";
import { duration, timeOfDay } from "./_words.ts";
import type { FoundStatus } from "./read_status.ts";
import { type Status, STATUS_VERSION } from "./status.ts";

/** Whether all is well, and why. */
export interface Verdict {
  readonly isHealthy: boolean;
  /** How it is, in a word or two: "healthy", "in trouble", "stopped". */
  readonly word: string;
  /** What makes it so, on one line. */
  readonly reason: string;
}

/** When, and how old things may be. */
export interface VerdictOptions {
  /** The time of day, in epoch milliseconds. */
  readonly now: number;
  /** How old what counts may be, in seconds; undefined for what is usual. */
  readonly maxAgeSeconds?: number | undefined;
}

/** So many intervals old the last accepted beat may be (design.md, promise 10). */
const CONTACT_INTERVALS = 2;
/** A living sidecar writes its status every 30 s at the least: it may miss two of them. */
const ALIVE_SECONDS = 90;
/** A clock may be set back by that much, as time servers do it, without a word. */
const SKEW_MS = 5000;
/** Room for what the platform has said. */
const LONGEST_DETAIL = 200;

/**
 * Health means contact: healthy iff the last accepted beat is recent.
 *
 * @param found The status.
 * @param options When; by default the beat may be two intervals old.
 */
export function contactVerdict(found: FoundStatus, options: VerdictOptions): Verdict {
  const { now } = options;
  const { obstacle, status } = judged(found, now);
  if (status === undefined) return obstacle;
  const silentMs = now - Date.parse(status.written_at);
  const isSilent = isRunning(status) && silentMs > ALIVE_SECONDS * 1000;
  if (status.workspace.presence === "removed") {
    if (isSilent) return stale(silentMs);
    const waiting = isRunning(status) ? "; waiting until it is there again" : "";
    return unhealthy("removed", `the workspace was removed from the platform${waiting}`);
  }
  if (status.last_accepted_beat === null) {
    return isSilent ? stale(silentMs) : neverAccepted(status, now);
  }
  const { maxAgeSeconds = CONTACT_INTERVALS * status.interval_seconds } = options;
  const acceptedAt = Date.parse(status.last_accepted_beat);
  const ageMs = now - acceptedAt;
  if (ageMs < -SKEW_MS) return inFuture("last beat was accepted", -ageMs);
  if (ageMs <= maxAgeSeconds * 1000) {
    const word = status.state === "paused" ? "paused" : "healthy";
    const reason = `last beat ${ago(ageMs)}${paused(status)}${lastFailure(status)}`;
    return { isHealthy: true, word, reason };
  }
  if (isSilent) return stale(silentMs);
  const since = `${timeOfDay(acceptedAt, now)}, ${ago(ageMs)}`;
  if (status.attempts === 0) {
    return unhealthy("late", `last beat at ${since}, more than ${duration(maxAgeSeconds)}`);
  }
  return unhealthy("in trouble", `no beat accepted since ${since}${trouble(status, now)}`);
}

/**
 * Whether the sidecar itself is alive, whatever the platform says: healthy iff it keeps writing.
 *
 * @param found The status.
 * @param options When; by default the status may be 90 s old.
 */
export function aliveVerdict(found: FoundStatus, options: VerdictOptions): Verdict {
  const { maxAgeSeconds = ALIVE_SECONDS, now } = options;
  const { obstacle, status } = judged(found, now);
  if (status === undefined) return obstacle;
  if (status.state === "once") {
    return unhealthy("over", `it did a single turn, ${ago(now - Date.parse(status.written_at))}`);
  }
  const ageMs = now - Date.parse(status.written_at);
  if (ageMs > maxAgeSeconds * 1000) return stale(ageMs);
  return { isHealthy: true, word: "alive", reason: `status written ${ago(ageMs)}` };
}

/**
 * The verdict on all workspaces together: each has to be healthy. Of a single one it is its own.
 *
 * @param verdicts Each workspace's, with its name; one at the least.
 */
export function worstVerdict(
  verdicts: readonly (readonly [name: string, verdict: Verdict])[],
): Verdict {
  const [single, ...others] = verdicts;
  if (single !== undefined && others.length === 0) return single[1];
  const unwell = verdicts.filter(([, { isHealthy }]) => !isHealthy);
  const [worst] = unwell.toSorted(([, one], [, other]) => rank(one) - rank(other));
  if (worst === undefined) {
    return { isHealthy: true, word: "healthy", reason: `all ${verdicts.length} workspaces` };
  }
  const [name, { reason, word }] = worst;
  return unhealthy(
    "not healthy",
    `${unwell.length} of ${verdicts.length} workspaces; ${name} is ${word}: ${reason}`,
  );
}

/** What is worst comes first; what is not here comes last. */
const WORST_FIRST = ["removed", "stopped", "stale", "in trouble", "late"];

function rank({ word }: Verdict): number {
  const place = WORST_FIRST.indexOf(word);
  return place === -1 ? WORST_FIRST.length : place;
}

/** A status that says how a sidecar is that has not been stopped; or why there is none. */
function judged(found: FoundStatus, now: number):
  | { readonly status: Status; readonly obstacle?: undefined }
  | { readonly status?: undefined; readonly obstacle: Verdict } {
  switch (found.kind) {
    case "missing":
      return {
        obstacle: unhealthy("unknown", `there is no '${found.file}': no sidecar has written one`),
      };
    case "unreadable":
      return { obstacle: unhealthy("unknown", found.problem) };
    case "torn":
      return {
        obstacle: unhealthy("unknown", `cannot use the status file '${found.file}': ${found.why}`),
      };
    case "other_version":
      return { obstacle: unhealthy("unknown", otherVersion(found)) };
  }
  const { status } = found;
  const aheadMs = Date.parse(status.written_at) - now;
  if (aheadMs > SKEW_MS) return { obstacle: inFuture("status was written", aheadMs) };
  if (status.state === "stopped") return { obstacle: stopped(status, now) };
  return { status };
}

function otherVersion(
  { file, version, writtenBy }: Extract<FoundStatus, { kind: "other_version" }>,
): string {
  const writer = writtenBy === "" ? "another program" : `workspace-beat ${cut(writtenBy, 32)}`;
  return `the status file '${file}' has version ${version}, written by ${writer}, and this is ` +
    `workspace-beat ${VERSION}, which reads version ${STATUS_VERSION}: ask with the program that runs`;
}

function stopped({ ended, written_at }: Status, now: number): Verdict {
  const at = Date.parse(ended?.at ?? written_at);
  const how = ended === null ? "" : ` with exit code ${ended.exit_code}: ${ended.reason}`;
  return unhealthy("stopped", `${timeOfDay(at, now)}, ${ago(now - at)}${how}`);
}

function neverAccepted(status: Status, now: number): Verdict {
  const sinceMs = now - Date.parse(status.started_at);
  if (status.attempts === 0 && isRunning(status)) {
    return unhealthy("starting", `no beat accepted yet, started ${ago(sinceMs)}`);
  }
  const word = "in trouble";
  return unhealthy(
    word,
    `no beat accepted since the start, ${ago(sinceMs)}${trouble(status, now)}`,
  );
}

/** Whether somebody is there to write it again. */
function isRunning({ state }: Status): boolean {
  return state !== "once";
}

function stale(silentMs: number): Verdict {
  return unhealthy(
    "stale",
    `status last written ${ago(silentMs)}: the sidecar was killed, hangs, or cannot write it`,
  );
}

function inFuture(what: string, aheadMs: number): Verdict {
  return unhealthy(
    "unknown",
    `the ${what} ${duration(aheadMs / 1000)} in the future: a clock was set, here or there`,
  );
}

function paused({ workspace }: Status): string {
  if (workspace.presence !== "resting") return "";
  return `; the workspace is ${cut(workspace.status, 64)} on the platform, beats go on`;
}

/** A failure that is not trouble yet. */
function lastFailure({ attempts, last_outcome }: Status): string {
  if (attempts === 0 || last_outcome === null) return "";
  const tries = attempts === 1 ? "try" : "tries";
  return `; ${attempts} failed ${tries} since: ${cut(last_outcome.detail, LONGEST_DETAIL)}`;
}

function trouble(status: Status, now: number): string {
  const { ended, last_outcome, next_beat } = status;
  const what = last_outcome === null ? "" : `: ${cut(last_outcome.detail, LONGEST_DETAIL)}`;
  if (ended !== null) return `${what}; ended with exit code ${ended.exit_code}`;
  const waitMs = next_beat === null ? 0 : Date.parse(next_beat) - now;
  return `${what}; next attempt ${waitMs >= 1000 ? `in ${duration(waitMs / 1000)}` : "now"}`;
}

function ago(ms: number): string {
  return `${duration(ms / 1000)} ago`;
}

function unhealthy(word: string, reason: string): Verdict {
  return { isHealthy: false, word, reason };
}
