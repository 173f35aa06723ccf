/**
 * The packages that the binary's program is made of, as CycloneDX components.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/from-file-url";
import * as v from "valibot";
import { type GraphModule, type ModuleGraph, reachedModules } from "./modules.ts";
import { hexSha256 } from "./sha256.ts";

/** A component of a bill of materials (https://cyclonedx.org/docs/1.6/json/#components). */
export interface Component {
  readonly type: "application" | "file" | "library" | "platform";
  readonly "bom-ref"?: string;
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly hashes?: readonly { readonly alg: "SHA-256" | "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly { readonly license: { readonly id: string } }[];
  readonly purl?: string;
  readonly components?: readonly Component[];
}

const PACKAGE_JSON = v.object({ license: v.string() });
const REGISTRY_JSON = v.object({
  versions: v.record(v.string(), v.object({ dist: v.object({ integrity: v.string() }) })),
});

/**
 * The packages of other people whose code is in a program.
 *
 * Requires `--allow-read` for Deno's cache and the vendor folder.
 *
 * @param graph The program's modules.
 * @param vendor The folder with the modules of JSR packages.
 * @throws {Error} When a package's licence or hash is not to be found.
 */
export async function packagesOf(graph: ModuleGraph, vendor: URL): Promise<readonly Component[]> {
  const reached = reachedModules(graph);
  const npm = reached.flatMap(({ npmPackage }) => npmPackage ?? []);
  const all = [
    ...await Promise.all(withDependencies(npm, graph).map((id) => npmComponent(id, graph))),
    ...await jsrComponents(reached, vendor),
  ];
  return all.sort((a, b) => (a["bom-ref"] ?? "") < (b["bom-ref"] ?? "") ? -1 : 1);
}

function withDependencies(ids: readonly string[], { npmPackages }: ModuleGraph): string[] {
  const all = new Set(ids);
  for (const id of all) npmPackages[id]?.dependencies.forEach((other) => all.add(other));
  return [...all];
}

async function npmComponent(id: string, { npmPackages }: ModuleGraph): Promise<Component> {
  const { localPath, name, version } = npmPackages[id] ?? {};
  if (name === undefined || version === undefined || localPath === undefined) {
    throw new Error(`Cannot find the npm package ${id}: expected it in Deno's cache`);
  }
  const { license } = v.parse(PACKAGE_JSON, await readJson(`${localPath}/package.json`));
  const { versions } = v.parse(REGISTRY_JSON, await readJson(`${localPath}/../registry.json`));
  const [algorithm, base64 = ""] = versions[version]?.dist.integrity.split("-") ?? [];
  if (algorithm !== "sha512") throw new Error(`Cannot find the SHA-512 of the npm package ${id}`);
  const content = Uint8Array.fromBase64(base64).toHex();
  return {
    ...libraryOf("npm", name, version),
    hashes: [{ alg: "SHA-512", content }],
    licenses: [{ license: { id: license } }],
  };
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(path));
}

/** A JSR package has no archive of its own: its modules are hashed. */
async function jsrComponents(
  modules: readonly GraphModule[],
  vendor: URL,
): Promise<readonly Component[]> {
  const packages = new Map<string, Component[]>();
  const licensed = new Set<string>();
  for (const { specifier } of modules) {
    const [, id, name] = /^https:\/\/jsr\.io\/((?:[^/]+\/){2}[^/]+)\/(.+)$/.exec(specifier) ?? [];
    if (id === undefined || name === undefined) continue;
    const bytes = await Deno.readFile(fromFileUrl(new URL(`jsr.io/${id}/${name}`, vendor)));
    if (/\bMIT license\b/i.test(new TextDecoder().decode(bytes))) licensed.add(id);
    const hashes = [{ alg: "SHA-256", content: await hexSha256(bytes) } as const];
    packages.set(id, [...packages.get(id) ?? [], { type: "file", name, hashes }]);
  }
  return [...packages].map(([id, components]) => {
    if (!licensed.has(id)) {
      throw new Error(`Cannot find the licence of jsr:${id}: expected it in the head of a module`);
    }
    const [scope, name, version = ""] = id.split("/");
    const licenses = [{ license: { id: "MIT" } }];
    return { ...libraryOf("jsr", `${scope}/${name}`, version), licenses, components };
  });
}

function libraryOf(registry: "jsr" | "npm", fullName: string, version: string): Component {
  const [, group, name = fullName] = /^(@[^/]+)\/(.+)$/.exec(fullName) ?? [];
  const purl = `pkg:${registry}/${fullName.replace("@", "%40")}@${version}`;
  return {
    type: "library",
    "bom-ref": purl,
    ...group !== undefined && { group },
    name,
    version,
    purl,
  };
}
