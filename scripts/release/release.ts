/**
 * Makes the files of a release.
 *
 * @module
 */

import { PROGRAM } from "../../lib/commands/command_table.ts";
import { COMPLETIONS } from "../../lib/commands/completions.ts";
import { commandTable } from "../../lib/commands/routes.ts";
import { VERSION } from "../../lib/version.ts";
import { type BaseBinary, baseBinaryOfVariable } from "../compile/base_binary.ts";
import { makeBinary } from "../compile/binary.ts";
import { NoBaseBinaryError } from "../compile/deno.ts";
import { programPath, type Target } from "../compile/targets.ts";
import { manPage } from "../man/man_page.ts";
import { billOfMaterials } from "./bill_of_materials.ts";
import { type Component, packagesOf } from "./components.ts";
import { moduleGraph } from "./modules.ts";
import type { ReleaseOptions } from "./options.ts";
import { hexSha256 } from "./sha256.ts";

const ROOT = new URL("../../", import.meta.url);

/** What has become of a release. */
export interface Release {
  /** The names of its files, in their order. */
  readonly files: readonly string[];
  /** A line for each system that there is no binary for. */
  readonly missing: readonly string[];
}

/** What the completions are called in a release: as the shells look for them, where they do. */
const COMPLETIONS_FILES = {
  bash: `${PROGRAM}.bash`,
  zsh: `_${PROGRAM}`,
  fish: `${PROGRAM}.fish`,
} as const;

/**
 * Makes a release in an empty folder.
 *
 * Requires `--allow-run` for Deno itself, `--allow-read`, `--allow-write` for the folder and
 * `build/`, and `--allow-env=DENORT_BIN,DENO_TLS_CA_STORE`.
 *
 * @param folder Where its files go.
 * @param date The time that it is of.
 * @param options What is released.
 * @throws {Error} When something else fails than getting a base binary.
 */
export async function makeRelease(
  folder: string,
  date: Date,
  options: ReleaseOptions,
): Promise<Release> {
  const { baseBinaries, binaries, missing } = await makeBinaries(folder, options);
  const program = commandTable();
  const texts: Record<string, string> = {
    [`${PROGRAM}.1`]: manPage(program, { version: VERSION, date }),
  };
  for (const shell of ["bash", "zsh", "fish"] as const) {
    texts[COMPLETIONS_FILES[shell]] = COMPLETIONS[shell](program);
  }
  const graph = await moduleGraph(
    new URL("lib/commands/mod.ts", ROOT),
    new URL("deno.json", ROOT),
  );
  const packages = await packagesOf(graph, new URL("vendor/", ROOT));
  texts[`${PROGRAM}-${VERSION}.cdx.json`] = await billOfMaterials({
    version: VERSION,
    date,
    binaries,
    baseBinaries,
    packages,
  });
  if (missing.length > 0) texts["INCOMPLETE"] = missing.map((line) => `${line}\n`).join("");
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  const files = [...binaries.map(({ name }) => name), ...Object.keys(texts)].sort();
  const sums = await Promise.all(files.map((name) => checksumLine(folder, name)));
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, sums.join(""));
  return { files: [...files, "SHA256SUMS"], missing };
}

/** The binaries of a release, and what they are made of. */
interface Binaries {
  readonly binaries: readonly Component[];
  readonly baseBinaries: readonly Component[];
  readonly missing: readonly string[];
}

async function makeBinaries(folder: string, options: ReleaseOptions): Promise<Binaries> {
  const own = baseBinaryOfVariable();
  Deno.env.delete("DENORT_BIN"); // Deno would take it for every system
  const binaries: Component[] = [];
  const baseBinaries: Component[] = [];
  const missing: string[] = [];
  for (const target of options.targets) {
    const base = await baseBinaryFor(target, options, own);
    const name = programPath(`${PROGRAM}-${VERSION}-${target.name}`, target.triple);
    const output = `${folder}/${name}`;
    try {
      await makeBinary({ ...options.compile, target: target.triple, output }, { base });
    } catch (error) {
      if (!(error instanceof NoBaseBinaryError)) throw error;
      missing.push(
        `Not built for ${target.triple}: no base binary: ${error.reason}: put it into the folder ` +
          `of --base-binaries as denort-${target.triple}, or go without with --allow-missing`,
      );
      continue;
    }
    binaries.push(await fileComponent(output, name));
    if (base !== undefined) {
      baseBinaries.push(await fileComponent(base.path, `denort-${target.triple}`));
    }
  }
  return { binaries, baseBinaries, missing };
}

/** The base binary for a system, where there is one here. */
async function baseBinaryFor(
  { triple }: Target,
  { baseBinaries }: ReleaseOptions,
  own: BaseBinary | undefined,
): Promise<BaseBinary | undefined> {
  const path = `${baseBinaries}/denort-${triple}`;
  if (baseBinaries !== undefined && await isThere(path)) {
    return { path, origin: "--base-binaries" };
  }
  return triple === Deno.build.target ? own : undefined;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

async function fileComponent(path: string, name: string): Promise<Component> {
  const content = await hexSha256(await Deno.readFile(path));
  return { type: "file", name, hashes: [{ alg: "SHA-256", content }] };
}

/** A line as `sha256sum -c` reads it. */
async function checksumLine(folder: string, name: string): Promise<string> {
  return `${await hexSha256(await Deno.readFile(`${folder}/${name}`))}  ${name}\n`;
}
