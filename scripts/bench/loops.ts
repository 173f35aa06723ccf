/**
 * The same loop in other languages: what this repository's program is compared with.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/from-file-url";
import { denoEnvironment } from "../sidecar_process/mod.ts";
import { type Contender, resultsFileOf, type Role } from "./contender.ts";
import type { Workplace } from "./workplace.ts";

/** The languages; the first program that passes its probe runs the loop. */
const LOOPS = {
  // Debian's packages are for Debian's Python, and another may come first on PATH.
  python: {
    programs: ["/usr/bin/python3", "python3"],
    file: "loop.py",
    probe: ["-c", "import httpx"],
  },
  node: { programs: ["node"], file: "loop.mjs", probe: ["--eval", "fetch"] },
} as const;

/** One of {@linkcode LOOPS}. */
export type LoopName = keyof typeof LOOPS;

/** Nothing on this machine can run a loop. */
export class NoProgramError extends Error {
  override readonly name = "NoProgramError";
}

/** The first program that has what a loop needs. */
async function programOf(name: LoopName): Promise<string> {
  const { programs, probe } = LOOPS[name];
  let why = "";
  for (const program of programs) {
    try {
      const { success, stderr } = await new Deno.Command(program, { args: [...probe] }).output();
      if (success) return program;
      why = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      why = `${program} is not installed`;
    }
  }
  throw new NoProgramError(why);
}

/**
 * A loop as a contender.
 *
 * @param name Which.
 * @param workplace Where it runs.
 * @throws {NoProgramError} Nothing on this machine can run it.
 */
export async function makeLoop(name: LoopName, workplace: Workplace): Promise<Contender> {
  const { file } = LOOPS[name];
  const program = await programOf(name);
  const script = fromFileUrl(new URL(`loops/${file}`, import.meta.url));
  const role = async (
    kind: string,
    { seconds = 30, mode = "beats" }: { readonly seconds?: number; readonly mode?: string } = {},
  ): Promise<Role> => {
    const place = await workplace.place(`${name}-${kind}`);
    const env = {
      ...denoEnvironment(),
      WORKSPACE_ID: place.workspaceId,
      PLATFORM_URL: workplace.platformUrl,
      CONFIGS_DIR: place.folder,
      DELEGATION_RESULTS_FILE: resultsFileOf(place),
      INTERVAL: String(seconds),
    };
    return { ...place, start: { program, args: [script, mode], env, cwd: place.folder } };
  };
  return {
    name,
    asUsed: await role("as-used"),
    slow: await role("slow", { seconds: 1 }),
    fast: await role("fast", { seconds: 0 }),
    ordered: await role("ordered", { mode: "orders" }),
  };
}
