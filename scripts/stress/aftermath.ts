import { parseRecordLine } from "../../lib/delegations/journal_line.ts";
import { parseResultLine } from "../../lib/delegations/result_record.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { keyOf } from "./results.ts";

const encoder = new TextEncoder();

/** What a process that was killed has left on the disk. */
export interface Aftermath {
  /** The keys of results that were about to be written, and whose commit is not in the journal. */
  readonly uncommitted: ReadonlySet<string>;
  /** The keys of results whose commit is. */
  readonly committed: ReadonlySet<string>;
  /** The keys of results in `<file>.tmp`: out of the agent's sight, to be published. */
  readonly aside: ReadonlySet<string>;
  /** The keys of results that the agent can take. */
  readonly visible: ReadonlySet<string>;
  /** How it was interrupted, in words: nothing of it when it was not in the middle of anything. */
  readonly marks: readonly Mark[];
  /** Lines of the journal, but the last, that are none: there may never be one. */
  readonly damaged: readonly string[];
}

/** How an interruption shows. */
export type Mark =
  | "uncommitted intent"
  | "left-over .tmp"
  | "torn .tmp"
  | "torn journal"
  | "left-over journal.tmp";

/**
 * Looks at what a process has left. It must have ended, and none may have started yet.
 *
 * @param path The results file.
 */
export async function aftermathOf(path: string): Promise<Aftermath> {
  const files = resultsFiles(path);
  const journal = await textOf(files.journal) ?? "";
  const next = await textOf(files.next);
  const [, ...lines] = journal.split("\n");
  const torn = lines.pop() ?? "";
  const intended = new Set<string>();
  const committed = new Set<string>();
  const damaged: string[] = [];
  for (const line of lines) {
    const record = await parseRecordLine(encoder.encode(line));
    if (record === undefined) damaged.push(line);
    else if ("intent" in record) {
      for (const { delegationId, status } of record.intent) {
        intended.add(`${status} ${delegationId}`);
      }
    } else if ("written" in record) {
      for (const key of record.written) committed.add(key);
    } else if ("done" in record) {
      for (const key of record.done) committed.add(key);
    }
  }
  const uncommitted = intended.difference(committed);
  const marks: Mark[] = [];
  if (uncommitted.size > 0) marks.push("uncommitted intent");
  if (next !== undefined) marks.push("left-over .tmp");
  if (next !== undefined && next !== "" && !next.endsWith("\n")) marks.push("torn .tmp");
  if (torn !== "") marks.push("torn journal");
  if (await textOf(files.nextJournal) !== undefined) marks.push("left-over journal.tmp");
  return {
    uncommitted,
    committed,
    aside: keysIn(next),
    visible: keysIn(await textOf(files.results)),
    marks,
    damaged,
  };
}

/** The keys of the whole results in a text. */
function keysIn(text: string | undefined): ReadonlySet<string> {
  const records = (text ?? "").split("\n").flatMap((line) => parseResultLine(line) ?? []);
  return new Set(records.map(keyOf));
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
