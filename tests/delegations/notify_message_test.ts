import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { alignStoredCut, noteFor, notesFor } from "../../lib/delegations/notify_message.ts";
import { cutBytes } from "../../scripts/dev_platform/_byte_text.ts";
import { REPORTED_STATUSES, type Result, resultKey } from "../../lib/delegations/result.ts";
import { anyResult, anyText, exampleResult } from "./_examples.ts";

/** Where the platform cuts the preview that it stores (contract 1.9). */
const STORED_BYTES = 80;
/** What no note may hold: but for our own line break, what moves, hides or reorders text. */
const HARMFUL =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u;

/** The words of the notes. */
const textsFor = (...batch: Parameters<typeof notesFor>) =>
  notesFor(...batch).flatMap(({ text }) => text ?? []);
const failures = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => exampleResult({ delegationId: `d${index}`, status: "failed", error: "no" }),
  );

Deno.test("noteFor() holds nothing harmful, and at most the one line break that is ours (D20)", () => {
  fc.assert(fc.property(anyResult, (result) => {
    const [first = "", second = "Result: ", ...more] = noteFor(result).split("\n");
    assertEquals(more, []);
    assert(!HARMFUL.test(first + second), JSON.stringify([first, second]));
    assert(second.startsWith("Result: "), second);
  }));
});

Deno.test("noteFor() keeps 100 characters of a summary and 200 of a preview (D20)", () => {
  fc.assert(fc.property(anyResult, (result) => {
    const [first = "", second = ""] = noteFor(result).split("\n");
    // Up to three spaces may have been put in for the byte at which the platform cuts.
    assert([...first].length <= "Delegation completed: ".length + 100 + 3, first);
    assert([...second].length <= "Result: ".length + 200 + 3, second);
  }));
  const result = exampleResult({ summary: "漢".repeat(101), responsePreview: "🦊".repeat(201) });
  const note = noteFor(result);
  assertEquals([note.split("漢").length - 1, note.split("🦊").length - 1], [100, 200]);
});

Deno.test("noteFor() is stored by the platform, whatever a peer wrote", () => {
  fc.assert(fc.property(anyResult, (result) => {
    assertEquals(cutBytes(noteFor(result), STORED_BYTES).broken, false);
  }));
});

Deno.test("noteFor() does not say twice that a delegation completed (contract 7 #126)", () => {
  const result = exampleResult({
    summary: "Delegation completed: all is well",
    responsePreview: "",
  });
  assertEquals(noteFor(result), "Delegation completed: all is well");
});

Deno.test("noteFor() says why a delegation failed (contract 7 #125)", () => {
  const failed = exampleResult({ status: "failed", responsePreview: "" });
  const table: [summary: string, error: string, note: string][] = [
    ["Delegating to x", "out of money", "Delegation failed: out of money"],
    ["Delegation failed", "", "Delegation failed"],
    ["Delegating to x", "", "Delegation failed: Delegating to x"],
    ["", "\u202e\n", "Delegation failed"],
    ["", "delegation failed: no", "delegation failed: no"],
  ];
  for (const [summary, error, note] of table) {
    assertEquals(noteFor({ ...failed, summary, error }), note);
  }
});

Deno.test("noteFor() says what is wrong with a delegation that failed in another way (D24)", () => {
  for (const status of ["error", "timeout", "cancelled", "rejected"] as const) {
    const result = exampleResult({ status, error: "no shovel", responsePreview: "" });
    assertEquals(noteFor(result), `Delegation ${status}: no shovel`);
  }
});

Deno.test("noteFor() says that a delegation is stuck, with the error or what was delegated (D24)", () => {
  const stuck = exampleResult({ status: "stuck", summary: "Dig a hole", responsePreview: "" });
  assertEquals(noteFor(stuck), "Delegation stuck: Dig a hole");
  assertEquals(noteFor({ ...stuck, error: "no beat" }), "Delegation stuck: no beat");
});

Deno.test("noteFor() does not show an error of a delegation that completed", () => {
  const result = exampleResult({ error: "a warning", summary: "done", responsePreview: "" });
  assertEquals(noteFor(result), "Delegation completed: done");
});

