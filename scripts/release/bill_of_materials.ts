import type { Component } from "./components.ts";
import { hexSha256 } from "./sha256.ts";

/** What a bill of materials is of. */
export interface Materials {
  /** The version of the program. */
  readonly version: string;
  /** When it is of. */
  readonly date: Date;
  /** The files of the release that are programs, with their hashes. */
  readonly binaries: readonly Component[];
  /** The base binaries, with their hashes, as far as they were files here. */
  readonly baseBinaries: readonly Component[];
  /** The packages that the program holds. */
  readonly packages: readonly Component[];
}

const MIT = [{ license: { id: "MIT" } }];

/**
 * Writes a bill of materials as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). Its serial
 * number is made of what it says, so that the same release has the same one.
 *
 * @param materials What it is of.
 * @returns JSON.
 */
export async function billOfMaterials(materials: Materials): Promise<string> {
  const { baseBinaries, binaries, date, packages, version } = materials;
  const program: Component = {
    type: "application",
    "bom-ref": `pkg:generic/workspace-beat@${version}`,
    name: "workspace-beat",
    version,
    licenses: [{ license: { id: "Apache-2.0" } }],
    purl: `pkg:generic/workspace-beat@${version}`,
    components: binaries,
  };
  const { deno, v8 } = Deno.version;
  const platform: Component = {
    type: "platform",
    "bom-ref": `pkg:github/denoland/deno@v${deno}`,
    name: "deno",
    version: deno,
    licenses: MIT,
    purl: `pkg:github/denoland/deno@v${deno}`,
    components: [{ type: "library", name: "v8", version: v8 }, ...baseBinaries],
  };
  const components = [platform, ...packages];
  const content = {
    version: 1,
    metadata: { timestamp: date.toISOString(), component: program },
    components,
    dependencies: [
      {
        ref: program["bom-ref"],
        dependsOn: components.flatMap((component) => component["bom-ref"] ?? []),
      },
    ],
  };
  const serialNumber = `urn:uuid:${await uuidOf(JSON.stringify(content))}`;
  const bill = { bomFormat: "CycloneDX", specVersion: "1.6", serialNumber, ...content };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/** A UUID of version 8 (RFC 9562 5.8): whoever makes it says of what. */
async function uuidOf(text: string): Promise<string> {
  const hex = await hexSha256(new TextEncoder().encode(text));
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
