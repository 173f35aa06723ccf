/**
 * Fetches npm tarballs, checks them, and unpacks what is wanted of them.
 *
 * @module
 */

import type { Tarball } from "./pins.ts";

/** How long npm may take: it retries by itself, and the tarballs are tens of megabytes. */
const NPM_DEADLINE_MS = 300_000;

/**
 * Fetches tarballs from the registry that npm is configured for, and unpacks each into the
 * subfolder that its spec names.
 *
 * Requires `--allow-run=npm,tar`, and `--allow-read` and `--allow-write` for `dir`.
 *
 * @param tarballs What to fetch.
 * @param dir An empty folder.
 * @throws {Error} When npm or tar is missing or fails, or a tarball is not the pinned one.
 */
export async function unpackTarballs(tarballs: readonly Tarball[], dir: string): Promise<void> {
  const specs = tarballs.map(({ spec }) => spec);
  await run("npm", ["pack", ...specs, "--pack-destination", dir, "--ignore-scripts"]);
  for (const tarball of tarballs) {
    const file = `${dir}/${tarball.spec.replace("@", "-")}.tgz`;
    await checkIntegrity(file, tarball);
    await Deno.mkdir(`${dir}/${tarball.spec}`);
    await run("tar", ["-xzf", file, "-C", `${dir}/${tarball.spec}`, ...tarball.folders]);
  }
}

async function checkIntegrity(file: string, { spec, integrity }: Tarball): Promise<void> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", await Deno.readFile(file)));
  const actual = `sha512-${hash.toBase64()}`;
  if (actual === integrity) return;
  throw new Error(
    `the tarball of ${spec} is not the pinned one (expected ${integrity}: current value is ` +
      `${actual}): find out what changed it on the way, or pick another in scripts/vendor_std/pins.ts`,
  );
}

async function run(name: string, args: string[]): Promise<void> {
  const signal = AbortSignal.timeout(NPM_DEADLINE_MS);
  const { success, stderr } = await output(new Deno.Command(name, { args, signal }), name);
  if (success) return;
  const reason = signal.aborted ? "it took too long" : firstLines(new TextDecoder().decode(stderr));
  const advice = name === "npm" ? ": see that the registry of 'npm config get registry' works" : "";
  throw new Error(`'${name} ${args[0]}' failed (${reason})${advice}`);
}

async function output(command: Deno.Command, name: string): Promise<Deno.CommandOutput> {
  try {
    return await command.output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`${name} is not on PATH: install ${name}`, { cause: error });
  }
}

/** The first lines of an error output that say something, as one line. */
function firstLines(text: string): string {
  return text.split("\n").filter((line) => /\w/.test(line) && !/\bwarn\b/i.test(line))
    .slice(0, 3).join("; ");
}
