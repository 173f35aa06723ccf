/**
 * Writes a std package as Deno lays out what it vendors: its modules, a list of their checksums
 * and entry points, and a list of its versions.
 *
 * @module
 */

import { entryPoint } from "./module_text.ts";

/** A std package: the text of each of its files, by path. */
export interface StdPackage {
  /** Its name, without the scope. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** The text of each file, by its path in the package. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Writes a package.
 *
 * Requires `--allow-write` for `dir`.
 *
 * @param dir The folder of the scope, in which the package gets a subfolder.
 * @param std The package.
 */
export async function writePackage(dir: string, std: StdPackage): Promise<void> {
  const exports: Record<string, string> = {};
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, text] of std.files) {
    const bytes = new TextEncoder().encode(typesComment(path, std) + text);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    manifest[`/${path}`] = { size: bytes.length, checksum: `sha256-${hash.toHex()}` };
    if (path.endsWith(".js") && !/(^|\/)_/.test(path)) exports[entryPoint(path)] = `./${path}`;
    const target = `${dir}/${std.name}/${std.version}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(target, bytes);
  }
  const metas = {
    [`${std.version}_meta`]: { exports, manifest },
    meta: {
      scope: "std",
      name: std.name,
      latest: std.version,
      versions: { [std.version]: {} },
    },
  };
  for (const [name, meta] of Object.entries(metas)) {
    await Deno.writeTextFile(`${dir}/${std.name}/${name}.json`, JSON.stringify(meta));
  }
}

/** The comment by which a JavaScript module names its types, where it has any. */
function typesComment(path: string, { files }: StdPackage): string {
  const types = path.replace(/\.js$/, ".d.ts");
  if (types === path || !files.has(types)) return "";
  return `/* @ts-self-types="./${types.slice(types.lastIndexOf("/") + 1)}" */\n`;
}
