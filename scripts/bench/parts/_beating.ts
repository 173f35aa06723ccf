import { defaultStatusFile, resultsFiles } from "../../../lib/permissions.ts";
import { removeIfThere } from "../../../lib/remove_if_there.ts";
import type { BenchPlatform } from "../bench_platform.ts";
import { resultsFileOf, type Role } from "../contender.ts";
import { type ProcessFigures, processFigures } from "../process_figures.ts";
import { RunningProgram } from "../running_program.ts";

/** How a contender was after some beats. */
export interface Mark extends ProcessFigures {
  /** How many beats had been accepted. */
  readonly beats: number;
  /** How many requests it had sent. */
  readonly requests: number;
  /** How many connections it had opened since the first beat. */
  readonly laterConnections: number;
}

/**
 * Lets a contender beat for a workspace that is new, and looks at it after so many beats.
 *
 * @param role What is started.
 * @param beating The platform, and after how many beats: ascending.
 * @returns How it was each time.
 */
export async function beat(
  role: Role,
  { platform, marks }: { readonly platform: BenchPlatform; readonly marks: readonly number[] },
): Promise<Mark[]> {
  await renew(role);
  const visits = platform.open(role.workspaceId);
  await using program = new RunningProgram(role.start);
  const found: Mark[] = [];
  for (const mark of marks) {
    if (visits.beats < mark) await program.whileItRuns(visits.reached(mark));
    const figures = await processFigures(program.pid);
    const { beats, laterConnections, requests } = visits;
    found.push({ ...figures, beats, laterConnections, requests });
  }
  return found;
}

/** Removes what a former run has left, so that all of them begin with the same. */
async function renew(role: Role): Promise<void> {
  const left = [
    ...Object.values(resultsFiles(resultsFileOf(role))),
    defaultStatusFile(role.folder),
  ];
  await Promise.all(left.map(removeIfThere));
}

const MB = 1e6;

/** Anonymous memory, in MB. */
export function anonymous({ anonymousBytes }: Mark): number {
  return anonymousBytes / MB;
}

/** Resident memory, in MB. */
export function resident({ residentBytes }: Mark): number {
  return residentBytes / MB;
}

/** Milliseconds of computing per beat between two marks. */
export function cpuPerBeat([from, to]: readonly Mark[]): number {
  if (from === undefined || to === undefined) return NaN;
  return (to.cpuSeconds - from.cpuSeconds) * 1000 / (to.beats - from.beats);
}
