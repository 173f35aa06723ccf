import { assertEquals } from "@std/assert";
import { duration, size, timeOfDay } from "../../lib/status/_words.ts";

const durations: [seconds: number, words: string][] = [
  [-5, "0 s"],
  [0.9, "0 s"],
  [12.9, "12 s"],
  [59, "59 s"],
  [60, "1 min"],
  [75, "1 min 15 s"],
  [119, "1 min 59 s"],
  [120, "2 min"],
  [245, "4 min"],
  [3600, "1 h"],
  [3600 + 300, "1 h 5 min"],
  [86_400 * 2 + 3600 * 4 + 59, "2 d 4 h"],
  [86_400 * 40, "40 d"],
];
for (const [seconds, words] of durations) {
  Deno.test(`duration() is '${words}' when it is ${seconds} s`, () => {
    assertEquals(duration(seconds), words);
  });
}

const sizes: [bytes: number, words: string][] = [
  [0, "0 B"],
  [999, "999 B"],
  [4200, "4.2 kB"],
  [28_400_000, "28 MB"],
  [1_500_000_000, "1.5 GB"],
];
for (const [bytes, words] of sizes) {
  Deno.test(`size() is '${words}' when there are ${bytes} bytes`, () => {
    assertEquals(size(bytes), words);
  });
}

Deno.test("timeOfDay() is the time here, with its day when that is not today", () => {
  const noon = new Date(2026, 4, 1, 12, 3, 9).getTime();
  assertEquals(timeOfDay(noon, noon + 60_000), "12:03:09");
  assertEquals(timeOfDay(noon, noon + 86_400_000), "2026-05-01 12:03:09");
});