Deno.test("noteFor() shows the reply on a line of its own", () => {
  const result = exampleResult({ summary: "done", responsePreview: "one\r\ntwo\u2028three" });
  assertEquals(noteFor(result), "Delegation completed: done\nResult: one two three");
});

Deno.test("alignStoredCut() keeps the cut on the border of a character, and adds only spaces", () => {
  fc.assert(fc.property(anyText, (text) => {
    const aligned = alignStoredCut(text.toWellFormed());
    assertEquals(cutBytes(aligned, STORED_BYTES).broken, false);
    assertEquals(aligned.replaceAll(" ", ""), text.toWellFormed().replaceAll(" ", ""));
    assert(aligned.length - text.length <= 3);
  }));
});

Deno.test("alignStoredCut() pads in front of the character that would be torn", () => {
  const table: [before: number, character: string, spaces: number][] = [
    [76, "🦊", 0],
    [77, "🦊", 3],
    [79, "🦊", 1],
    [80, "🦊", 0],
    [78, "漢", 2],
    [79, "é", 1],
    [79, "e", 0],
  ];
  for (const [before, character, spaces] of table) {
    const start = "a".repeat(before);
    assertEquals(
      alignStoredCut(`${start}${character}b`),
      `${start}${" ".repeat(spaces)}${character}b`,
    );
  }
});

Deno.test("notesFor() tells of five results at the most, and counts the others in one line (D20)", () => {
  assertEquals(textsFor(failures(5), "all").length, 5);
  const six = textsFor(failures(6), "all");
  assertEquals([six.length, six[5]], [6, "1 more delegation has failed."]);
  const many = textsFor([...failures(7), exampleResult(), exampleResult()], "all");
  assertEquals([many.length, many[5]], [6, "4 more delegations have ended (2 of them failed)."]);
  const fine = textsFor(Array.from({ length: 8 }, () => exampleResult()), "all");
  assertEquals(fine[5], "3 more delegations have ended.");
});

const rests: [statuses: Result["status"][], note: string][] = [
  [["completed"], "1 more delegation has ended."],
  [["timeout"], "1 more delegation has failed."],
  [["stuck"], "1 more delegation is stuck."],
  [["completed", "completed"], "2 more delegations have ended."],
  [["completed", "rejected"], "2 more delegations have ended (1 of them failed)."],
  [
    ["error", "timeout", "cancelled", "rejected", "failed"],
    "5 more delegations have ended (5 of them failed).",
  ],
  [["completed", "stuck"], "2 more delegations have news (1 of them is stuck)."],
  [["stuck", "stuck"], "2 more delegations have news (2 of them are stuck)."],
  [
    ["stuck", "failed", "completed"],
    "3 more delegations have news (1 of them failed, 1 of them is stuck).",
  ],
];
for (const [statuses, note] of rests) {
  Deno.test(`notesFor() counts the rest when it is ${statuses.join(", ")} (D24)`, () => {
    const results = statuses.map((status) => exampleResult({ status }));
    assertEquals(textsFor([...failures(5), ...results], "all")[5], note);
  });
}

Deno.test("notesFor() tells of everything but what completed when it is asked for failures (D24)", () => {
  for (const status of REPORTED_STATUSES) {
    const notes = textsFor([exampleResult({ status })], "failures");
    assertEquals(notes.length, status === "completed" ? 0 : 1, status);
  }
});

Deno.test("notesFor() tells of failures only, or of nothing, when asked to (contract 7 #124, #125)", () => {
  const results = [exampleResult(), ...failures(1)];
  assertEquals(textsFor(results, "all").length, 2);
  assertEquals(textsFor(results, "failures"), ["Delegation failed: no\nResult: done"]);
  assertEquals(textsFor([exampleResult()], "failures"), []);
  assertEquals(textsFor(results, "off"), []);
});

Deno.test("notesFor() puts each result into one note, told or not", () => {
  const results = [...failures(7), exampleResult({ delegationId: "fine" })];
  for (const mode of ["all", "failures", "off"] as const) {
    const named = notesFor(results, mode).flatMap((note) => note.results.map(resultKey));
    assertEquals(named.toSorted(), results.map(resultKey).toSorted());
  }
});
