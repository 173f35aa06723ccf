import { assertEquals } from "@std/assert";
import { grantFlags } from "../lib/permissions.ts";
import { type DevPlatform, startDevPlatform } from "../scripts/dev_platform/mod.ts";
import { makeTempDir, runModule } from "./support/mod.ts";

/** Where a probe tries things: a platform that it may ask, one that it may not, and a folder. */
export interface ProbedPlace extends AsyncDisposable {
  readonly platform: DevPlatform;
  readonly other: DevPlatform;
  readonly dir: string;
}

/**
 * Makes such a place.
 *
 * @param names The files in its folder; they are empty.
 */
export async function makeProbedPlace(names: readonly string[]): Promise<ProbedPlace> {
  await using made = new AsyncDisposableStack();
  const platform = made.use(await startDevPlatform());
  const other = made.use(await startDevPlatform());
  const { path: dir } = made.use(await makeTempDir());
  for (const name of names) await Deno.writeTextFile(`${dir}/${name}`, "");
  const kept = made.move();
  return { platform, other, dir, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/**
 * Runs a probe under grants, with a step for each of its attempts.
 *
 * @param t The test.
 * @param probe The probe's file.
 * @param place Where it tries things.
 * @param options The grants, and what else it is told.
 */
export async function assertProbed(
  t: Deno.TestContext,
  probe: string,
  { dir, other, platform }: ProbedPlace,
  { grants, targets = {} }: {
    readonly grants: Parameters<typeof grantFlags>[0];
    readonly targets?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const told = { platformUrl: platform.url, otherUrl: other.url, dir, ...targets };
  const args = [JSON.stringify(told)];
  const probed = await runModule(probe, { grants: grantFlags(grants), args });
  assertEquals(probed.code, 0, probed.stderr);
  const { granted, refused } = JSON.parse(probed.stdout);
  for (const [what, outcome] of Object.entries(granted)) {
    await t.step(`it may ${what}`, () => assertEquals(outcome, "done"));
  }
  for (const [what, outcome] of Object.entries(refused)) {
    await t.step(`it may not ${what}`, () => assertEquals(outcome, "NotCapable"));
  }
  assertEquals(other.connections, 0);
}
