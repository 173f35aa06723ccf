/**
 * What the binary's program is made of: the modules that its entry imports for their code.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/from-file-url";
import * as v from "valibot";

const REFERENCE = v.optional(v.object({ specifier: v.optional(v.string()) }));

/** What `deno info --json` prints, as far as it is used. */
const GRAPH = v.object({
  roots: v.array(v.string()),
  redirects: v.optional(v.record(v.string(), v.string()), {}),
  modules: v.array(v.object({
    specifier: v.string(),
    local: v.nullish(v.string()),
    npmPackage: v.optional(v.string()),
    error: v.optional(v.string()),
    dependencies: v.optional(v.array(v.object({ code: REFERENCE })), []),
  })),
  npmPackages: v.optional(
    v.record(
      v.string(),
      v.object({
        name: v.string(),
        version: v.string(),
        dependencies: v.array(v.string()),
        localPath: v.optional(v.string()),
      }),
    ),
    {},
  ),
});

/** The modules of a program. */
export type ModuleGraph = v.InferOutput<typeof GRAPH>;

/** One module. */
export type GraphModule = ModuleGraph["modules"][number];

/**
 * Lists the modules of a program with `deno info`.
 *
 * Requires `--allow-run` for Deno itself.
 *
 * @param entry The program's first module.
 * @param config The `deno.json` that says what the imports mean.
 * @throws {Error} When Deno cannot list them.
 */
export async function moduleGraph(entry: URL, config: URL): Promise<ModuleGraph> {
  const graph = v.parse(
    GRAPH,
    await denoInfo("--config", fromFileUrl(config), fromFileUrl(entry)),
  );
  const { npmCache } = v.parse(CACHES, await denoInfo());
  // Deno 2.7 does not say where a package is.
  const npmPackages = Object.entries(graph.npmPackages).map(([id, found]) => {
    const { name, version, localPath = `${npmCache}/registry.npmjs.org/${name}/${version}` } =
      found;
    return [id, { ...found, localPath }] as const;
  });
  return { ...graph, npmPackages: Object.fromEntries(npmPackages) };
}

const CACHES = v.object({ npmCache: v.string() });

async function denoInfo(...args: string[]): Promise<unknown> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--quiet", "--json", ...args],
    env: { NO_COLOR: "1", DENO_NO_PACKAGE_JSON: "1" },
    stdin: "null",
  }).output();
  if (!success) throw new Error(`Cannot list the modules: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/**
 * The modules whose code is reached from the roots: a module that is only imported for its types is
 * in no program.
 *
 * @param graph All modules.
 * @throws {Error} When one of them was not found.
 */
export function reachedModules(graph: ModuleGraph): readonly GraphModule[] {
  const bySpecifier = new Map(graph.modules.map((module) => [module.specifier, module]));
  const reached = new Set<GraphModule>();
  const left = [...graph.roots];
  for (let specifier = left.pop(); specifier !== undefined; specifier = left.pop()) {
    const module = bySpecifier.get(graph.redirects[specifier] ?? specifier);
    if (module === undefined || reached.has(module)) continue;
    if (module.error !== undefined) throw new Error(`${specifier}: ${module.error}`);
    reached.add(module);
    left.push(...module.dependencies.flatMap(({ code }) => code?.specifier ?? []));
  }
  return [...reached].sort((a, b) => a.specifier < b.specifier ? -1 : 1);
}
