/**
 * This repository's program as a contender: run by Deno, with and without its flags, and compiled.
 *
 * @module
 */

import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { EXIT_CODE } from "../../lib/exit_code.ts";
import { v8Flags } from "../compile/arguments.ts";
import { makeBundle } from "../compile/bundle.ts";
import { type CompileOptions, parseOptions } from "../compile/options.ts";
import { type Contender, type ContenderName, resultsFileOf, type Role } from "./contender.ts";
import type { WantedBinary } from "./make_binaries.ts";
import type { Workplace } from "./workplace.ts";

/** The shortest interval that the program takes, in seconds: with a clock so many times as fast it is 1 s. */
const INTERVAL_SECONDS = 5;
/** With this each beat is overdue when the last has been answered. */
const NO_INTERVAL_SECONDS = 1e-6;

type Kind = "as-used" | "slow" | "fast" | "ordered";

const PRELUDES: Readonly<Record<Kind, string | undefined>> = {
  "as-used": undefined,
  slow: new URL("measured/paced.ts", import.meta.url).href,
  fast: new URL("measured/restless.ts", import.meta.url).href,
  ordered: new URL("measured/ordered.ts", import.meta.url).href,
};

/** A place with what the program is made for there. */
interface Site extends Pick<Role, "workspaceId" | "folder"> {
  readonly kind: Kind;
  readonly options: CompileOptions;
  readonly wanted: WantedBinary;
}

/** This machine cannot make the binary. */
export class NoBinaryError extends Error {
  override readonly name = "NoBinaryError";
}

/**
 * The program as Deno runs it: one file that has been made of it, as the binary holds it.
 *
 * @param name `deno_with_flags` for V8's flags and the grants of the binary; `deno` for neither.
 * @param workplace Where it runs.
 */
export async function makeDeno(
  name: "deno" | "deno_with_flags",
  workplace: Workplace,
): Promise<Contender> {
  return await contender(name, async (kind) => {
    const site = await siteOf(name, { kind, workplace });
    const { folder, options, wanted } = site;
    const bundle = await makeBundle(options, { folder: `${folder}/program`, ...wanted });
    await cache(bundle);
    return await denoRole(site, [...name === "deno" ? ["-A"] : flagsOf(options), bundle]);
  });
}

/**
 * Lets Deno look through a program once, as it does when that is run for the first time, which takes it
 * 10 MB that it does not give back.
 */
async function cache(module: string): Promise<void> {
  const args = ["cache", "--quiet", "--no-config", module];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) {
    throw new Error(`Cannot cache '${module}': ${new TextDecoder().decode(stderr).trim()}`);
  }
}

/**
 * The program that says after `memory` what is really in use: V8 collects when it is told to.
 *
 * @param workplace Where it runs.
 */
export async function makeCollected(workplace: Workplace): Promise<Role> {
  const site = await siteOf("collected", { kind: "ordered", workplace });
  const { folder, options, wanted } = site;
  const bundle = await makeBundle(options, { folder: `${folder}/program`, ...wanted });
  return await denoRole(site, [...flagsOf(options, ["--expose-gc"]), bundle]);
}

/**
 * The compiled program.
 *
 * @param workplace Where it runs.
 * @param compiler The Deno that compiles.
 * @throws {NoBinaryError} There is no base binary.
 */
export async function makeCompiled(workplace: Workplace, compiler: string): Promise<Contender> {
  const wanted: WantedBinary[] = [];
  const made = await contender("binary", async (kind) => {
    const site = await siteOf("binary", { kind, workplace });
    wanted.push(site.wanted);
    return role(site, { program: site.options.output, args: argumentsOf(site) });
  });
  const { code, stderr } = await new Deno.Command(compiler, {
    args: [
      ...["run", "--no-prompt", "-P=bench", new URL("make_binaries.ts", import.meta.url).pathname],
      JSON.stringify(wanted),
    ],
  }).output();
  const said = new TextDecoder().decode(stderr).trim();
  if (code === EXIT_CODE.tryAgain) throw new NoBinaryError(said.split("\n").at(-1));
  if (code !== 0) throw new Error(said);
  return made;
}

async function contender(
  name: ContenderName,
  role: (kind: Kind) => Promise<Role>,
): Promise<Contender> {
  // In turn: the first of them brings the bundler, and two at once would get in each other's way.
  const asUsed = await role("as-used");
  const slow = await role("slow");
  const fast = await role("fast");
  return { name, asUsed, slow, fast, ordered: await role("ordered") };
}

async function siteOf(
  name: string,
  { kind, workplace }: { readonly kind: Kind; readonly workplace: Workplace },
): Promise<Site> {
  const place = await workplace.place(`${name}-${kind}`);
  const options = parseOptions([
    `--platform-url=${workplace.platformUrl}`,
    `--configs-dir=${place.folder}`,
    `--results-file=${resultsFileOf(place)}`,
    `--output=${place.folder}/workspace-beat`,
  ]);
  const prelude = PRELUDES[kind];
  return { ...place, kind, options, wanted: { options, ...prelude !== undefined && { prelude } } };
}

function flagsOf(options: CompileOptions, more: readonly string[] = []): string[] {
  return [
    "--no-prompt",
    "--no-code-cache", // as in the binary: 7 MB for what a sidecar never starts again
    `--v8-flags=${[...v8Flags(options), ...more].join(",")}`,
    ...grantFlags(leastGrants(options)),
  ];
}

async function denoRole(site: Site, args: readonly string[]): Promise<Role> {
  return role(site, {
    program: Deno.execPath(),
    args: ["run", "--no-config", ...args, ...argumentsOf(site)],
    // It is not the program that asks for a newer Deno, or reads what npm is told in somebody's home.
    env: {
      DENO_DIR: await (denoDir ??= findDenoDir()),
      HOME: site.folder,
      DENO_NO_UPDATE_CHECK: "1",
    },
  });
}

/** The folder in which Deno keeps what it has looked through: the same for all roles. */
let denoDir: Promise<string> | undefined;

async function findDenoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--no-config", "--json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

function role(
  { folder, workspaceId }: Site,
  { program, args, env = {} }: {
    readonly program: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  },
): Role {
  const start = { program, args, env: { ...env, WORKSPACE_ID: workspaceId }, cwd: folder };
  return { folder, workspaceId, start };
}

/** What stands behind the program's name. */
function argumentsOf({ folder, kind, options, workspaceId }: Site): string[] {
  switch (kind) {
    case "as-used":
      return ["run"];
    case "slow":
      return [`--speed=${INTERVAL_SECONDS}`, "run", `--interval=${INTERVAL_SECONDS}`];
    case "fast":
      return ["run", `--interval=${NO_INTERVAL_SECONDS}`];
    case "ordered":
      return [options.platformUrls[0] ?? "", workspaceId, folder, options.resultsFile];
  }
}
