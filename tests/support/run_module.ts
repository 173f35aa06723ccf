/** What a program that has ended leaves behind. */
export interface EndedProgram {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard error. */
  readonly lines: readonly string[];
}

/** Options of {@linkcode runModule}. */
export interface RunModuleOptions {
  /** Permission flags; none by default. */
  readonly grants?: readonly string[];
  readonly args?: readonly string[];
  /** The whole environment of the process, but for what Deno needs to find its cache. */
  readonly env?: Readonly<Record<string, string>>;
}

const ROOT = new URL("../..", import.meta.url).pathname;

/** Runs a module as a process of its own, with the project's imports, until it ends. */
export async function runModule(
  module: string,
  { grants = [], args = [], env = {} }: RunModuleOptions = {},
): Promise<EndedProgram> {
  const cache = ["DENO_DIR", "HOME", "XDG_CACHE_HOME", "PATH"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--config", `${ROOT}deno.json`, ...grants, module, ...args],
    clearEnv: true,
    env: { ...Object.fromEntries(cache), ...env },
    stdin: "null",
  }).output();
  const stdout = new TextDecoder().decode(output.stdout);
  const stderr = new TextDecoder().decode(output.stderr);
  return { code: output.code, stdout, stderr, lines: stderr.split("\n").filter(Boolean) };
}
