import { assertEquals } from "@std/assert";
import { didYouMean, nearest } from "../lib/nearest.ts";

const WORDS = ["debug", "info", "warning", "error", "on", "off"];

/** What was written, and the word that it is taken for. */
const CASES: readonly (readonly [text: string, meant: string | undefined])[] = [
  ["debgu", "debug"],
  ["bebug", "debug"],
  ["DEBUG", "debug"],
  ["warn", "warning"],
  ["warnign", "warning"],
  ["eror", "error"],
  ["inf", "info"],
  ["onn", "on"],
  ["offf", "off"],
  ["", undefined],
  ["loud", undefined],
  ["trace", undefined],
  ["de", undefined],
  ["x".repeat(1000), undefined],
];

for (const [text, meant] of CASES) {
  Deno.test(`nearest() takes '${text.slice(0, 10)}' for ${meant ?? "nothing"}`, () => {
    assertEquals(nearest(text, WORDS), meant);
  });
}

Deno.test("nearest() does not choose between two words that begin alike", () => {
  assertEquals(nearest("work", ["workspace", "workbench"]), undefined);
});

Deno.test("nearest() prefers the word with fewer wrong letters", () => {
  assertEquals(nearest("abcdef", ["abcdxy", "abcdex"]), "abcdex");
});

Deno.test("didYouMean() asks nothing when no word is near", () => {
  assertEquals(didYouMean("loud", WORDS), "");
  assertEquals(didYouMean("eror", WORDS), "did you mean error? ");
});
