/**
 * The vendor folder: whether it is there, and how it comes to be, whole or not at all.
 *
 * @module
 */

import { writePackage } from "./layout.ts";
import { asOnJsr, shortenNames } from "./module_text.ts";
import { IMPORTED, PARTS, TARBALLS, VERSIONS } from "./pins.ts";
import { unpackTarballs } from "./tarballs.ts";

/** Where Deno looks for vendored std packages, below the folder of `deno.json`. */
const STD_FOLDER = "vendor/jsr.io/@std";
/** Holds the recipe that a folder was made by; a folder that Deno made has none. */
const STAMP = ".from-npm";
/** Git, the linter and the formatter ignore it, and it is on the same file system as `vendor/`. */
const WORK_FOLDER = "build";
/** The modules and types that make up the recipe, and the types that npm lacks. */
const RECIPE_FOLDERS = [
  new URL("./", import.meta.url),
  new URL("../std_types/testing/", import.meta.url),
];

/**
 * Whether the std packages in `vendor/` are all there, made by Deno or by the current recipe.
 *
 * Requires `--allow-read` for `vendor/` and `scripts/`.
 */
export async function isComplete(): Promise<boolean> {
  const stamp = await textOf(`${STD_FOLDER}/${STAMP}`);
  if (stamp !== undefined) return stamp === await recipe();
  const metas = await Promise.all(
    IMPORTED.map((name) => textOf(`${STD_FOLDER}/${name}/meta.json`)),
  );
  return metas.every((meta) => meta !== undefined);
}

/**
 * Builds `vendor/` in a work folder and moves it into place when it is whole.
 *
 * Requires `--allow-run=npm,tar`, and `--allow-read` and `--allow-write` for `vendor/` and `build/`.
 *
 * @throws {Error} When any part of it fails: then nothing was changed.
 */
export async function buildFromNpm(): Promise<void> {
  await Deno.mkdir(WORK_FOLDER, { recursive: true });
  const dir = await Deno.makeTempDir({ dir: WORK_FOLDER, prefix: "vendor-" });
  try {
    await unpackTarballs(TARBALLS, dir);
    for (const [name, files] of await collect(dir)) {
      await writePackage(`${dir}/@std`, { name, version: VERSIONS.get(name) ?? "", files });
    }
    await Deno.writeTextFile(`${dir}/@std/${STAMP}`, await recipe());
    await moveIntoPlace(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
    await Deno.remove(WORK_FOLDER).catch(() => {}); // stays when something else is in it
  }
}

/** Two setups may run at once (two tasks in one clone): the first to finish wins. */
async function moveIntoPlace(dir: string): Promise<void> {
  if (await isComplete()) return;
  await Deno.mkdir(STD_FOLDER, { recursive: true });
  await Deno.rename(STD_FOLDER, `${dir}/replaced`);
  try {
    await Deno.rename(`${dir}/@std`, STD_FOLDER);
  } catch (error) {
    if (!await isComplete()) throw error;
  }
}

/** The files of every package, from unpacked tarballs. */
async function collect(dir: string): Promise<Map<string, Map<string, string>>> {
  const packages = new Map<string, Map<string, string>>();
  const add = async (name: string, folder: string, url: string, only = /./) => {
    const files = packages.get(name) ?? new Map<string, string>();
    packages.set(name, files);
    for (const path of modulesBelow(folder)) {
      if (!only.test(path)) continue;
      files.set(
        shortenNames(path),
        asOnJsr(await Deno.readTextFile(`${folder}/${path}`), `${url}/${path}`),
      );
    }
  };
  for (const { name, version, tarball, only } of PARTS) {
    const subfolder = tarball.folderOf(name, version);
    for (const folder of tarball.folders) {
      await add(name, `${dir}/${tarball.spec}/${folder}/${subfolder}`, `std:/${subfolder}`, only);
    }
  }
  await add("testing", `${import.meta.dirname}/../std_types/testing`, "std:/testing");
  return packages;
}

/** The modules and type declarations below a folder, as paths relative to it. */
function* modulesBelow(folder: string, under = ""): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${folder}/${under}`)) {
    if (isDirectory) yield* modulesBelow(folder, `${under}${name}/`);
    else if (/\.(js|d\.ts)$/.test(name)) yield under + name;
  }
}

/** Changes whenever another recipe would make another folder. */
async function recipe(): Promise<string> {
  const files = RECIPE_FOLDERS.flatMap((folder) =>
    Array.from(Deno.readDirSync(folder), ({ name }) => new URL(name, folder))
  ).sort((a, b) => a.href < b.href ? -1 : 1);
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  const bytes = new TextEncoder().encode(texts.join("\0"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The text of a file, or `undefined` when there is none. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
