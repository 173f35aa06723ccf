/**
 * Gets npm tarballs, directly or through npm, checks them, and takes out the modules.
 *
 * @module
 */

import { packTarballs } from "./npm_pack.ts";
import type { FetchedTarball, Tarball } from "./pins.ts";
import { fetchTarball, tarballUrl } from "./registry.ts";
import { tarFiles } from "./tar.ts";

/** The text of each module and type declaration in the wanted folders of a tarball, by path. */
export type Modules = ReadonlyMap<string, string>;

/** Options for {@linkcode modulesOf}. */
export interface ModulesOfOptions {
  /** The address of the npm registry that is asked first. */
  readonly registry: string;
  /** An empty folder, for npm to write into. */
  readonly dir: string;
}

/**
 * Fetches tarballs from a registry, or has npm fetch them where that does not work, and takes out
 * the modules in the folders that are wanted.
 *
 * Requires `--allow-net` for the registry, or else `--allow-run=npm` and `--allow-read` for `dir`.
 *
 * @param tarballs What to fetch.
 * @param options Where from.
 * @throws {Error} When neither way works, or a tarball is not the pinned one or cannot be read.
 */
export async function modulesOf(
  tarballs: readonly Tarball[],
  options: ModulesOfOptions,
): Promise<ReadonlyMap<Tarball, Modules>> {
  const modules = new Map<Tarball, Modules>();
  for (const { tarball, bytes } of await fetchAll(tarballs, options)) {
    // Only what has the pinned hash is unpacked, so how much comes out is known to be little.
    await checkIntegrity(tarball, bytes);
    modules.set(tarball, await unpack(tarball, bytes));
  }
  return modules;
}

async function fetchAll(
  tarballs: readonly Tarball[],
  { registry, dir }: ModulesOfOptions,
): Promise<FetchedTarball[]> {
  try {
    return await fetchDirectly(tarballs, registry);
  } catch (direct) {
    try {
      return await packTarballs(tarballs, dir);
    } catch (npm) {
      throw new Error(
        `${messageOf(direct)}, and ${messageOf(npm)}: see that the registry can be reached; if ` +
          "it asks for credentials, install npm and see that 'npm ping' works",
        { cause: [direct, npm] },
      );
    }
  }
}

async function fetchDirectly(
  tarballs: readonly Tarball[],
  registry: string,
): Promise<FetchedTarball[]> {
  const fetched: FetchedTarball[] = [];
  for (const tarball of tarballs) {
    const bytes = await fetchTarball(tarballUrl(registry, tarball.spec));
    fetched.push({ tarball, bytes });
  }
  return fetched;
}

async function checkIntegrity(
  { spec, integrity }: Tarball,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
  const actual = `sha512-${hash.toBase64()}`;
  if (actual === integrity) return;
  throw new Error(
    `the tarball of ${spec} is not the pinned one (expected ${integrity}: current value is ` +
      `${actual}): find out what changed it on the way, or pick another in scripts/vendor_std/pins.ts`,
  );
}

async function unpack(
  { spec, folders }: Tarball,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Modules> {
  try {
    const gunzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const modules = new Map<string, string>();
    for (const file of tarFiles(await new Response(gunzipped).bytes())) {
      const wanted = /\.(js|d\.ts)$/.test(file.path) &&
        folders.some((folder) => file.path.startsWith(`${folder}/`));
      if (wanted) modules.set(file.path, new TextDecoder().decode(file.bytes));
    }
    return modules;
  } catch (error) {
    const advice = "pick another in scripts/vendor_std/pins.ts";
    const message = `the tarball of ${spec} cannot be unpacked (${messageOf(error)}): ${advice}`;
    throw new Error(message, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
