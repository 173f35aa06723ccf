/**
 * Makes the binary with `deno bundle` and `deno compile`.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/from-file-url";
import { bundleArguments, compileArguments, compileEnvironment, entryModule } from "./arguments.ts";
import { type BaseBinary, checkBaseBinary } from "./base_binary.ts";
import type { CompileOptions } from "./options.ts";

const ROOT = new URL("../../", import.meta.url);

/** There is no base binary, and none can be downloaded. */
export class NoBaseBinaryError extends Error {
  /** Why it cannot be downloaded, in one line. */
  readonly reason: string;

  /** @param text What Deno said. */
  constructor(text: string) {
    super(
      `${text}\nCannot make the binary: 'deno compile' failed: the base binary cannot be ` +
        `downloaded; DENORT_BIN can name one of Deno ${Deno.version.deno}`,
    );
    this.name = "NoBaseBinaryError";
    const [url = "", last = ""] = [/https:\/\/dl\.deno\.land\/[^\s)]*/, /[^\n]*$/]
      .map((pattern) => pattern.exec(text)?.[0] ?? "");
    this.reason = `${url}: ${last.replace(/^\s*\d+: /, "")}`;
  }
}

/**
 * Makes a binary, in place of what is at its path.
 *
 * Requires `--allow-run` for Deno itself, `--allow-read`, `--allow-write` for `build/` and
 * `--allow-env=DENO_TLS_CA_STORE`.
 *
 * @param options What to make.
 * @param base The base binary; left out for `deno compile` to download it.
 * @returns The binary's size in bytes.
 * @throws {NoBaseBinaryError} When the base binary cannot be downloaded.
 * @throws {Error} When a step fails: the message says which and what to do.
 */
export async function makeBinary(options: CompileOptions, base?: BaseBinary): Promise<number> {
  if (base !== undefined) await checkBaseBinary(base, options.target ?? Deno.build.target);
  const work = fromFileUrl(new URL("build/", ROOT));
  await Deno.mkdir(work, { recursive: true });
  const dir = await Deno.makeTempDir({ dir: work, prefix: "compile-" });
  try {
    const entry = `${dir}/workspace-beat.ts`;
    const folder = `${dir}/bundle`;
    const config = fromFileUrl(new URL("deno.json", ROOT));
    await Deno.writeTextFile(
      entry,
      entryModule(options, new URL("lib/commands/mod.ts", ROOT).href),
    );
    await deno(bundleArguments({ entry, folder, config }));
    // The binary holds when they were made, and is to be the same each time.
    for await (const { name } of Deno.readDir(folder)) await Deno.utime(`${folder}/${name}`, 0, 0);
    await deno(compileArguments(options, `${folder}/workspace-beat.js`), {
      ...compileEnvironment(options),
      ...base !== undefined && { DENORT_BIN: base.path },
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  return (await Deno.stat(options.output)).size;
}

/** Runs this very Deno. */
async function deno(
  args: string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: {
      ...environment,
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
  if (text.includes("dl.deno.land")) throw new NoBaseBinaryError(text);
  throw new Error(`${text}\nCannot make the binary: 'deno ${args[0]}' failed`);
}
