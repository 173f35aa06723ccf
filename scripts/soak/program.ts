import { v8Flags } from "../compile/arguments.ts";
import { makeBundle } from "../compile/bundle.ts";
import { type CompileOptions, parseOptions } from "../compile/options.ts";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { type SidecarProcess, startSidecar } from "../sidecar_process/mod.ts";
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
  const settings = { platformUrl, dir, args: flagsOf(dir) };
  const why = compiler === "none"
    ? "not asked for"
    : await tryBinary(compiler ?? Deno.execPath(), { args, folder, prelude });
  if (why === undefined) {
    const binary = `${folder}/workspace-beat`;
    const name = `the compiled binary, ${await versionOf(compiler ?? Deno.execPath())}`;
    return { name, start: (workspaceId) => startSidecar({ ...settings, workspaceId, binary }) };
  }
  if (compiler !== undefined && compiler !== "none") {
    throw new Error(`Cannot make the binary with '${compiler}': ${why}`);
  }
  const compileOptions: CompileOptions = parseOptions(args);
  const module = await makeBundle(compileOptions, { folder: `${folder}/bundle`, prelude });
  const grants = [
    ...["--no-config", "--no-lock", "--no-code-cache", "--node-modules-dir=none"],
    `--v8-flags=${v8Flags(compileOptions).join(",")}`,
    ...grantFlags(leastGrants(compileOptions)),
  ];
  return {
    name: `deno run of the bundle, Deno ${Deno.version.deno} (no binary: ${why})`,
    start: (workspaceId) => startSidecar({ ...settings, workspaceId, grants, module }),
  };
}

/** Gives why there is none, in one line. */
async function tryBinary(
  compiler: string,
  { args, folder, prelude }: { args: string[]; folder: string; prelude: string },
): Promise<string | undefined> {
  const [script, build] = ["make_binary.ts", "../../build"]
    .map((path) => new URL(path, import.meta.url).pathname);
  const { success, stderr } = await new Deno.Command(compiler, {
    args: [
      ...["run", "--no-prompt", "--allow-read", `--allow-write=${build},${folder}`],
      ...[
        "--allow-env=DENORT_BIN,DENO_TLS_CA_STORE",
        `--allow-run=${await Deno.realPath(compiler)}`,
      ],
      ...[script ?? "", prelude, ...args],
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  if (success) return undefined;
  return new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
}

async function versionOf(deno: string): Promise<string> {
  const { stdout } = await new Deno.Command(deno, { args: ["--version"] }).output();
  const [, version = "?"] = /^deno (\S+)/.exec(new TextDecoder().decode(stdout)) ?? [];
  return `Deno ${version}`;
}
