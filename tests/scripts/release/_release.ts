/**
 * `deno task release`, as the tests run it.
 *
 * @module
 */

import { makeTempDir, type TempDir } from "../../support/mod.ts";

/** A copy of what a release is made of: a release goes into its own build folder. */
export interface Checkout extends TempDir {
  /** Runs the script of `deno task release` with what that grants it. */
  release(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Released>;
  /** Runs the script of `deno task man` with what that grants it. */
  man(): Promise<Released>;
}

/** What a run has left behind. */
export interface Released {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The names of the files in build/release. */
  readonly files: readonly string[];
}

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Copies the sources into a folder of their own. */
export async function checkOut(): Promise<Checkout> {
  const temporary = await makeTempDir();
  const { path } = temporary;
  const parts = ["deno.json", "main.ts", "lib", "scripts", "vendor"].map((name) =>
    `${ROOT}${name}`
  );
  await new Deno.Command("cp", { args: ["-R", ...parts, path] }).output();
  const run = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...args],
      cwd: path,
      env: { NO_COLOR: "1", SOURCE_DATE_EPOCH: "1800000000", ...env },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const names = Array.fromAsync(Deno.readDir(`${path}/build/release`), ({ name }) => name);
    return {
      code,
      stdout: text(stdout),
      // Deno 2.7 warns even with --quiet that permissions in deno.json are experimental.
      stderr: text(stderr).replace(/^.*experimental.*\n/gm, ""),
      files: (await names.catch(() => [])).sort(),
    };
  };
  return {
    path,
    release: (args, env = {}) =>
      run(
        [
          ...["-P=release", `--allow-run=git,${Deno.execPath()}`],
          ...["scripts/release.ts", ...args],
        ],
        env,
      ),
    man: () => run(["-P=man", "scripts/man.ts"], {}),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

/** Runs `sha256sum -c` where the files are; gives its exit code. */
export async function checkSums(checkout: Checkout): Promise<number> {
  const { code } = await new Deno.Command("sha256sum", {
    args: ["--check", "--strict", "SHA256SUMS"],
    cwd: `${checkout.path}/build/release`,
    stdout: "null",
  }).output();
  return code;
}
