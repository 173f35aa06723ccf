import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseRetryAfter } from "../../lib/platform/retry_after.ts";

const NOW = new Date("1994-11-06T08:49:17Z");

const values: [value: string | null, seconds: number | undefined][] = [
  ["0", 0],
  ["7", 7],
  [" 120 ", 120],
  ["1.5", 1.5],
  ["9".repeat(400), Infinity],
  ["Sun, 06 Nov 1994 08:49:37 GMT", 20],
  ["Sunday, 06-Nov-94 08:49:37 GMT", 20],
  ["Sun Nov  6 08:49:37 1994", 20],
  ["Sun, 06 Nov 1994 08:49:07 GMT", 0],
  [null, undefined],
  ["", undefined],
  ["-5", undefined],
  ["+5", undefined],
  ["1e3", undefined],
  ["0x10", undefined],
  ["5 s", undefined],
  ["NaN", undefined],
  ["Infinity", undefined],
  ["unlimited", undefined],
  ["Soon 5", undefined],
  ["1994-11-06T08:49:37Z", undefined],
  ["Sun, 99 Nov 1994 08:49:37 GMT", undefined],
];
for (const [value, seconds] of values) {
  const shown = value === null ? "no header" : `'${value.slice(0, 40)}'`;
  Deno.test(`parseRetryAfter() gives ${seconds} when it is given ${shown} (D13)`, () => {
    assertEquals(parseRetryAfter(value, NOW), seconds);
  });
}

Deno.test("parseRetryAfter() gives undefined or seconds from now on when it is given anything", () => {
  const header = fc.oneof(
    fc.string(),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.double().map(String),
  );
  fc.assert(fc.property(header, (value) => {
    const seconds = parseRetryAfter(value, NOW);
    return seconds === undefined || seconds >= 0;
  }));
});
