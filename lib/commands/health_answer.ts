import { type Build, InputError } from "../config/mod.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import {
  aliveVerdict,
  contactVerdict,
  type FoundStatus,
  type Verdict,
  worstVerdict,
} from "../status/mod.ts";
import { neutralise, reasonOf } from "../text.ts";
import { findStatuses, type NamedStatus, parseMaxAge, type StatusFlags } from "./found_statuses.ts";

/** What `health` is told. */
export interface HealthFlags extends StatusFlags {
  readonly "max-age"?: string;
  readonly alive: boolean;
}

/**
 * Says in one line whether all is well.
 *
 * @param flags What the command line said.
 * @param options What the binary was built for, and where the line goes.
 * @returns `fine` or `unexpected`.
 * @throws {InputError} A flag's value is not allowed.
 */
export async function answerHealth(
  { alive, "max-age": maxAge, ...flags }: HealthFlags,
  { build, write }: {
    readonly build: Build | undefined;
    readonly write: (text: string) => void;
  },
): Promise<ExitCode> {
  const maxAgeSeconds = parseMaxAge(maxAge);
  const judge = alive ? aliveVerdict : contactVerdict;
  const { isHealthy, reason, word } = await verdictOf(
    findStatuses(flags, build),
    (found) => judge(found, { now: Date.now(), maxAgeSeconds }),
  );
  try {
    write(`${neutralise(`${word}: ${reason}`, LONGEST_LINE)}\n`);
  } catch {
    // A probe may have closed it: the exit code is the answer.
  }
  return isHealthy ? EXIT_CODE.fine : EXIT_CODE.unexpected;
}

/** Room for two long paths; Kubernetes keeps 1024 characters of what a probe says. */
const LONGEST_LINE = 1000;

/** Whoever probes knows two answers: what cannot be asked for is not healthy. */
async function verdictOf(
  finding: Promise<readonly NamedStatus[]>,
  judge: (found: FoundStatus) => Verdict,
): Promise<Verdict> {
  try {
    const statuses = await finding;
    return worstVerdict(statuses.map(({ found, name }) => [name, judge(found)]));
  } catch (error) {
    if (error instanceof InputError && error.exitCode === EXIT_CODE.usage) throw error;
    return { isHealthy: false, word: "unknown", reason: reasonOf(error) };
  }
}
