/**
 * Durations, times and sizes in words.
 *
 * @module
 */

const UNITS = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]] as const;

/**
 * A length of time, with at most two units: "12 s", "4 min", "3 h 5 min", "2 d 4 h".
 *
 * @param seconds How long; the rest of a second is left out, and minutes stand alone from two on.
 */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const place = UNITS.findIndex(([, length]) => whole >= length);
  const [name, length] = UNITS[place] ?? ["s", 1];
  const count = Math.floor(whole / length);
  const next = UNITS[place + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % length) / next[1]);
  const isEnough = name === "min" && count >= 2 || rest === 0 || next === undefined;
  return isEnough ? `${count} ${name}` : `${count} ${name} ${rest} ${next[0]}`;
}

/**
 * The time of day, here; with the date when that is another day than today.
 *
 * @param at When, in epoch milliseconds.
 * @param now Now, in epoch milliseconds.
 */
export function timeOfDay(at: number, now: number): string {
  const time = [new Date(at).getHours(), new Date(at).getMinutes(), new Date(at).getSeconds()]
    .map(twoDigits).join(":");
  const day = dayOf(at);
  return day === dayOf(now) ? time : `${day} ${time}`;
}

function dayOf(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join("-");
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

/**
 * A size: "312 B", "4.2 kB", "28 MB".
 *
 * @param bytes How many bytes.
 */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, length] = bytes < 1e6 ? ["kB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  const count = bytes / length;
  return `${count < 10 ? count.toFixed(1) : Math.round(count)} ${unit}`;
}
