/**
 * Turns the text of a std module in an npm package back into what JSR serves.
 *
 * @module
 */

import { VERSIONS } from "./pins.ts";

/**
 * The name under which JSR offers a module for import.
 *
 * @param path The module's path in its package, ending in `.js`.
 */
export function entryPoint(path: string): string {
  return path === "mod.js" ? "." : `./${path.replace(/(\/mod)?\.js$/, "").replaceAll("_", "-")}`;
}

/**
 * Shortens the one file name that is longer than the 30 characters up to which Deno vendors a file
 * under its own name.
 *
 * @param text A path, or a module's text with paths in it.
 */
export function shortenNames(text: string): string {
  return text.replaceAll("binary_search_tree_internals", "internals");
}

/**
 * Takes out what the conversion to npm brought in: a stand-in for `Deno`, and imports that go from
 * one package straight into another's folder.
 *
 * @param text The module's text.
 * @param url Where it lies, as `std:/package/[version/]path`.
 */
export function asOnJsr(text: string, url: string): string {
  return shortenNames(text)
    .replace(/^import \* as dntShim from .*\n/m, "")
    .replaceAll("dntShim.dntGlobalThis", "globalThis")
    .replaceAll("dntShim.Deno", "Deno")
    .replace(
      /\b(from |import\()"(\.\.\/[^"]+)"/g,
      (whole, keyword: string, target: string) => {
        const specifier = otherPackage(new URL(target, url).pathname, url);
        return specifier === undefined ? whole : `${keyword}"${specifier}"`;
      },
    );
}

/** The `jsr:` specifier of a path, unless it lies in the package of the module at `from`. */
function otherPackage(path: string, from: string): string | undefined {
  const [, name = "", file = ""] = path.match(/^\/([^/]+)\/(?:\d[^/]*\/)?(.*)/) ?? [];
  const version = VERSIONS.get(name);
  if (version === undefined || from.startsWith(`std:/${name}/`)) return undefined;
  return `jsr:@std/${name}@^${version}${entryPoint(file).slice(1)}`;
}
