/**
 * The vendor folder: whether it is there, and how it comes to be, whole or not at all.
 *
 * @module
 */

import { writePackage } from "./layout.ts";
import { asOnJsr, shortenNames } from "./module_text.ts";
import { IMPORTED, type Part, PARTS, TARBALLS, VERSIONS } from "./pins.ts";
import { type Modules, modulesOf, type ModulesOfOptions } from "./tarballs.ts";

/** Where Deno looks for vendored std packages, below the folder of `deno.json`. */
const STD_FOLDER = "vendor/jsr.io/@std";
/** Holds the recipe that a folder was made by; a folder that Deno made has none. */
const STAMP = ".from-npm";
/** Git, the linter and the formatter ignore it, and it is on the same file system as `vendor/`. */
const WORK_FOLDER = "build";
/** The types of the modules of testing that npm has without types. */
const TYPES_FOLDER = new URL("../std_types/testing/", import.meta.url);
/** Their files make up the recipe. */
const RECIPE_FOLDERS = [new URL("./", import.meta.url), TYPES_FOLDER];

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
 * Requires `--allow-net` for the registry or `--allow-run=npm`, `--allow-read` for `scripts/`, and
 * `--allow-read` and `--allow-write` for `vendor/` and `build/`.
 *
 * @param registry The address of the npm registry that is asked first.
 * @throws {Error} When any part of it fails: then nothing was changed.
 */
export async function buildFromNpm(registry: string): Promise<void> {
  const dir = await makeWorkFolder();
  try {
    for (const [name, files] of await collect({ registry, dir })) {
      await writePackage(`${dir}/@std`, { name, version: VERSIONS.get(name) ?? "", files });
    }
    await Deno.writeTextFile(`${dir}/@std/${STAMP}`, await recipe());
    await moveIntoPlace(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
    await Deno.remove(WORK_FOLDER).catch(() => {}); // stays when something else is in it
  }
}

async function makeWorkFolder(): Promise<string> {
  await Deno.mkdir(WORK_FOLDER, { recursive: true });
  try {
    return await Deno.makeTempDir({ dir: WORK_FOLDER, prefix: "vendor-" });
  } catch (error) {
    // Another setup ended in between and took the empty folder along.
    if (error instanceof Deno.errors.NotFound) return await makeWorkFolder();
    throw error;
  }
}

/** Two setups may run at once (two tasks in one clone): the first to finish wins. */
async function moveIntoPlace(dir: string): Promise<void> {
  await Deno.mkdir(STD_FOLDER, { recursive: true });
  for (let attempt = 1; !await isComplete(); attempt++) {
    try {
      await Deno.rename(STD_FOLDER, `${dir}/replaced-${attempt}`);
    } catch (error) {
      // Another setup is just here, too.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    try {
      await Deno.rename(`${dir}/@std`, STD_FOLDER);
    } catch (error) {
      // It was quicker, and what it put there is complete unless its recipe is another.
      if (attempt === 3) throw error;
    }
  }
}

/** The files of every package, from tarballs and from the types that npm lacks. */
async function collect(options: ModulesOfOptions): Promise<Map<string, Map<string, string>>> {
  const modules = await modulesOf(TARBALLS, options);
  const packages = new Map<string, Map<string, string>>();
  for (const part of PARTS) {
    const files = filesOf(part, modules.get(part.tarball) ?? new Map());
    packages.set(part.name, new Map([...packages.get(part.name) ?? [], ...files]));
  }
  for (const { name } of Deno.readDirSync(TYPES_FOLDER)) {
    packages.get("testing")?.set(name, await Deno.readTextFile(new URL(name, TYPES_FOLDER)));
  }
  return packages;
}

/** The files that one tarball gives to one package, by their path in the package. */
function filesOf({ name, version, tarball, only = /./ }: Part, modules: Modules) {
  const files = new Map<string, string>();
  const subfolder = tarball.folderOf(name, version);
  const prefixes = tarball.folders.map((folder) => `${folder}/${subfolder}/`);
  for (const [whole, text] of modules) {
    const prefix = prefixes.find((prefix) => whole.startsWith(prefix));
    const path = whole.slice(prefix?.length);
    if (prefix === undefined || !only.test(path)) continue;
    files.set(shortenNames(path), asOnJsr(text, `std:/${subfolder}/${path}`));
  }
  if (files.size === 0) throw new Error(`the tarball of ${tarball.spec} has no ${subfolder}`);
  return files;
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
