/**
 * Makes a binary with a prelude, by the Deno that runs this: `make_binary.ts PRELUDE FLAGS…`, the
 * flags being those of `deno task compile`. What goes wrong is one line on standard error.
 *
 * @module
 */
import { baseBinaryOfVariable } from "../compile/base_binary.ts";
import { makeBinary } from "../compile/binary.ts";
import { parseOptions } from "../compile/options.ts";

const [prelude, ...args] = Deno.args;
try {
  await makeBinary(parseOptions(args), { base: baseBinaryOfVariable(), prelude });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}
