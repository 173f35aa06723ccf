/** @import { PageMoment, PageWorkspace } from "../page_workspace.ts" */
import { drawn } from "./dom.js";
import { isFailing, lateAfter } from "./judgement.js";
import { clock, count, short, span } from "./words.js";

/** Where the lanes are, from the top. */
const BEATS_Y = 16;
const EVENTS_Y = 42;
const NOTES_Y = 66;
const DELEGATIONS_Y = 84;
const STEP_Y = 15;
const MOST_DELEGATIONS = 5;
const LEAST_MS = 60_000;
const MOST_MS = 10 * 60_000;
const OTHER_KINDS = ["status", "token", "registration", "fault"];

/**
 * The stretch of time that the timelines show.
 *
 * @typedef {object} Stretch
 * @property {number} from Its beginning, on the platform's clock.
 * @property {number} to Its end, which is now.
 */

/**
 * Chooses the stretch to show: all that has happened, but one minute at least and ten at most.
 *
 * @param {readonly PageWorkspace[]} workspaces The workspaces.
 * @param {number} now The platform's time.
 * @returns {Stretch} The stretch.
 */
export function stretch(workspaces, now) {
  const first = Math.min(...workspaces.map(({ createdAt }) => createdAt), now);
  return { from: now - Math.min(Math.max(now - first, LEAST_MS), MOST_MS), to: now };
}

/**
 * Finds the silences of a workspace that were too long.
 *
 * @param {PageWorkspace} workspace The workspace.
 * @param {number} now The platform's time.
 * @returns {Stretch[]} From the beat before each to the beat after it, or to now.
 */
export function gaps(workspace, now) {
  if (workspace.status === "removed") return [];
  const late = lateAfter(workspace);
  const sinceLast = isFailing(workspace) ? 0 : late;
  const beats = workspace.moments.filter(({ kind }) => kind === "beat").map(({ at }) => at);
  return beats
    .map((at, n) => ({ from: at, to: beats[n + 1] ?? now }))
    .filter(({ from, to }) => to - from > (to === now ? sinceLast : late));
}

/**
 * Tells in words what a timeline shows.
 *
 * @param {PageWorkspace} workspace The workspace.
 * @param {Stretch} shown What is shown.
 * @returns {string} "Timeline of the last 5 min: 9 beats, 1 wake".
 */
export function trackWords(workspace, shown) {
  const { from, to } = shown;
  const moments = workspace.moments.filter(({ at }) => at >= from);
  const of = (/** @type {readonly string[]} */ kinds) =>
    moments.filter(({ kind }) => kinds.includes(kind)).length;
  const parts = [
    [of(["beat"]), "beat"],
    [of(["failure"]), "failed beat"],
    [gaps(workspace, to).filter((gap) => gap.to > from).length, "gap"],
    [of(["wake"]), "wake"],
    [of(["note"]), "note"],
    [of(["message"]), "message"],
    [workspace.delegations.filter((one) => (one.deliveredAt ?? to) > from).length, "delegation"],
    [of(OTHER_KINDS), "other event"],
  ].flatMap(([number, thing]) => Number(number) > 0 ? [count(Number(number), `${thing}`)] : []);
  const what = parts.length === 0 ? "nothing yet" : parts.join(", ");
  return `Timeline of the last ${span(to - from)}: ${what}`;
}

/**
 * Draws a timeline.
 *
 * @param {SVGSVGElement} svg Where; what was there is replaced.
 * @param {PageWorkspace} workspace The workspace.
 * @param {Stretch} shown What is shown.
 */
