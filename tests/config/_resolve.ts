import { assertEquals } from "@std/assert";
import type { Build, FlagValues } from "../../lib/config/mod.ts";
import { makeTempDir, runModule } from "../support/mod.ts";

const PROBE = new URL("_resolve_probe.ts", import.meta.url).pathname;

/** What stands in the environment, on the command line and in config.yaml. */
export interface Scenario {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, string>>;
  readonly switches?: FlagValues["switches"];
  readonly build?: Build;
  /** The config.yaml; without one there is none. */
  readonly yaml?: string;
}

/** What became of a scenario: settings and warnings, or the message and exit code of an error. */
export interface Resolved {
  readonly settings: Readonly<
    Record<string, { readonly value?: unknown; readonly origin: string }>
  >;
  /** The settings of each workspace. */
  readonly workspaces: readonly Resolved["settings"][];
  readonly warnings: readonly string[];
  readonly message?: string;
  readonly exitCode?: number;
  /** The scenario's config.yaml. */
  readonly configFile: string;
}

/**
 * Resolves the settings of scenarios in a process of their own, so that each has its own
 * environment. The workspace is "w", and config.yaml is found by its variable, unless the
 * scenario says otherwise.
 */
export async function resolve(scenarios: readonly Scenario[]): Promise<Resolved[]> {
  await using dir = await makeTempDir();
  const paths: string[] = [];
  const prepared = [];
  for (
    const [n, { env = {}, flags = {}, switches = {}, build, yaml }] of scenarios.entries()
  ) {
    const folder = `${dir.path}/${n}`;
    await Deno.mkdir(folder);
    paths.push(`${folder}/config.yaml`);
    if (yaml !== undefined) await Deno.writeTextFile(`${folder}/config.yaml`, yaml);
    prepared.push({
      env: { WORKSPACE_ID: "w", WORKSPACE_CONFIG_PATH: folder, ...env },
      texts: flags,
      switches,
      build,
    });
  }
  const { code, stdout, stderr } = await runModule(PROBE, {
    grants: ["--allow-env", `--allow-read=${dir.path}`],
    args: [JSON.stringify(prepared)],
  });
  assertEquals(code, 0, stderr);
  const resolved: Resolved[] = JSON.parse(stdout);
  return resolved.map((one, n) => ({ ...one, configFile: paths[n] ?? "" }));
}

/** Resolves the settings of one scenario. */
export async function resolveOne(scenario: Scenario): Promise<Resolved> {
  const [resolved] = await resolve([scenario]);
  if (resolved === undefined) throw new Error("The probe resolved nothing");
  return resolved;
}
