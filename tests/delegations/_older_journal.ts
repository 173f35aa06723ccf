import { headerLine } from "../../lib/delegations/journal_line.ts";
import type { JournalRecord } from "../../lib/delegations/journal_record.ts";

/** The versions that are read, and not written any more. */
export const OLDER_VERSIONS = [1, 2] as const;

/**
 * A line as a program of an older version has written it, without its line break.
 *
 * @param text What stands behind the checksum.
 */
export async function olderLine(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `${new Uint8Array(digest, 0, 8).toHex()} ${text}`;
}

/**
 * A journal as a program of an older version has written it.
 *
 * @param version The version.
 * @param workspaceId Whose journal it is.
 * @param records What is in it.
 */
export async function olderJournal(
  version: number,
  workspaceId: string,
  records: readonly JournalRecord[],
): Promise<string> {
  const lines = await Promise.all(records.map((record) => olderLine(JSON.stringify(record))));
  return await headerLine(workspaceId, version) + lines.map((line) => `${line}\n`).join("");
}
