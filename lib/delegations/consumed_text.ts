/**
 * How results look when `workspace-beat results` prints them: for a model, or for a program.
 *
 * @module
 */

import { asciiJson, neutralise } from "../text.ts";
import type { ResultRecord } from "./result_record.ts";

/** How results are printed, one after the other. */
export interface ConsumedFormat {
  /** Stands before the first result. */
  readonly opening: string;
  /** Stands between two results. */
  readonly separator: string;
  /** Stands after the last result. */
  readonly closing: string;
  /** Is printed when there is no result. */
  readonly nothing: string;
  /**
   * Writes one result.
   *
   * @param record The result, as the results file has it.
   */
  show(record: ResultRecord): string;
}

/** The names of the formats. */
export const CONSUMED_FORMATS = ["text", "json"] as const;

/** The name of a format. */
export type ConsumedFormatName = typeof CONSUMED_FORMATS[number];

const FENCE = "A2A_RESULT_FROM_PEER";
/** Far more than the platform sends of anything (contract 3.4), and too little to flood a model. */
const MOST_CHARACTERS = 4000;

/**
 * The fence's name in any case, with anything between its letters that is none. It can match in one
 * way only, so no text makes it slow.
 */
const LOOKALIKE = new RegExp(
  [...FENCE.toLowerCase().replaceAll("_", "")].join("[^a-z0-9]*"),
  "gi",
);
/** Says the same in a sentence, and can neither open nor close anything. */
const DEFUSED = "A2A-result-of-a-peer";
/** Letters of other alphabets that look like those of the fence's name, behind the one they fake. */
const HOMOGLYPHS = new Map(
  ["aАаΑα", "eЕеΕε", "fϜϝ", "lԼ", "mМмΜμ", "oОоΟοՕօ", "pРрΡρ", "sЅѕՏ", "tТтΤτ", "uՍս"]
    .flatMap(([latin = "", ...others]) => others.map((other) => [other, latin] as const)),
);

/**
 * The formats: `text` is for putting in front of a model, a fence around what other agents wrote
 * (contract 5, OFFSEC-003); `json` is one JSON array, a record on each line, in plain ASCII.
 */
export const CONSUMED_FORMAT: Readonly<Record<ConsumedFormatName, ConsumedFormat>> = {
  text: {
    opening: `[${FENCE}]\n`,
    separator: "",
    closing: `[/${FENCE}]\n`,
    nothing: "",
    show: asText,
  },
  json: { opening: "[\n", separator: ",\n", closing: "\n]\n", nothing: "[]\n", show: asJson },
};

/** Whatever the fields hold, each makes one line, and none of them looks like the fence. */
function asText({ status, summary, response_preview, error }: ResultRecord): string {
  const outcome = shown(status);
  const gist = shown(summary);
  const preview = shown(response_preview);
  const problem = shown(error);
  const tellsMore = outcome !== "completed" && problem !== "" && !gist.includes(problem);
  return [
    `- [${outcome === "" ? "?" : outcome}] ${gist}`.trimEnd(),
    ...(preview === "" ? [] : [`  Response: ${preview}`]),
    ...(tellsMore ? [`  Error: ${problem}`] : []),
  ].map((line) => `${defuse(line)}\n`).join("");
}

function asJson(record: ResultRecord): string {
  return asciiJson(record);
}

function shown(text: string): string {
  return neutralise(text, MOST_CHARACTERS);
}

/**
 * Takes from a line what a model could take for the fence. Whole lines are looked at, since the
 * fields of one could spell it together.
 */
function defuse(line: string): string {
  let safe = line.replace(LOOKALIKE, DEFUSED);
  for (const fold of [plainLetters, latinLetters]) {
    const folded = fold(safe);
    // Only text that hides a fence behind other letters loses them.
    if (folded.search(LOOKALIKE) !== -1) safe = folded.replace(LOOKALIKE, DEFUSED);
  }
  return safe;
}

/** Replaces wide, styled and accented letters with the plain ones. */
function plainLetters(line: string): string {
  return line.normalize("NFKD");
}

/** Replaces letters of other alphabets, too. */
function latinLetters(line: string): string {
  return plainLetters(line)
    .replace(/[\u0370-\u058f]/g, (letter) => HOMOGLYPHS.get(letter) ?? letter);
}
