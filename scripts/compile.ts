/**
 * `deno task compile`: makes the binary for an image.
 *
 * ```sh
 * deno task compile --platform-url https://platform.example.com --output build/workspace-beat
 * ```
 *
 * `deno compile` downloads a base binary from Deno's own site; where that is blocked, `DENORT_BIN`
 * names one of the same version.
 *
 * @module
 */

import { InputError } from "../lib/config/mod.ts";
import { EXIT_CODE } from "../lib/exit_code.ts";
import { baseBinaryOfVariable } from "./compile/base_binary.ts";
import { makeBinary } from "./compile/binary.ts";
import { type CompileOptions, HELP, parseOptions } from "./compile/options.ts";

/** What was made, in one line. */
function summary(options: CompileOptions, size: number): string {
  const { platformUrls, resultsFile, configsDir, configFile, reportFile, target, output } = options;
  const { agentCardFile, metricsFile, otel, statusFile, wakeFile, workspacesDir } = options;
  return `${output}: ${(size / 1e6).toFixed(1)} MB for ${platformUrls.join(" and ")}, ` +
    `results in ${resultsFile}, configs in ${configsDir}, config ${configFile}, ` +
    `report ${reportFile}, agent card ${agentCardFile}, wake file ${wakeFile}, ` +
    `status ${statusFile}` +
    (workspacesDir === undefined ? "" : `, workspaces in ${workspacesDir}`) +
    (metricsFile === undefined ? "" : `, metrics in ${metricsFile}`) +
    (otel ? ", exports over OpenTelemetry" : "") +
    (target === undefined ? "" : `, on ${target}`);
}

async function compile(args: readonly string[]): Promise<string> {
  if (args.includes("--help")) return HELP;
  const options = parseOptions(args);
  return summary(options, await makeBinary(options, { base: baseBinaryOfVariable() }));
}

if (import.meta.main) {
  try {
    console.log(await compile(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(error instanceof InputError ? error.exitCode : EXIT_CODE.unexpected);
  }
}
