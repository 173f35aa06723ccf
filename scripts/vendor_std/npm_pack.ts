/**
 * Has npm fetch tarballs: it knows the registry and the credentials that `.npmrc` names.
 *
 * @module
 */

import type { FetchedTarball, Tarball } from "./pins.ts";

/** How long npm may take: it retries by itself, and the tarballs are tens of megabytes. */
const NPM_DEADLINE_MS = 300_000;

/**
 * Fetches tarballs with `npm pack`.
 *
 * Requires `--allow-run=npm` and `--allow-read` for `dir`.
 *
 * @param tarballs What to fetch.
 * @param dir An empty folder, into which npm writes.
 * @throws {Error} When npm is missing or fails, in a message of one line.
 */
export async function packTarballs(
  tarballs: readonly Tarball[],
  dir: string,
): Promise<FetchedTarball[]> {
  const specs = tarballs.map(({ spec }) => spec);
  const args = ["pack", ...specs, "--pack-destination", dir, "--ignore-scripts"];
  const signal = AbortSignal.timeout(NPM_DEADLINE_MS);
  const { success, stderr } = await output(new Deno.Command("npm", { args, signal }));
  if (!success) {
    const reason = signal.aborted ? `it took longer than ${NPM_DEADLINE_MS} ms` : said(stderr);
    throw new Error(`'npm pack' failed: ${reason}`);
  }
  return await Promise.all(tarballs.map(async (tarball) => (
    { tarball, bytes: await Deno.readFile(`${dir}/${packedName(tarball.spec)}`) }
  )));
}

/** The name that `npm pack` gives a file. */
function packedName(spec: string): string {
  return `${spec.replace(/^@/, "").replace(/[@/]/g, "-")}.tgz`;
}

async function output(command: Deno.Command): Promise<Deno.CommandOutput> {
  try {
    return await command.output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("npm is not on PATH", { cause: error });
  }
}

/** The first lines of an error output that say something, as one line. */
function said(stderr: Uint8Array): string {
  return new TextDecoder().decode(stderr).split("\n")
    .filter((line) => /\w/.test(line) && !/\bwarn\b/i.test(line))
    .slice(0, 3).join("; ");
}
