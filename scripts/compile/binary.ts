/**
 * Makes the binary with `deno bundle` and `deno compile`.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/from-file-url";
import { compileArguments, compileEnvironment } from "./arguments.ts";
import { type BaseBinary, checkBaseBinary } from "./base_binary.ts";
import { type BundleOptions, makeBundle } from "./bundle.ts";
import { deno } from "./deno.ts";
import type { CompileOptions } from "./options.ts";

const ROOT = new URL("../../", import.meta.url);

/** What a binary is made with. */
export interface MakeBinaryOptions extends Pick<BundleOptions, "prelude"> {
  /**
   * The base binary.
   *
   * @default {`deno compile` downloads it}
   */
  readonly base?: BaseBinary | undefined;
}

/**
 * Makes a binary, in place of what is at its path.
 *
 * Requires `--allow-run` for Deno itself, `--allow-read`, `--allow-write` for `build/` and
 * `--allow-env=DENO_TLS_CA_STORE`.
 *
 * @param options What to make.
 * @param parts The base binary, and what runs before the program.
 * @returns The binary's size in bytes.
 * @throws {NoBaseBinaryError} When the base binary cannot be downloaded.
 * @throws {Error} When a step fails: the message says which and what to do.
 */
export async function makeBinary(
  options: CompileOptions,
  { base, prelude }: MakeBinaryOptions = {},
): Promise<number> {
  if (base !== undefined) await checkBaseBinary(base, options.target ?? Deno.build.target);
  const work = fromFileUrl(new URL("build/", ROOT));
  await Deno.mkdir(work, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: work, prefix: "compile-" });
  try {
    const bundle = await makeBundle(options, { folder, prelude });
    await deno(compileArguments(options, bundle), {
      ...compileEnvironment(options),
      ...base !== undefined && { DENORT_BIN: base.path },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return (await Deno.stat(options.output)).size;
}
