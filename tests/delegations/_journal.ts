import { Journal } from "../../lib/delegations/journal.ts";
import { makeTempDir, recordingLog } from "../support/mod.ts";
import { OWN_ID } from "./_examples.ts";

/** A journal's file, and what is in it. */
export async function withJournal(
  work: (journal: {
    readonly file: string;
    readonly folder: string;
    /** Opens it, as a new process would. */
    open(workspaceId?: string): Promise<{ journal: Journal; isIncomplete: boolean }>;
    read(): Promise<string>;
    warnings(): string[];
  }) => Promise<void>,
): Promise<void> {
  await using dir = await makeTempDir();
  const file = `${dir.path}/results.jsonl.journal`;
  const { log, lines } = recordingLog();
  await work({
    file,
    folder: dir.path,
    async open(workspaceId = OWN_ID) {
      const journal = new Journal({ file, workspaceId, log });
      return { journal, ...await journal.open() };
    },
    read: () => Deno.readTextFile(file),
    warnings: () => lines.filter(({ level }) => level === "WARN").map(({ message }) => message),
  });
}
