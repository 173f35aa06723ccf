/**
 * What `deno bundle` and `deno compile` are told.
 *
 * @module
 */

import type { Build } from "../../lib/config/mod.ts";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import type { CompileOptions } from "./options.ts";

/**
 * V8's flags of the binary. Lite mode saves most of the memory; with less than 20 MB of old space
 * it does not start, and the cap keeps a leak from taking the container with it.
 */
export const V8_FLAGS: readonly string[] = [
  "--lite-mode",
  "--max-semi-space-size=1",
  "--max-old-space-size=64",
];

/**
 * The text of the module that a binary starts with: the program, told what it was built for.
 *
 * @param options What the binary is made for.
 * @param commandsUrl The URL of `lib/commands/mod.ts`.
 */
export function entryModule(options: CompileOptions, commandsUrl: string): string {
  const { platformUrls, resultsFile, configsDir, configFile, reportFile } = options;
  const build: Build = { platformUrls, resultsFile, configsDir, configFile, reportFile };
  return `import { workspaceBeat } from ${JSON.stringify(commandsUrl)};
Deno.exit(await workspaceBeat(Deno.args, ${JSON.stringify(build)}));
`;
}

/** The files of a bundle. */
export interface BundleFiles {
  /** The module to begin with. */
  readonly entry: string;
  /** Where the bundle goes. */
  readonly bundle: string;
  /** The `deno.json` that says what the imports mean. */
  readonly config: string;
}

/**
 * The arguments of `deno` that bundle a module with everything it imports.
 *
 * @param files The files.
 */
export function bundleArguments({ entry, bundle, config }: BundleFiles): string[] {
  return ["bundle", "--quiet", "--minify", "--config", config, "--output", bundle, entry];
}

/**
 * The arguments of `deno` that make the binary: of the bundle and nothing else, with the least
 * grants of the settings and no others.
 *
 * @param options What the binary is made for.
 * @param bundle The bundle.
 */
export function compileArguments(options: CompileOptions, bundle: string): string[] {
  return [
    "compile",
    "--no-config", // a node_modules folder of the project would be embedded whole
    "--no-lock",
    "--node-modules-dir=none",
    "--no-check", // the V8 flags hold for the compiler too, which needs more memory to check
    "--no-prompt",
    "--no-code-cache", // which is written outside the manifest
    `--v8-flags=${V8_FLAGS.join(",")}`,
    ...grantFlags(leastGrants(options)),
    ...options.target === undefined ? [] : ["--target", options.target],
    "--output",
    options.output,
    bundle,
  ];
}
