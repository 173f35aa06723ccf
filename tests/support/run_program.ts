import { denoEnvironment } from "../../scripts/sidecar_process/mod.ts";

/** What a program that has ended leaves behind. */
export interface EndedProgram {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard error. */
  readonly lines: readonly string[];
}

/** Options of {@linkcode runProgram}. */
export interface RunProgramOptions {
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the process, but for what Deno needs to find its cache. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end.
 *
 * @param program Its name or path.
 * @param options Its arguments and surroundings.
 */
export async function runProgram(
  program: string,
  { args = [], cwd, env = {} }: RunProgramOptions = {},
): Promise<EndedProgram> {
  const output = await new Deno.Command(program, {
    args: [...args],
    clearEnv: true,
    env: { ...denoEnvironment(), ...env },
    stdin: "null",
    ...(cwd !== undefined && { cwd }),
  }).output();
  const stdout = new TextDecoder().decode(output.stdout);
  const stderr = new TextDecoder().decode(output.stderr);
  return { code: output.code, stdout, stderr, lines: stderr.split("\n").filter(Boolean) };
}
