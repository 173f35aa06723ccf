/**
 * `deno task man`: writes the man page to `build/workspace-beat.1`. Its date is today's, or that of
 * `SOURCE_DATE_EPOCH`.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/from-file-url";
import { PROGRAM } from "../lib/commands/command_table.ts";
import { commandTable } from "../lib/commands/routes.ts";
import { VERSION } from "../lib/version.ts";
import { manPage } from "./man/man_page.ts";
import { sourceDate } from "./release/source_date.ts";

if (import.meta.main) {
  const folder = fromFileUrl(new URL("../build/", import.meta.url));
  const path = `${folder}${PROGRAM}.1`;
  const date = sourceDate() ?? new Date();
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(path, manPage(commandTable(), { version: VERSION, date }));
  console.log(path);
}
