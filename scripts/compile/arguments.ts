/**
 * What `deno bundle` and `deno compile` are told.
 *
 * @module
 */

import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import type { CompileOptions } from "./options.ts";

/** How much a binary may hold, in MB: the cap keeps a leak from taking the container with it. */
const OLD_SPACE_MB = 64;
/** The same for one that may keep several workspaces alive. */
const OLD_SPACE_OF_SEVERAL_MB = 512;
/**
 * What is new is collected when it fills so many percent of its space of 1 MB. V8 itself waits for 80,
 * which takes half a megabyte more.
 */
const NEW_SPACE_PERCENT = 20;

/**
 * V8's flags of the binary. Lite mode saves most of the memory; with less than 20 MB of old space
 * it does not start.
 *
 * @param options What the binary is made for.
 */
export function v8Flags({ workspacesDir }: Pick<CompileOptions, "workspacesDir">): string[] {
  const isForSeveral = workspacesDir !== undefined;
  return [
    "--lite-mode",
    "--max-semi-space-size=1",
    // Several fill it the sooner the more they are, and share the half megabyte.
    ...isForSeveral ? [] : [`--minor-gc-task-trigger=${NEW_SPACE_PERCENT}`],
    `--max-old-space-size=${isForSeveral ? OLD_SPACE_OF_SEVERAL_MB : OLD_SPACE_MB}`,
    "--expose-gc", // lib/garbage.ts collects what V8 would leave for hours
  ];
}

/**
 * The text of the module that a binary starts with: the program, told what it was built for.
 *
 * @param options What the binary is made for.
 * @param commandsUrl The URL of `lib/commands/mod.ts`.
 * @param preludeUrl The URL of a module that runs before the program; none for a binary that people use.
 */
export function entryModule(
  options: CompileOptions,
  commandsUrl: string,
  preludeUrl?: string,
): string {
  const { target: _target, output: _output, ...build } = options;
  const prelude = preludeUrl === undefined ? "" : `import ${JSON.stringify(preludeUrl)};\n`;
  return `${prelude}import { workspaceBeat } from ${JSON.stringify(commandsUrl)};
Deno.exit(await workspaceBeat(Deno.args, ${JSON.stringify(build)}));
`;
}

/**
 * What `deno compile` reads from its environment and keeps in the binary: whether that exports over
 * OpenTelemetry, which nothing can change at run time.
 *
 * @param options What the binary is made for.
 */
export function compileEnvironment(
  { otel = false }: Pick<CompileOptions, "otel">,
): Readonly<Record<string, string>> {
  // Whoever compiles may have set it for himself.
  if (!otel) return { OTEL_DENO: "false" };
  // The log stays where it is.
  return { OTEL_DENO: "true", OTEL_DENO_CONSOLE: "ignore" };
}

/** The files of a bundle. */
export interface BundleFiles {
  /** The module to begin with. */
  readonly entry: string;
  /** The folder that the bundle goes to: a module of the entry's name, and what it loads later. */
  readonly folder: string;
  /** The `deno.json` that says what the imports mean. */
  readonly config: string;
}

/**
 * The arguments of `deno` that bundle a module with everything it imports. What is imported only when
 * it is needed is in files of its own: `health` would else take half as long again.
 *
 * @param files The files.
 */
export function bundleArguments({ entry, folder, config }: BundleFiles): string[] {
  return [
    "bundle",
    "--quiet",
    "--minify",
    "--code-splitting",
    "--config",
    config,
    "--outdir",
    folder,
    entry,
  ];
}

/**
 * The arguments of `deno` that make the binary: of the bundle and nothing else, with the least
 * grants of the settings and no others.
 *
 * @param options What the binary is made for.
 * @param bundle The module that the bundle begins with.
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
    `--v8-flags=${v8Flags(options).join(",")}`,
    ...grantFlags(leastGrants(options)),
    ...options.target === undefined ? [] : ["--target", options.target],
    "--output",
    options.output,
    bundle,
  ];
}