export function drawTrack(svg, workspace, shown) {
  const { from, to } = shown;
  const x = (/** @type {number} */ at) =>
    `${(100 * Math.min(Math.max((at - from) / (to - from), 0), 1)).toFixed(2)}%`;
  const bar = (
    /** @type {string} */ kind,
    /** @type {Stretch} */ stretch,
    /** @type {number} */ y,
  ) => {
    const width = `${Math.max(parseFloat(x(stretch.to)) - parseFloat(x(stretch.from)), 0.4)}%`;
    const box = { x: x(stretch.from), y: String(y), width, height: kind === "gap" ? "20" : "8" };
    return drawn("rect", { class: kind, rx: "2", ...box });
  };
  const recent = workspace.delegations
    .filter(({ deliveredAt }) => (deliveredAt ?? to) > from)
    .slice(-MOST_DELEGATIONS);
  const height = DELEGATIONS_Y + Math.max(recent.length, 1) * STEP_Y;
  const lines = [BEATS_Y, EVENTS_Y, NOTES_Y].map((y) =>
    drawn("line", { class: "lane", x1: "0", x2: "100%", y1: String(y), y2: String(y) })
  );
  const marks = workspace.moments.filter(({ at }) => at >= from)
    .map((moment) => mark(moment, x(moment.at)));
  const silences = gaps(workspace, to).filter((gap) => gap.to > from)
    .map((gap) => titled(bar("gap", gap, BEATS_Y - 10), gapWords(gap, to)));
  const spans = recent.flatMap((one, n) => {
    const y = DELEGATIONS_Y + n * STEP_Y;
    const { sentAt, endedAt, deliveredAt } = one;
    const name = `Delegation ${short(one.id)}`;
    const sign = (/** @type {string} */ shape, /** @type {number | null} */ at) =>
      at === null || at < from
        ? []
        : [drawn("use", { href: `#${shape}`, x: x(at), y: String(y + 4), class: shape })];
    return [
      titled(bar("running", { from: sentAt, to: endedAt ?? to }, y), `${name} ${one.status}`),
      ...(endedAt === null ? [] : [
        titled(bar("undelivered", { from: endedAt, to: deliveredAt ?? to }, y), `${name} ended`),
      ]),
      ...(one.status === "failed" ? sign("failure", endedAt) : []),
      ...sign("delivered", deliveredAt),
    ];
  });
  svg.setAttribute("height", String(height));
  svg.replaceChildren(...lines, ...silences, ...marks, ...spans);
}

/**
 * Says what an instant was.
 *
 * @param {PageMoment} moment The instant.
 * @returns {string} It in words.
 */
export function momentWords({ kind, text, failed }) {
  switch (kind) {
    case "beat":
      return "Beat";
    case "failure":
      return /^\d/.test(text) ? `Beat answered with ${text}` : `Beat failed: ${text}`;
    case "note":
      return `Note to the user: ${text}`;
    case "wake":
      return failed ? `Wake failed: ${text}` : text === "" ? "Wake" : `Wake ${text}`;
    case "message":
      return failed ? `Message failed: ${text}` : "Message from another";
    case "registration":
      return failed ? `Registration refused: ${text}` : "Registered";
    case "status":
      return `Status: ${text}`;
    case "token":
      return "Token rotated";
    case "fault":
      return `Fault: ${text}`;
  }
}

/**
 * @param {Stretch} gap
 * @param {number} now
 * @returns {string}
 */
export function gapWords({ from, to }, now) {
  const until = to === now ? "now" : clock(to);
  return `No beat from ${clock(from)} to ${until} (${span(to - from)})`;
}

/**
 * @param {PageMoment} moment
 * @param {string} x
 * @returns {Element}
 */
function mark(moment, x) {
  const { kind, failed } = moment;
  const isBeat = kind === "beat" || kind === "failure";
  const y = isBeat ? BEATS_Y : kind === "note" ? NOTES_Y : EVENTS_Y;
  const shape = OTHER_KINDS.includes(kind) ? "status" : kind;
  const href = failed && kind !== "failure" ? "#failure" : `#${shape}`;
  const style = failed ? "failure" : shape;
  const made = drawn("use", { href, x, y: String(y), class: style });
  return titled(made, `${clock(moment.at)} ${momentWords(moment)}`);
}

/**
 * @param {Element} shape
 * @param {string} words
 * @returns {Element}
 */
function titled(shape, words) {
  const title = drawn("title");
  title.textContent = words;
  shape.append(title);
  return shape;
}
