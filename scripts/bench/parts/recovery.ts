import { headerLine, recordLine } from "../../../lib/delegations/journal_line.ts";
import { resultsFiles } from "../../../lib/permissions.ts";
import { inTurn, mapped } from "../by_contender.ts";
import { type ByContender, type Contender, resultsFileOf, type Role } from "../contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { median } from "../statistics.ts";
import { Ordered } from "./_ordered.ts";

/** One is long enough. */
const ROUNDS = 1;
const LINES = 100_000;

/**
 * From the start of the process until results can be delivered, with a journal of 100 000 lines: the
 * loops have none, and deliver after a restart what they have delivered before.
 *
 * @param course Who is measured.
 */
export async function measureRecovery({ platform, field }: Course): Promise<Figures> {
  const { deno, deno_with_flags, binary } = field.contenders;
  const ours: ByContender<Contender> = {
    ...deno && { deno },
    ...deno_with_flags && { deno_with_flags },
    ...binary && { binary },
  };
  const lines = await journalLines();
  const recovered = await inTurn(ours, {
    rounds: ROUNDS,
    work: async ({ ordered }) => {
      await writeJournal(ordered, lines);
      await using one = new Ordered(ordered, platform);
      return await one.ready();
    },
  });
  return {
    recovery: mapped(recovered, (runs) => median(runs.map(({ ms }) => ms))),
    recovery_reading: mapped(recovered, (runs) => median(runs.map(({ openingMs }) => openingMs))),
  };
}

async function writeJournal({ workspaceId, ...role }: Role, lines: string): Promise<void> {
  const { journal } = resultsFiles(resultsFileOf({ ...role }));
  await Deno.writeTextFile(journal, await headerLine(workspaceId) + lines);
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
