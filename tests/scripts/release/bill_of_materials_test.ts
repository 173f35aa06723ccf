import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
// The validator looks for these by itself.
import "ajv";
import "ajv-formats";
import "ajv-formats-draft2019";
import { Version } from "@cyclonedx/cyclonedx-library/Spec";
import { JsonStrictValidator } from "@cyclonedx/cyclonedx-library/Validation";
import { billOfMaterials, type Materials } from "../../../scripts/release/bill_of_materials.ts";
import { type Component, packagesOf } from "../../../scripts/release/components.ts";
import { moduleGraph, reachedModules } from "../../../scripts/release/modules.ts";

const ROOT = new URL("../../../", import.meta.url);
const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));

const file = (name: string): Component => ({
  type: "file",
  name,
  hashes: [{ alg: "SHA-256", content: "0".repeat(64) }],
});

async function materials(): Promise<Materials> {
  const graph = await moduleGraph(new URL("lib/commands/mod.ts", ROOT), new URL("deno.json", ROOT));
  return {
    version: "1.2.3",
    date: new Date("2026-11-26T01:02:03Z"),
    binaries: [file("workspace-beat-1.2.3-linux-x64")],
    baseBinaries: [file("denort-x86_64-unknown-linux-gnu")],
    packages: await packagesOf(graph, new URL("vendor/", ROOT)),
  };
}

Deno.test("billOfMaterials() writes what the schema of CycloneDX 1.6 allows", async () => {
  const text = await billOfMaterials(await materials());
  assertEquals(await new JsonStrictValidator(Version.v1dot6).validate(text), null);
});

Deno.test("billOfMaterials() names version, time, Deno and V8", async () => {
  const { metadata, components } = JSON.parse(await billOfMaterials(await materials()));
  assertEquals(metadata.timestamp, "2026-11-26T01:02:03.000Z");
  assertEquals(metadata.component.version, "1.2.3");
  const [deno] = components;
  assertEquals([deno.name, deno.version], ["deno", Deno.version.deno]);
  assertEquals(deno.components[0].version, Deno.version.v8);
});

Deno.test("billOfMaterials() numbers the same materials the same, and others otherwise", async () => {
  const same = await materials();
  const serial = async (of: Materials): Promise<string> =>
    JSON.parse(await billOfMaterials(of)).serialNumber;
  assertEquals(await serial(same), await serial(same));
  assertNotEquals(await serial(same), await serial({ ...same, version: "1.2.4" }));
});

Deno.test("packagesOf() lists the packages in the program with version, licence and hash", async () => {
  const { packages } = await materials();
  for (const { name, licenses, hashes, components, purl, version } of packages) {
    assertMatch(purl ?? "", new RegExp(`^pkg:(npm|jsr)/(%40[a-z]+/)?${name}@${version}$`));
    const id = name === "core" ? "Apache-2.0" : "MIT"; // @stricli/core
    assertEquals(licenses, [{ license: { id } }], purl);
    const hashed = [...hashes ?? [], ...(components ?? []).flatMap(({ hashes = [] }) => hashes)];
    assert(hashed.length > 0, purl);
    for (const { alg, content } of hashed) {
      assertMatch(content, alg === "SHA-512" ? /^[0-9a-f]{128}$/ : /^[0-9a-f]{64}$/, purl);
    }
  }
});

Deno.test("packagesOf() lists every package that a module of lib/ imports, and no test's", async () => {
  const { packages } = await materials();
  const listed = packages.map(({ purl }) => decodeURIComponent(purl ?? ""));
  const expected = ["@std/yaml", "@std/log", "@std/bytes", "@std/path", "@std/text"].concat([
    "valibot",
    "@stricli/core",
  ]).map((name) => `pkg:${imports[name]}`.replace(/(jsr|npm):/, "$1/"));
  for (const purl of expected) assert(listed.includes(purl), purl);
  assertEquals(listed.filter((purl) => !expected.includes(purl)), []);
});

Deno.test("reachedModules() leaves out what is only imported for its types", () => {
  const module = (specifier: string, ...code: (string | undefined)[]) => ({
    specifier,
    dependencies: code.map((specifier) => ({ code: specifier ? { specifier } : undefined })),
  });
  const reached = reachedModules({
    roots: ["a"],
    redirects: { "b": "b.js" },
    modules: [module("a", "b", undefined), module("b.js", "a"), module("types.d.ts")],
    npmPackages: {},
  });
  assertEquals(reached.map(({ specifier }) => specifier), ["a", "b.js"]);
});
