import {
  type ByContender,
  type Contender,
  type ContenderName,
  CONTENDERS,
  TITLES,
} from "./contender.ts";
import { makeLoop, NoProgramError } from "./loops.ts";
import { makeCompiled, makeDeno, NoBinaryError } from "./own.ts";
import type { Workplace } from "./workplace.ts";

/** Everybody who can be measured on this machine. */
export interface Field {
  readonly contenders: ByContender<Contender>;
  /** Who is left out, and why. */
  readonly missing: readonly string[];
}

/**
 * Makes the contenders.
 *
 * Requires `--allow-run` for them and for `compiler`, `--allow-read`, `--allow-write` for the
 * workplace and for `build/`, and `--allow-env` for what Deno and its base binary need.
 *
 * @param workplace Where they run.
 * @param compiler The Deno that compiles the binary.
 */
export async function makeField(workplace: Workplace, compiler: string): Promise<Field> {
  const contenders: ByContender<Contender> = {};
  const missing: string[] = [];
  const makers = {
    // First: another version of Deno empties the cache of what was looked through.
    binary: () => makeCompiled(workplace, compiler),
    python: () => makeLoop("python", workplace),
    node: () => makeLoop("node", workplace),
    deno: () => makeDeno("deno", workplace),
    deno_with_flags: () => makeDeno("deno_with_flags", workplace),
  } satisfies Record<ContenderName, () => Promise<Contender>>;
  for (const name of ["binary", ...CONTENDERS.filter((one) => one !== "binary")] as const) {
    try {
      contenders[name] = await makers[name]();
    } catch (error) {
      if (!(error instanceof NoProgramError || error instanceof NoBinaryError)) throw error;
      missing.push(`${TITLES[name]} is left out: ${error.message}`);
    }
  }
  return { contenders, missing };
}
