/**
 * Makes one program of all modules with `deno bundle`.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/from-file-url";
import { bundleArguments, entryModule } from "./arguments.ts";
import { deno } from "./deno.ts";
import type { CompileOptions } from "./options.ts";

const ROOT = new URL("../../", import.meta.url);

/** Where a bundle is made, and of what. */
export interface BundleOptions {
  /** The folder, which is made: it gets the bundle and what that was made from. */
  readonly folder: string;
  /**
   * The URL of a module that runs before the program, to measure it.
   *
   * @default {none}
   */
  readonly prelude?: string | undefined;
}

/**
 * Bundles the program.
 *
 * Requires `--allow-run` for Deno itself, `--allow-read`, `--allow-write` for the folder and
 * `--allow-env=DENO_TLS_CA_STORE`.
 *
 * @param options What the program is made for.
 * @param bundle Where the bundle is made.
 * @returns The module that the bundle begins with.
 * @throws {Error} When it fails: the message says which step and what to do.
 */
export async function makeBundle(
  options: CompileOptions,
  { folder, prelude }: BundleOptions,
): Promise<string> {
  const entry = `${folder}/workspace-beat.ts`;
  const bundle = `${folder}/bundle`;
  const config = fromFileUrl(new URL("deno.json", ROOT));
  const commands = new URL("lib/commands/mod.ts", ROOT).href;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(entry, entryModule(options, commands, prelude));
  await deno(bundleArguments({ entry, folder: bundle, config }));
  // The binary holds when they were made, and is to be the same each time.
  for await (const { name } of Deno.readDir(bundle)) await Deno.utime(`${bundle}/${name}`, 0, 0);
  return `${bundle}/workspace-beat.js`;
}
