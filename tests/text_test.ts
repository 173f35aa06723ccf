import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { asciiJson, cut, neutralise, reasonOf } from "../lib/text.ts";

/** Any text, with more of what hurts than chance would bring. */
const foreignText = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom(
      "\n",
      "\r",
      "\t",
      "\0",
      "\x1b",
      "\u202e",
      "\u200b",
      "\u2028",
      "\ud800",
      " ",
      "👍",
    ),
  ),
  maxLength: 80,
});

const cuts: [text: string, characters: number, expected: string][] = [
  ["", 3, ""],
  ["abc", 3, "abc"],
  ["abcd", 3, "abc"],
  ["abc", 0, ""],
  ["👍👍", 1, "👍"],
  ["a👍b", 2, "a👍"],
];
for (const [text, characters, expected] of cuts) {
  Deno.test(`cut() gives '${expected}' when it is given '${text}' and ${characters}`, () => {
    assertEquals(cut(text, characters), expected);
  });
}

const neutralised: [what: string, text: string, expected: string][] = [
  ["a line break", "one\ntwo\r\nthree\u2028four\u0085five", "one two three four five"],
  ["an escape sequence", "\x1b[31mred\x07", "[31mred"],
  ["NUL", "a\0b", "ab"],
  ["a bidi override", "\u202eevil\u202c \u2066x\u2069", "evil x"],
  ["zero-width characters", "a\u200b\u200d\u2060\ufeffb", "ab"],
  ["tag characters", "a\u{e0041}\u{e0042}b", "ab"],
  ["an invisible letter", "a\u115f\u3164b", "ab"],
  ["a lone surrogate", "a\ud800b", "ab"],
  ["runs of white space", "  a \t\t b\u3000\u00a0c  ", "a b c"],
  ["ordinary text", "Ünïcödé 字 👍, 100 %", "Ünïcödé 字 👍, 100 %"],
];
for (const [what, text, expected] of neutralised) {
  Deno.test(`neutralise() gives one harmless line when the text holds ${what}`, () => {
    assertEquals(neutralise(text, 100), expected);
  });
}

Deno.test("neutralise() gives bounded, well-formed, visible text when it is given anything", () => {
  fc.assert(fc.property(foreignText, fc.integer({ min: 0, max: 40 }), (text, most) => {
    const safe = neutralise(text, most);
    return [...safe].length <= most && safe.isWellFormed() && safe === safe.trim() &&
      !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(safe);
  }));
});

Deno.test("neutralise() leaves text as it is when it is harmless already", () => {
  fc.assert(fc.property(foreignText, (text) => {
    const once = neutralise(text, 100);
    return neutralise(once, 100) === once;
  }));
});

Deno.test("reasonOf() gives the message on one line when an error was thrown", () => {
  assertEquals(reasonOf(new Error("it broke\n  at line 2")), "it broke at line 2");
  assertEquals(reasonOf("a word"), "a word");
  assertEquals(reasonOf(undefined), "undefined");
});

const JSON_TEXTS: [text: string, json: string][] = [
  ["plain ~ \n", '["plain ~ \\n"]'],
  ["\u007f", '["\\u007f"]'],
  ["na\u00efve", '["na\\u00efve"]'],
  ["\u2028\ud83e\udd86", '["\\u2028\\ud83e\\udd86"]'],
  ["\ud83e", '["\\ud83e"]'],
];
for (const [text, json] of JSON_TEXTS) {
  Deno.test(`asciiJson() gives ${json}`, () => {
    assertEquals(asciiJson([text]), json);
  });
}
