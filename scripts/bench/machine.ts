/**
 * What the figures were measured on, and with.
 *
 * @module
 */

import { baseBinaryOfVariable } from "../compile/base_binary.ts";

/** The machine, and the versions of everything. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** In bytes. */
  readonly memoryBytes: number;
  readonly kernel: string;
  /** By name; what is not there is not in it. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Finds out what the figures are measured on, and with.
 *
 * Requires `--allow-run` and `--allow-env=DENORT_BIN`.
 *
 * @param programs The Deno that compiles the binary, and those that run the loops.
 */
export async function describeMachine(
  { compiler, node, python }: {
    readonly compiler: string;
    readonly node: string | undefined;
    readonly python: string | undefined;
  },
): Promise<Machine> {
  const [cpuinfo, meminfo, kernel, binary] = await Promise.all([
    said("cat", "/proc/cpuinfo"),
    said("cat", "/proc/meminfo"),
    said("uname", "-sr"),
    said(compiler, "--version"),
  ]);
  const versions: Record<string, string> = { Deno: Deno.version.deno };
  const deno = /^deno (\S+)/.exec(binary ?? "")?.[1];
  if (deno !== undefined) versions["Deno of the binary"] = deno;
  const asked = [
    ["Node", node, "--version"],
    ["Python", python, "-c", "import platform; print(platform.python_version())"],
    ["httpx", python, "-c", "import httpx; print(httpx.__version__)"],
  ] as const;
  for (const [name, program, ...args] of asked) {
    const version = program && await said(program, ...args);
    if (version !== undefined) versions[name] = version.replace(/^v/, "");
  }
  const base = baseBinaryOfVariable();
  if (base !== undefined) versions["base binary"] = base.path.replace(/^.*\//, "");
  return {
    cpu: /^model name\s*: (.*)$/m.exec(cpuinfo ?? "")?.[1] ?? "unknown",
    cores: navigator.hardwareConcurrency,
    memoryBytes: Number(/^MemTotal:\s+(\d+) kB$/m.exec(meminfo ?? "")?.[1]) * 1024,
    kernel: kernel ?? "unknown",
    versions,
  };
}

/** What a program says; undefined when there is none, or it cannot. */
async function said(program: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, success } = await new Deno.Command(program, { args: [...args] }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
