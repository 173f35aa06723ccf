/**
 * A results file and what is beside it, as the tests of `workspace-beat results` need them.
 *
 * @module
 */

import { concat } from "@std/bytes/concat";
import { CONSUMED_FORMAT } from "../../lib/delegations/consumed_text.ts";
import { Printout } from "../../lib/delegations/printout.ts";
import { ResultsConsumer } from "../../lib/delegations/results_consumer.ts";
import { grantFlags, leastGrants, type ResultsFiles, resultsFiles } from "../../lib/permissions.ts";
import { makeTempDir } from "../support/mod.ts";

/** One line of a results file. */
export function lineOf(id: string, fields: Readonly<Record<string, unknown>> = {}): string {
  const record = { delegation_id: id, status: "completed", summary: `${id} is done`, ...fields };
  return `${JSON.stringify(record)}\n`;
}

/** Lines of results d0, d1, …, each of about a kilobyte. */
export function manyLines(count: number): string {
  const response_preview = "x".repeat(900);
  return Array.from({ length: count }, (_, n) => lineOf(`d${n}`, { response_preview })).join("");
}

/** The ids in what was printed as JSON. */
export function idsIn(json: string): string[] {
  const records: { delegation_id: string }[] = JSON.parse(json);
  return records.map(({ delegation_id }) => delegation_id);
}

/** A folder for a results file. */
export interface ConsumerFolder extends AsyncDisposable {
  readonly dir: string;
  readonly files: ResultsFiles;
  /** Every file that is there, by name, with its content as text. */
  content(): Promise<Record<string, string>>;
}

/** Makes the folder. */
export async function makeConsumerFolder(): Promise<ConsumerFolder> {
  const temporary = await makeTempDir();
  const dir = temporary.path;
  return {
    dir,
    files: resultsFiles(`${dir}/results.jsonl`),
    content: async () =>
      Object.fromEntries(
        await Array.fromAsync(
          Deno.readDir(dir),
          async ({ name }) => [name, await Deno.readTextFile(`${dir}/${name}`)],
        ),
      ),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

/** What a consumer printed, and what it said beside that. */
export interface Consumed {
  readonly printed: string;
  readonly told: readonly string[];
  /** What it threw. */
  readonly error: unknown;
}

/** Options of {@linkcode consume}. */
export interface ConsumeOptions {
  readonly format?: "json" | "text";
  readonly peek?: boolean;
  /** Where it prints; by default into what is given back. */
  readonly writer?: Pick<Deno.FsFile, "write">;
}

/** Consumes, or peeks, in this process. */
export async function consume(
  path: string,
  { format = "json", peek = false, writer }: ConsumeOptions = {},
): Promise<Consumed> {
  const pieces: Uint8Array[] = [];
  const told: string[] = [];
  const consumer = new ResultsConsumer(path, (line) => told.push(line));
  const kept = {
    write(bytes: Uint8Array): Promise<number> {
      pieces.push(bytes.slice());
      return Promise.resolve(bytes.length);
    },
  };
  const printout = new Printout(writer ?? kept, CONSUMED_FORMAT[format]);
  const error: unknown = await (peek ? consumer.peek(printout) : consumer.consume(printout))
    .then(() => undefined, (error: unknown) => error);
  return { printed: new TextDecoder().decode(concat(pieces)), told, error };
}

/** The grants of a sidecar with this results file. */
export function sidecarGrants(resultsFile: string): string[] {
  return grantFlags(leastGrants({
    platformUrls: ["http://localhost:8080"],
    resultsFile,
    configsDir: "/configs",
    configFile: "/configs/config.yaml",
    reportFile: "/configs/.runtime_report.json",
  }));
}
