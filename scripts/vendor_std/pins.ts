/**
 * What `vendor/` is made of: which npm tarballs, which of their files, under which std versions.
 * To add a std package, add it to {@linkcode PARTS}; to move to another version, change it here
 * and in `deno.json` together (a test holds them equal).
 *
 * @module
 */

/** An npm package that carries copies of std packages, compiled to JavaScript. */
export interface Tarball {
  /** `name@version`. */
  readonly spec: string;
  /** The integrity value that the npm registry states for it. */
  readonly integrity: string;
  /** Where it keeps the copies: the types may lie apart from the JavaScript. */
  readonly folders: readonly string[];
  /** The subfolder of `folders` that holds one package. */
  folderOf(name: string, version: string): string;
}

/** A tarball as it came, not yet checked. */
export interface FetchedTarball {
  /** What it should be. */
  readonly tarball: Tarball;
  /** What it is. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Files of one tarball that become files of one std package. */
export interface Part {
  /** The std package, without its scope. */
  readonly name: string;
  /** The version under which JSR has these files. */
  readonly version: string;
  /** The tarball that carries them. */
  readonly tarball: Tarball;
  /**
   * Takes only the paths that match.
   *
   * @default {every module}
   */
  readonly only?: RegExp;
}

/** Carries std as it was vendored from JSR, with types in a tree of their own. */
const WINDMILL: Tarball = {
  spec: "windmill-cli@1.596.0",
  integrity:
    "sha512-5aFVNTOEaGyTKyQlyjFI1FAZ8fTIQ2vGSmnqL3FfZuKpKWdqGXh8p9Azdp8N2MkIwyP1vYtOK9nfQk6jr6tRTw==",
  folders: ["package/esm/deps/jsr.io/@std", "package/types/deps/jsr.io/@std"],
  folderOf: (name, version) => `${name}/${version}`,
};

/** Carries newer std packages, with types beside the JavaScript. */
const VERYFRONT: Tarball = {
  spec: "veryfront@0.1.1031",
  integrity:
    "sha512-Vhd648NOygFaqiSeT9xDRL/9Tf2KjyfpIlnz2W86fRHi9W47w7ngZisq0Xiw4nzNKN8kh5+MDD01N1E18Oidgw==",
  folders: ["package/esm/deps/jsr.io/@std"],
  folderOf: (name, version) => `${name}/${version}`,
};

/** Carries all of std in one version each, without types. */
const DENO_STD: Tarball = {
  spec: "deno-std@1.3.0",
  integrity:
    "sha512-lHY/mfvc0Xhh218z6G91ZN1Qa3ZPYk6Fs+Ctt5gRU/IJ/Vr5psNLaz1Jc1b7S00UqYJ3/snn2o9TP2DwI3yfwQ==",
  folders: ["package"],
  folderOf: (name) => name.replaceAll("-", "_"),
};

/** Every tarball that is fetched. */
export const TARBALLS: readonly Tarball[] = [WINDMILL, VERYFRONT, DENO_STD];

/** Everything that goes into `vendor/`: what the project imports, and what that imports. */
export const PARTS: readonly Part[] = [
  { name: "assert", version: "1.0.19", tarball: VERYFRONT },
  { name: "bytes", version: "1.0.6", tarball: WINDMILL },
  { name: "data-structures", version: "1.0.9", tarball: DENO_STD, only: /tree|node|comparators/ },
  { name: "fmt", version: "1.0.8", tarball: WINDMILL }, // colors only
  { name: "fs", version: "1.0.23", tarball: VERYFRONT },
  { name: "internal", version: "1.0.14", tarball: VERYFRONT },
  { name: "io", version: "0.225.2", tarball: WINDMILL },
  { name: "log", version: "0.224.14", tarball: WINDMILL },
  { name: "path", version: "1.1.4", tarball: VERYFRONT },
  { name: "testing", version: "1.0.17", tarball: VERYFRONT }, // bdd only
  // Its mock and time are those of 1.0.14; their types are in scripts/std_types.
  { name: "testing", version: "1.0.17", tarball: DENO_STD, only: /^_?(mock|time)/ },
  { name: "text", version: "1.0.0-rc.1", tarball: WINDMILL }, // closest string only
  { name: "yaml", version: "1.0.10", tarball: WINDMILL },
];

/** The packages that the project itself imports. */
export const IMPORTED: readonly string[] = [
  "assert",
  "bytes",
  "fs",
  "log",
  "path",
  "testing",
  "text",
  "yaml",
];

/** The version of each package in `vendor/`. */
export const VERSIONS: ReadonlyMap<string, string> = new Map(
  PARTS.map(({ name, version }) => [name, version]),
);
