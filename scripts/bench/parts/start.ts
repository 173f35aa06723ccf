import { inTurn, mapped } from "../by_contender.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";
import { RunningProgram } from "../running_program.ts";
import { median } from "../statistics.ts";

const ROUNDS = 10;

/**
 * From the start of the process until its first beat has been accepted, as people use it.
 *
 * @param course Who is measured.
 */
export async function measureStarts({ platform, field }: Course): Promise<Figures> {
  const took = await inTurn(field.contenders, {
    rounds: ROUNDS,
    work: async ({ asUsed }) => {
      const accepted = platform.open(asUsed.workspaceId).reached(1);
      await using program = new RunningProgram(asUsed.start);
      return await program.whileItRuns(accepted) - program.startedAt;
    },
  });
  return { start_to_first_beat: mapped(took, median) };
}
