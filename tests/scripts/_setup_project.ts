import { copy } from "@std/fs";
import { TARBALLS } from "../../scripts/vendor_std/pins.ts";

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

/** A folder that holds what setup needs of this project, and may ask a local JSR. */
export async function withProject(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const config: DenoConfig = await denoConfig();
    config.permissions.setup.net.push("127.0.0.1");
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
export async function fakeNpm(dir: string, script: string): Promise<Record<string, string>> {
  await Deno.mkdir(`${dir}/bin`);
  await Deno.writeTextFile(`${dir}/bin/npm`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${dir}/bin:${Deno.env.get("PATH")}` };
}

/** An `npm pack` that fetches nothing but the given text for every tarball. */
export function packs(text: string): string {
  const files = TARBALLS.map(({ spec }) => spec.replace("@", "-")).join(" ");
  return `while [ "$1" != --pack-destination ]; do shift; done
for file in ${files}; do printf %s '${text}' >"$2/$file.tgz"; done`;
}
