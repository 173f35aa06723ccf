/**
 * Makes binaries with the Deno that runs this: `make_binaries.ts JSON`, a list of what to make. Ends
 * with 75 where there is no base binary.
 *
 * @module
 */

import { baseBinaryOfVariable } from "../compile/base_binary.ts";
import { makeBinary } from "../compile/binary.ts";
import type { CompileOptions } from "../compile/options.ts";
import { EXIT_CODE } from "../../lib/exit_code.ts";

/** A binary to make. */
export interface WantedBinary {
  readonly options: CompileOptions;
  /** The URL of a module that runs before the program. */
  readonly prelude?: string;
}

if (import.meta.main) {
  const wanted: readonly WantedBinary[] = JSON.parse(Deno.args[0] ?? "[]");
  try {
    // In turn: the first of them brings the bundler, and two at once would get in each other's way.
    for (const { options, prelude } of wanted) {
      await makeBinary(options, { base: baseBinaryOfVariable(), prelude });
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(message);
    Deno.exit(message.includes("base binary") ? EXIT_CODE.tryAgain : EXIT_CODE.unexpected);
  }
}
