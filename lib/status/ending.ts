import { EXIT_CODE, type ExitCode } from "../exit_code.ts";

/** How a sidecar has ended. */
export interface Ending {
  readonly exitCode: ExitCode;
  /** Why, in a few words. */
  readonly reason: string;
  /** Whether it was only to do a single turn. */
  readonly wasOnce: boolean;
}

/**
 * How a run has ended.
 *
 * @param exitCode What with.
 */
export function endingOf(exitCode: ExitCode): Ending {
  return { exitCode, reason: reasonOf(exitCode), wasOnce: false };
}

function reasonOf(exitCode: ExitCode): string {
  switch (exitCode) {
    case EXIT_CODE.fine:
      return "it was asked to stop";
    case EXIT_CODE.notAllowed:
      return "the workspace was removed";
    default:
      return "the token that the platform has issued could not be saved";
  }
}
