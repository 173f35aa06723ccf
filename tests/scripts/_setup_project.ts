import { copy } from "@std/fs";
import { PARTS, TARBALLS } from "../../scripts/vendor_std/pins.ts";
import { bytesOf, fileEntries, gzip, tarArchive } from "./vendor_std/_tar_archive.ts";

const ROOT = new URL("../../", import.meta.url);
/** Nothing listens there, so JSR cannot be reached, wherever the test runs. */
const NO_JSR = "http://127.0.0.1:1";

/** What the tests use of deno.json. */
export interface DenoConfig {
  imports: Record<string, string>;
  permissions: { setup: { net: string[] } };
}

/** How a process ended. */
export interface Outcome {
  code: number;
  stderr: string;
}

/** What setup is given when it can reach nothing, and there is no program on PATH. */
export const ALONE = { PATH: "/nothing", NPM_CONFIG_REGISTRY: NO_JSR };

/**
 * A folder that holds what setup needs of this project, and may ask a local JSR, and the npm
 * registry of this machine.
 */
export async function withProject(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const config: DenoConfig = await denoConfig();
    const registry = Deno.env.get("NPM_CONFIG_REGISTRY");
    config.permissions.setup.net.push("127.0.0.1", ...registry ? [new URL(registry).host] : []);
    // `deno task` asks the registry about these by itself, before it starts any task.
    config.imports = Object.fromEntries(
      Object.entries(config.imports).filter(([, url]) => !url.startsWith("npm:")),
    );
    await Deno.writeTextFile(`${dir}/deno.json`, JSON.stringify(config));
    for (const path of ["vendor_std.ts", "vendor_std", "std_types"]) {
      await Deno.mkdir(`${dir}/scripts`, { recursive: true });
      await copy(new URL(`scripts/${path}`, ROOT), `${dir}/scripts/${path}`);
    }
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Reads the project's own deno.json. */
export async function denoConfig(): Promise<DenoConfig> {
  return JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
}

/** Runs Deno in a folder. */
export async function deno(
  cwd: string,
  args: string[],
  env: Record<string, string>,
): Promise<Outcome> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1", ...env },
  });
  const { code, stderr } = await command.output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

/** Runs the setup task of a folder, with JSR out of reach unless `env` says otherwise. */
export function setup(dir: string, env: Record<string, string> = {}): Promise<Outcome> {
  return deno(dir, ["task", "setup"], { JSR_URL: NO_JSR, ...env });
}

/** Puts a program called `npm` first on PATH. */
export async function fakeNpm(dir: string, script: string): Promise<{ PATH: string }> {
  await Deno.mkdir(`${dir}/bin`);
  await Deno.writeTextFile(`${dir}/bin/npm`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${dir}/bin:${Deno.env.get("PATH")}` };
}

/** An `npm pack` that leaves the given file, instead of each tarball. */
export function packs(file: string): string {
  const names = TARBALLS.map(({ spec }) => spec.replace("@", "-")).join(" ");
  return `while [ "$1" != --pack-destination ]; do shift; done
for name in ${names}; do cp '${file}' "$2/$name.tgz"; done`;
}

/** Makes the setup of a folder take these bytes for each tarball that it wants. */
export async function pin(dir: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes)).toBase64();
  const pins = `${dir}/scripts/vendor_std/pins.ts`;
  const text = await Deno.readTextFile(pins);
  await Deno.writeTextFile(pins, text.replaceAll(/sha512-[^"]+/g, `sha512-${hash}`));
}

/** A small tarball that can be taken for every one that setup wants. */
export function standIn(): Promise<Uint8Array<ArrayBuffer>> {
  const folders = PARTS.flatMap(({ name, version, tarball }) =>
    tarball.folders.map((folder) => `${folder}/${tarball.folderOf(name, version)}`)
  );
  const paths = folders.flatMap((folder) =>
    ["mod.js", "mock.js", "tree.js", "README.md"].map((file) => `${folder}/${file}`)
  );
  const entries = ["package/install.js", ...paths].flatMap((path) =>
    fileEntries(path, bytesOf(`export const path = "${path}";\n`))
  );
  return gzip(tarArchive(entries));
}

/** An npm registry that answers every request alike, and remembers what it was asked. */
export async function withRegistry(
  answer: () => Response,
  use: (registry: string, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url }) => {
    asked.push(new URL(url).pathname);
    return answer();
  });
  await use(`http://127.0.0.1:${server.addr.port}/npm`, asked);
}
