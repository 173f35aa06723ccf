/** @import { PageFault } from "../page_workspace.ts" */

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/**
 * Writes a time of day as the reader's clock shows it.
 *
 * @param {number} at Milliseconds since the epoch.
 * @returns {string} "14:03:12".
 */
export function clock(at) {
  return CLOCK.format(at);
}

/**
 * Writes how long something takes, in two units at most.
 *
 * @param {number} ms Milliseconds; what is negative counts as none.
 * @returns {string} "12 s", "4 min 5 s", "42 min" or "3 h 20 min".
 */
export function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 10) {
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  }
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0
    ? `${minutes / 60} h`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Counts things.
 *
 * @param {number} number How many.
 * @param {string} thing What one of them is called.
 * @returns {string} "1 beat" or "3 beats".
 */
export function count(number, thing) {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/**
 * Shortens an id for a reader who compares it with another.
 *
 * @param {string} id The id.
 * @returns {string} Its beginning.
 */
export function short(id) {
  return id.length > 12 ? id.slice(0, 8) : id;
}

/**
 * Says what a fault does.
 *
 * @param {PageFault} fault The fault.
 * @returns {string} "Fault: every request gets 503."
 */
export function faultWords({ what, where }) {
  if (what === "cut") return `Fault: ${where} is cut off.`;
  return /^\d/.test(what) ? `Fault: ${where} gets ${what}.` : `Fault: ${where} meets '${what}'.`;
}
