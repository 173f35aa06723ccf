/** @import { PageWorkspace } from "../page_workspace.ts" */
import { clock, count, span } from "./words.js";

/**
 * What is to be said about a workspace.
 *
 * @typedef {object} Judgement
 * @property {"trouble" | "waiting" | "fine" | "resting"} verdict How it is.
 * @property {number} since Since when, on the platform's clock.
 * @property {string} what It in words that stay the same while it is so: "has not beaten since 14:03:12".
 * @property {string} now How long that has been, which changes with every second, or "".
 * @property {string} why What is known about the reason, or "".
 * @property {string} expiry When the platform gives it up, or "".
 * @property {boolean} isSilent Whether nothing keeps it from that.
 */

/** Lines up the verdicts: what needs somebody comes first. */
const ORDER = ["trouble", "waiting", "fine", "resting"];
const RESTING = ["paused", "hibernated", "hibernating"];
const DOWN = ["offline", "failed", "awaiting_agent"];

/** What the sidecar's interval is by default, and the least and most that it can be. */
const USUAL_MS = 30_000;
const LEAST_MS = 5_000;
const MOST_MS = 60_000;
const BEATS_LOOKED_AT = 12;
/** One may be a token that was just rotated. */
const FAILURES_OF_TROUBLE = 2;

/**
 * Tells how far apart a workspace's beats usually are: as far as most of the latest are at most.
 *
 * @param {Pick<PageWorkspace, "moments">} workspace The workspace.
 * @returns {number} Milliseconds.
 */
export function usualInterval({ moments }) {
  const beats = moments.filter(({ kind }) => kind === "beat").slice(-BEATS_LOOKED_AT - 1);
  const steps = beats.slice(1).map(({ at }, n) => at - (beats[n]?.at ?? at)).sort((a, b) => a - b);
  const upper = steps[Math.floor(steps.length * 3 / 4)] ?? USUAL_MS;
  return Math.min(Math.max(upper, LEAST_MS), MOST_MS);
}

/**
 * Tells from which silence on a workspace is late. It is healthy up to two intervals.
 *
 * @param {Pick<PageWorkspace, "moments">} workspace The workspace.
 * @returns {number} Milliseconds.
 */
export function lateAfter(workspace) {
  return 2 * usualInterval(workspace);
}

/**
 * Tells whether a workspace tries to beat, and does not get through.
 *
 * @param {Pick<PageWorkspace, "failing">} workspace The workspace.
 * @returns {boolean} Whether it is so.
 */
export function isFailing({ failing }) {
  return failing !== null && failing.count >= FAILURES_OF_TROUBLE;
}

/**
 * Judges a workspace.
 *
 * @param {PageWorkspace} workspace The workspace.
 * @param {number} now The platform's time.
 * @returns {Judgement} What is to be said about it.
 */
export function judge(workspace, now) {
  const { status, statusSince, lastBeatAt, createdAt } = workspace;
  const said = {
    ...{ since: statusSince, now: "", why: "", expiry: expiry(workspace, now) },
    isSilent: false,
  };
  if (status === "removed") {
    return { ...said, verdict: "resting", what: `was deleted at ${clock(statusSince)}` };
  }
  if (RESTING.includes(status)) {
    return { ...said, verdict: "resting", what: `has been ${status} since ${clock(statusSince)}` };
  }
  const isDown = DOWN.includes(status);
  const isLate = lastBeatAt !== null && now - lastBeatAt > lateAfter(workspace);
  if (isFailing(workspace) || isDown || isLate) {
    const since = lastBeatAt ?? createdAt;
    const what = lastBeatAt === null
      ? `has not beaten once since ${clock(createdAt)}`
      : `has not beaten since ${clock(lastBeatAt)}`;
    const why = attempts(workspace);
    const ago = `${span(now - since)} ago`;
    return { ...said, verdict: "trouble", isSilent: true, since, what, why, now: ago };
  }
  if (status === "degraded") {
    const what = `has been degraded since ${clock(statusSince)}`;
    const time = `for ${span(now - statusSince)}`;
    return { ...said, verdict: "trouble", what, now: time, why: complaint(workspace) };
  }
  if (lastBeatAt === null) {
    const what = "has not beaten yet";
    return { ...said, verdict: "waiting", since: createdAt, what, why: "start its sidecar" };
  }
  const every = Math.round(usualInterval(workspace) / 1000);
  const what = workspace.beats > 2 ? `beats every ${every} s or so` : "beats";
  const last = `last ${span(now - lastBeatAt)} ago`;
  return { ...said, verdict: "fine", since: lastBeatAt, what, now: last };
}

/**
 * Orders workspaces: those in trouble first, the longest first; those alike by their names.
 *
 * @template {{ workspace: PageWorkspace, judgement: Judgement }} T
 * @param {readonly T[]} judged The workspaces.
 * @returns {T[]} In order.
 */
export function inOrder(judged) {
  return judged.toSorted((a, b) =>
    ORDER.indexOf(a.judgement.verdict) - ORDER.indexOf(b.judgement.verdict) ||
    (a.judgement.verdict === "trouble" ? a.judgement.since - b.judgement.since : 0) ||
    a.workspace.name.localeCompare(b.workspace.name)
  );
}

/**
 * Sums up how many workspaces are how.
 *
 * @param {readonly Judgement[]} judgements What is to be said about each.
 * @returns {string} "1 of 3 workspaces is in trouble".
 */
export function verdictOfAll(judgements) {
  const all = judgements.length;
  const of = (/** @type {Judgement["verdict"]} */ verdict) =>
    judgements.filter((judgement) => judgement.verdict === verdict).length;
  if (all === 0) return "There is no workspace yet";
  const [trouble, waiting, fine, resting] = [
    of("trouble"),
    of("waiting"),
    of("fine"),
    of("resting"),
  ];
  if (trouble > 0) {
    return `${trouble} of ${count(all, "workspace")} ${trouble === 1 ? "is" : "are"} in trouble`;
  }
  const parts = [
    fine > 0 ? `${fine} of ${count(all, "workspace")} ${fine === 1 ? "beats" : "beat"}` : "",
    waiting > 0 ? `${waiting} ${waiting === 1 ? "has" : "have"} not beaten yet` : "",
    resting > 0 ? `${resting} ${resting === 1 ? "is" : "are"} paused or deleted` : "",
  ];
  return `Nothing is in trouble: ${parts.filter((part) => part !== "").join(", ")}`;
}

/**
 * @param {PageWorkspace} workspace
 * @returns {string}
 */
function attempts({ failing, status, statusSince }) {
  const parts = [];
  if (failing !== null) {
    const tried = failing.count === 1 ? "its last attempt" : `its last ${failing.count} attempts`;
    const got = /^\d/.test(failing.why) ? `got ${failing.why}` : `failed, as ${failing.why}`;
    parts.push(`${tried} ${got}`);
  } else {
    parts.push("nothing comes from it");
  }
  if (DOWN.includes(status)) parts.push(`${status} since ${clock(statusSince)}`);
  return parts.join("; ");
}

/**
 * @param {PageWorkspace} workspace
 * @returns {string}
 */
function complaint({ complaint }) {
  return complaint === "" ? "many of its requests fail" : `it says: ${complaint}`;
}

/**
 * @param {PageWorkspace} workspace
 * @param {number} now
 * @returns {string}
 */
function expiry({ status, expiresAt }, now) {
  if (status !== "online" && status !== "degraded") return "";
  return expiresAt === null
    ? "not watched until it registers"
    : `expires in ${span(Math.ceil((expiresAt - now) / 1000) * 1000)}`;
}
