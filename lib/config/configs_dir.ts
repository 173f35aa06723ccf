import { mayRead, mayWrite, readVariable } from "../grants.ts";
import { inboundSecretFile, temporaryFile, tokenFile } from "../permissions.ts";
import { DEFAULT_CONFIGS_DIR } from "./defaults.ts";
import type { Setting } from "./settings.ts";

/**
 * Finds the configs folder when nobody names one (contract 4.3): `/configs` when it can be written
 * or holds a token, else `~/.molecule-workspace` where this process may use it.
 *
 * Requires `--allow-read` and `--allow-write` for the files in either.
 *
 * @param usual The folder to prefer; for tests.
 */
export async function findConfigsDir(usual = DEFAULT_CONFIGS_DIR): Promise<Setting<string>> {
  const byDefault = { value: usual, origin: "default" };
  const home = readVariable("HOME");
  if (home === undefined) return byDefault;
  const folder = `${home}/.molecule-workspace`;
  const granted = mayRead(tokenFile(folder)) && mayWrite(inboundSecretFile(folder));
  if (!granted || await isUsable(usual)) return byDefault;
  return { value: folder, origin: `default, without a usable ${usual}` };
}

/** Whether a folder has a token, or files can be made in it: found out by making a granted one. */
async function isUsable(folder: string): Promise<boolean> {
  const token = tokenFile(folder);
  if (mayRead(token) && await Deno.stat(token).then(() => true, () => false)) return true;
  const probe = temporaryFile(inboundSecretFile(folder));
  if (!mayWrite(probe)) return false;
  try {
    using _file = await Deno.open(probe, { write: true, createNew: true, mode: 0o600 });
  } catch (error) {
    return error instanceof Deno.errors.AlreadyExists; // another sidecar is writing it
  }
  await Deno.remove(probe);
  return true;
}
