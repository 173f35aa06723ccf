import { configurationError } from "../../lib/config/mod.ts";
import { neutralise } from "../../lib/text.ts";

/**
 * The time that what is made is of, so that it is the same whenever it is made
 * (https://reproducible-builds.org/specs/source-date-epoch/).
 *
 * Requires `--allow-env=SOURCE_DATE_EPOCH`.
 *
 * @returns The time; undefined when nobody has said it.
 * @throws {InputError} When `SOURCE_DATE_EPOCH` is no number of seconds.
 */
export function sourceDate(): Date | undefined {
  const text = Deno.env.get("SOURCE_DATE_EPOCH");
  if (text === undefined || text === "") return undefined;
  if (/^\d{1,11}$/.test(text)) return new Date(Number(text) * 1000);
  throw configurationError(
    `Cannot use '${neutralise(text, 60)}' from SOURCE_DATE_EPOCH in the environment: expected ` +
      "whole seconds since 1970, as 'git log -1 --format=%ct' prints them",
  );
}

/**
 * The time of the commit that is checked out.
 *
 * Requires `--allow-run=git`.
 *
 * @throws {InputError} When this is no clone with a commit in it.
 */
export async function commitDate(): Promise<Date> {
  const asked = await new Deno.Command("git", { args: ["log", "-1", "--format=%ct"] }).output()
    .catch(() => undefined);
  const seconds = new TextDecoder().decode(asked?.stdout).trim();
  if (/^\d+$/.test(seconds)) return new Date(Number(seconds) * 1000);
  throw configurationError(
    "Cannot say what time the release is of: expected a git clone, or SOURCE_DATE_EPOCH in the " +
      "environment",
  );
}
