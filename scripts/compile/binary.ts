/**
 * Makes the binary with `deno bundle` and `deno compile`.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/from-file-url";
import { bundleArguments, compileArguments, entryModule } from "./arguments.ts";
import type { CompileOptions } from "./options.ts";

const ROOT = new URL("../../", import.meta.url);

/**
 * Makes a binary, in place of what is at its path.
 *
 * Requires `--allow-run` for Deno itself, `--allow-read`, `--allow-write` for `build/` and
 * `--allow-env=DENORT_BIN,DENO_TLS_CA_STORE`.
 *
 * @param options What to make.
 * @returns The binary's size in bytes.
 * @throws {Error} When a step fails: the message says which and what to do.
 */
export async function makeBinary(options: CompileOptions): Promise<number> {
  await checkBaseBinary(Deno.env.get("DENORT_BIN"));
  const work = fromFileUrl(new URL("build/", ROOT));
  await Deno.mkdir(work, { recursive: true });
  const dir = await Deno.makeTempDir({ dir: work, prefix: "compile-" });
  try {
    const entry = `${dir}/entry.ts`;
    const bundle = `${dir}/workspace-beat.js`;
    const config = fromFileUrl(new URL("deno.json", ROOT));
    await Deno.writeTextFile(
      entry,
      entryModule(options, new URL("lib/commands/mod.ts", ROOT).href),
    );
    await deno(bundleArguments({ entry, bundle, config }));
    await deno(compileArguments(options, bundle));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  return (await Deno.stat(options.output)).size;
}

/**
 * Refuses a base binary of another version: `deno compile` would take it, and make a program that
 * does not start.
 */
async function checkBaseBinary(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const bytes = await Deno.readFile(path).catch((error: Error) => {
    throw new Error(`Cannot read the base binary that DENORT_BIN names: ${error.message}`, {
      cause: error,
    });
  });
  const [, version] = new TextDecoder("latin1").decode(bytes).match(/Deno\/(\d+\.\d+\.\d+)/) ?? [];
  if (version === undefined || version === Deno.version.deno) return;
  throw new Error(
    `Cannot compile with the base binary '${path}' from DENORT_BIN: expected one of Deno ` +
      `${Deno.version.deno}: current value is of Deno ${version}`,
  );
}

/** Runs this very Deno. */
async function deno(args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: {
      NO_COLOR: "1",
      RUST_BACKTRACE: "0",
      DENO_NO_PACKAGE_JSON: "1", // one in a folder above is not ours
      // The bundler is fetched from the npm registry, which may be a company's own.
      DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system,mozilla",
    },
    stdin: "null",
  }).output();
  if (success) return;
  const text = new TextDecoder().decode(stderr).trim();
  const hint = text.includes("dl.deno.land")
    ? `: the base binary cannot be downloaded; DENORT_BIN can name one of Deno ${Deno.version.deno}`
    : "";
  throw new Error(`${text}\nCannot make the binary: 'deno ${args[0]}' failed${hint}`);
}
