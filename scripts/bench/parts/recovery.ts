import { headerLine, recordLine } from "../../../lib/delegations/journal_line.ts";
import { resultsFiles } from "../../../lib/permissions.ts";
import { type ByContender, resultsFileOf } from "../contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { Ordered } from "./_ordered.ts";

const LINES = 100_000;

/**
 * From the start of the process until results can be delivered, with a journal of 100 000 lines: the
 * loops have none, and deliver after a restart what they have delivered before.
 *
 * @param course Who is measured.
 */
export async function measureRecovery({ platform, field }: Course): Promise<Figures> {
  const recovery: ByContender<number> = {};
  const reading: ByContender<number> = {};
  const lines = await journalLines();
  for (const name of ["deno", "binary"] as const) {
    const role = field.contenders[name]?.ordered;
    if (role === undefined) continue;
    const { journal } = resultsFiles(resultsFileOf(role));
    await Deno.writeTextFile(journal, await headerLine(role.workspaceId) + lines);
    await using one = new Ordered(role, platform);
    const { ms, openingMs } = await one.ready();
    recovery[name] = ms;
    reading[name] = openingMs;
  }
  return { recovery, recovery_reading: reading };
}

/** What a life of 25 000 results leaves, each written, woken for and told by itself. */
async function journalLines(): Promise<string> {
  const lines: string[] = [await recordLine({ started: true })];
  for (let number = 0; lines.length < LINES; number++) {
    const delegationId = `20000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
    const keys = [`completed ${delegationId}`];
    const result = {
      delegationId,
      targetId: "a-peer",
      sourceId: "this-workspace",
      status: "completed",
      summary: "Delegation completed",
      responsePreview: "An answer of common length. ".repeat(8),
      error: "",
      changedAt: 0,
    } as const;
    const records = [{ intent: [result] }, { written: keys }, { woken: keys }, { notified: keys }];
    lines.push(...await Promise.all(records.map(recordLine)));
  }
  return lines.slice(0, LINES).join("");
}
