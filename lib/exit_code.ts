/**
 * The exit codes of `workspace-beat` (design.md, Exit codes; after BSD's sysexits.h).
 *
 * @module
 */

import type { OutcomeKind } from "./platform/mod.ts";

/**
 * What the process ended with, as init systems and scripts see it: `fine` 0, `unexpected` 1, `usage`
 * 64, `unreachable` 69, `resultsFile` 73, `tryAgain` 75, `notAllowed` 77, `configuration` 78.
 */
export const EXIT_CODE = {
  /** Everything asked for was done. */
  fine: 0,
  /** A fault of ours, or an answer that no rule covers. */
  unexpected: 1,
  /** The command line is wrong: a flag, a flag's value or a subcommand. */
  usage: 64,
  /** The platform could not be reached (`run --once`, `check`). */
  unreachable: 69,
  /** The results file cannot be written, or the report file. */
  resultsFile: 73,
  /** The platform asked to come back later, or failed on its side. */
  tryAgain: 75,
  /** Not allowed: the platform refuses the token, or the manifest lacks a grant. */
  notAllowed: 77,
  /** The configuration is wrong: the environment or config.yaml. */
  configuration: 78,
} as const;

/** One of {@linkcode EXIT_CODE}. */
export type ExitCode = typeof EXIT_CODE[keyof typeof EXIT_CODE];

/**
 * The exit code that says what became of a request.
 *
 * @param kind The outcome's kind.
 */
export function exitCodeFor(kind: OutcomeKind): ExitCode {
  switch (kind) {
    case "ok":
    case "confirmed":
      return EXIT_CODE.fine;
    case "unreachable":
    case "timed_out":
      return EXIT_CODE.unreachable;
    case "rate_limited":
    case "unavailable":
    case "busy":
    case "over_budget":
    case "oversized":
      return EXIT_CODE.tryAgain;
    case "unauthorized":
    case "forbidden":
    case "gone":
    case "not_granted":
      return EXIT_CODE.notAllowed;
    case "misrouted":
    case "not_found":
      return EXIT_CODE.configuration;
    case "rejected":
      return EXIT_CODE.unexpected;
  }
}
