/**
 * `deno task bench`: measures the sidecar beside the same loop in other languages, in one run.
 * `--check` holds the budgets against what was measured; see `--help`.
 *
 * @module
 */

import { InputError } from "../../lib/config/mod.ts";
import { EXIT_CODE } from "../../lib/exit_code.ts";
import { allOf } from "./all_of.ts";
import { BenchPlatform } from "./bench_platform.ts";
import { verdictLine } from "./budgets.ts";
import { mapped } from "./by_contender.ts";
import type { Course } from "./course.ts";
import { makeField } from "./field.ts";
import { type Findings, findingsJson, verdictsOn } from "./findings.ts";
import type { Figures } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { withMeasured } from "./markdown.ts";
import { type BenchOptions, HELP, parseBenchOptions } from "./options.ts";
import { type PartName, PARTS } from "./parts.ts";
import { figureTable, machineLines } from "./table.ts";
import { Workplace } from "./workplace.ts";

/**
 * Measures part after part. Those who rest most of the time do so beside whoever is measured alone,
 * and are gone before the whole machine is taken: after that no time is measured any more.
 */
async function measure(course: Course, only: readonly PartName[]): Promise<Figures> {
  const figures: Figures = {};
  const inOrder = async (parts: readonly PartName[]) => {
    for (const part of parts.filter((part) => only.includes(part))) {
      const began = performance.now();
      Object.assign(figures, await PARTS[part](course));
      console.error(`${part}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    }
  };
  const quick = ["size", "start", "polls", "appends", "recovery", "beats"] as const;
  await allOf([inOrder(["slow"]), inOrder(quick)]);
  await allOf([inOrder(["long"]), inOrder(["leaks"])]);
  return figures;
}

async function find({ beats, compiler, only }: BenchOptions): Promise<Findings> {
  const began = performance.now();
  const at = new Date();
  const folder = await Deno.makeTempDir({ prefix: "workspace-beat-bench-" });
  await using platform = new BenchPlatform();
  try {
    const workplace = new Workplace(folder, platform.url);
    const field = await makeField(workplace, compiler);
    const { contenders, missing } = field;
    const { node, python } = mapped(contenders, ({ asUsed }) => asUsed.start.program);
    const machine = await describeMachine({ compiler, node, python });
    const figures = await measure({ platform, workplace, field, beats }, only);
    return { at, seconds: (performance.now() - began) / 1000, machine, missing, figures };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Measures and tells; gives whether all is well. */
async function bench(options: BenchOptions): Promise<boolean> {
  const findings = await find(options);
  const text = `${machineLines(findings)}\n${figureTable(findings.figures)}`;
  console.log(text);
  for (const line of findings.missing) console.log(line);
  console.log(`Took ${findings.seconds.toFixed(0)} s`);
  if (options.json !== undefined) await Deno.writeTextFile(options.json, findingsJson(findings));
  if (options.markdown !== undefined) await replaceTable(options.markdown, text);
  if (!options.check) return true;
  const verdicts = verdictsOn(findings);
  for (const verdict of verdicts) console.log(verdictLine(verdict));
  return verdicts.every(({ holds }) => holds);
}

/** Puts the figures into a document, laid out as the others are. */
async function replaceTable(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, withMeasured(await Deno.readTextFile(path), text));
  const args = ["fmt", "--quiet", path];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

if (import.meta.main) {
  try {
    const options = parseBenchOptions(Deno.args);
    if (options === undefined) console.log(HELP);
    else Deno.exitCode = await bench(options) ? EXIT_CODE.fine : EXIT_CODE.unexpected;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(error.message);
    Deno.exitCode = error.exitCode;
  }
}
