/** When a request was sent and when its answer began, in epoch milliseconds. */
export interface Exchange {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** `Date` cuts the part of a second off (RFC 9110, 5.6.7): in the mean that is half of one. */
const CUT_OFF_MS = 500;

/**
 * How far the clock of whoever has answered is ahead of ours.
 *
 * @param headers The answer's headers.
 * @param exchange When that was; the answer is taken to be made in the middle.
 * @returns Seconds, to a tenth; negative when it is behind; undefined when nobody knows.
 */
export function clockOffset(headers: Headers, exchange: Exchange | undefined): number | undefined {
  const date = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(date) || exchange === undefined) return undefined;
  const middle = (exchange.sentAt + exchange.answeredAt) / 2;
  return Math.round((date + CUT_OFF_MS - middle) / 100) / 10;
}
