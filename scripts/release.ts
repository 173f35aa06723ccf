/**
 * `deno task release`: makes the files of a release in `build/release`.
 *
 * ```sh
 * deno task release --platform-url https://platform.example.com
 * ```
 *
 * @module
 */

import { fromFileUrl } from "@std/path/from-file-url";
import { InputError } from "../lib/config/mod.ts";
import { EXIT_CODE, type ExitCode } from "../lib/exit_code.ts";
import { HELP, parseReleaseOptions } from "./release/options.ts";
import { makeRelease } from "./release/release.ts";
import { commitDate, sourceDate } from "./release/source_date.ts";

async function release(args: readonly string[]): Promise<ExitCode> {
  if (args.includes("--help")) {
    console.log(HELP);
    return EXIT_CODE.fine;
  }
  const options = parseReleaseOptions(args);
  const folder = fromFileUrl(new URL("../build/release", import.meta.url));
  const date = sourceDate() ?? await commitDate();
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  const { files, missing } = await makeRelease(folder, date, options);
  for (const file of files) console.log(`build/release/${file}`);
  for (const line of missing) console.error(line);
  return missing.length > 0 && !options.allowsMissing ? EXIT_CODE.unexpected : EXIT_CODE.fine;
}

if (import.meta.main) {
  try {
    Deno.exit(await release(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(error instanceof InputError ? error.exitCode : EXIT_CODE.unexpected);
  }
}
