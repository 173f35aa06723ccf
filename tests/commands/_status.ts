import { defaultStatusFile, grantFlags } from "../../lib/permissions.ts";
import { type EndedProgram, runModule } from "../support/mod.ts";
import { eventually } from "../_running_sidecar.ts";
import { MAIN } from "./_report.ts";

/** Runs `workspace-beat status` or `health` for a configs folder, with no needless grant. */
export async function ask(
  dir: string,
  command: "status" | "health",
  ...args: readonly string[]
): Promise<EndedProgram> {
  const read = [defaultStatusFile(dir)];
  const grants = grantFlags({ net: [], read, write: [], env: ["CONFIGS_DIR"], sys: [] });
  return await runModule(MAIN, { grants, args: [command, ...args], env: { CONFIGS_DIR: dir } });
}

/** Waits until `health` says what is expected, and gives its exit code. */
export async function untilHealth(
  dir: string,
  expected: RegExp,
  ...args: readonly string[]
): Promise<number> {
  let ended: EndedProgram | undefined;
  await eventually(async () => {
    ended = await ask(dir, "health", ...args);
    return expected.test(ended.stdout);
  }, `It never says ${expected}`);
  return ended?.code ?? NaN;
}
