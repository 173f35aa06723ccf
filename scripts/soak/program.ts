import { v8Flags } from "../compile/arguments.ts";
import { makeBundle } from "../compile/bundle.ts";
import { type CompileOptions, parseOptions } from "../compile/options.ts";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { DEPLOYED_ENVIRONMENT, type SidecarProcess, startSidecar } from "../sidecar_process/mod.ts";
import { METRICS, RESULTS } from "./agent.ts";

/** What to make the program of, and for whom. */
export interface ProgramOptions {
  readonly platformUrl: string;
  /** The folder of configs and results. */
  readonly dir: string;
  /** The folder for the program itself. */
  readonly folder: string;
  /** The URL of the module that runs before the program. */
  readonly prelude: string;
  /** The Deno that makes a binary; "none" for a bundle. Where that is not said, a bundle will do. */
  readonly compiler: string | undefined;
}

/** The program that is soaked. */
export interface Program {
  /** What it is, in words. */
  readonly name: string;
  /** Starts it. */
  start(workspaceId: string): SidecarProcess;
}

/** The flags beside addresses and paths: all that a sidecar can do at once. */
function flagsOf(dir: string): string[] {
  return [
    ...["--interval", "5", "--register", "push", "--agent-url", "http://127.0.0.1:8000"],
    ...["--wakes-per-hour", "60", "--activity", "--metrics-file", `${dir}/${METRICS}`],
  ];
}

/**
 * Makes the program: the compiled binary, or what is inside of it with the binary's own V8 flags.
 *
 * Requires `--allow-run`, `--allow-read`, `--allow-write` and `--allow-env` for what `deno compile`
 * needs.
 *
 * @param options Of what, and for whom.
 * @throws {Error} The Deno that was named cannot make a binary.
 */
export async function makeProgram(options: ProgramOptions): Promise<Program> {
  const { compiler, dir, folder, platformUrl, prelude } = options;
  const args = [
    ...["--platform-url", platformUrl, "--configs-dir", dir],
    ...["--results-file", `${dir}/${RESULTS}`, "--metrics-file", `${dir}/${METRICS}`],
    ...["--output", `${folder}/workspace-beat`],
  ];
  const settings = { platformUrl, dir, args: flagsOf(dir), env: DEPLOYED_ENVIRONMENT };
  const made: Made = compiler === "none"
    ? { why: "not asked for" }
    : await makeBinaryBy(compiler ?? Deno.execPath(), { args, folder, prelude });
  if (made.why === undefined) {
    const binary = `${folder}/workspace-beat`;
    const name = `the compiled binary, Deno ${made.version}`;
    return { name, start: (workspaceId) => startSidecar({ ...settings, workspaceId, binary }) };
  }
  if (compiler !== undefined && compiler !== "none") {
    throw new Error(`Cannot make the binary with '${compiler}': ${made.why}`);
  }
  const compileOptions: CompileOptions = parseOptions(args);
  const module = await makeBundle(compileOptions, { folder: `${folder}/bundle`, prelude });
  const grants = [
    ...["--no-config", "--no-lock", "--no-code-cache", "--node-modules-dir=none"],
    `--v8-flags=${v8Flags(compileOptions).join(",")}`,
    ...grantFlags(leastGrants(compileOptions)),
  ];
  return {
    name: `deno run of the bundle, Deno ${Deno.version.deno} (no binary: ${made.why})`,
    start: (workspaceId) => startSidecar({ ...settings, workspaceId, grants, module }),
  };
}

/** Of which Deno the binary is, or why there is none, in one line. */
type Made = { readonly why?: undefined; readonly version: string } | { readonly why: string };

async function makeBinaryBy(
  compiler: string,
  { args, folder, prelude }: { args: string[]; folder: string; prelude: string },
): Promise<Made> {
  const [script = "", build = ""] = ["make_binary.ts", "../../build"]
    .map((path) => new URL(path, import.meta.url).pathname);
  const [path = "", version = ""] = (await outputOf(compiler, [
    "eval",
    "console.log(`${Deno.execPath()}\\n${Deno.version.deno}`)",
  ])).stdout.split("\n");
  const { stderr, success } = await outputOf(compiler, [
    ...["run", "--no-prompt", "--allow-read", `--allow-write=${build},${folder}`],
    ...["--allow-env=DENORT_BIN,DENO_TLS_CA_STORE", `--allow-run=${path}`],
    ...[script, prelude, ...args],
  ]);
  return success ? { version } : { why: stderr.trim().split("\n").at(-1) ?? "" };
}

async function outputOf(
  program: string,
  args: string[],
): Promise<{ readonly success: boolean; readonly stdout: string; readonly stderr: string }> {
  const options = { args, env: { NO_COLOR: "1" }, stdin: "null" } as const;
  const { stderr, stdout, success } = await new Deno.Command(program, options).output();
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, stdout: out, stderr: err };
}
