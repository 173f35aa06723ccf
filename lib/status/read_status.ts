import { regularFileAt } from "../regular_file.ts";
import { readSmallFile } from "../small_file.ts";
import { reasonOf } from "../text.ts";
import { type ParsedStatus, parseStatus, type Status, STATUS_PROGRAM } from "./status.ts";

/** A status has some 2 KB; a file larger than this is something else. */
const LARGEST_STATUS_BYTES = 64 * 1024;

/** What stands in the place of a status file. */
export type FoundStatus =
  | Extract<ParsedStatus, { kind: "status" }>
  | (Exclude<ParsedStatus, { kind: "status" }> & { readonly file: string })
  | { readonly kind: "missing"; readonly file: string }
  /** It cannot be read, or is no file: the problem says what to do. */
  | { readonly kind: "unreadable"; readonly problem: string };

/**
 * Looks for a status.
 *
 * Requires `--allow-read` for the file.
 *
 * @param file The status file.
 */
export async function readStatus(file: string): Promise<FoundStatus> {
  try {
    if (await regularFileAt(file, "read the status") === undefined) {
      return { kind: "missing", file };
    }
    const text = await readSmallFile(file, LARGEST_STATUS_BYTES);
    if (text === undefined) return { kind: "missing", file };
    const parsed = parseStatus(text);
    return parsed.kind === "status" ? parsed : { ...parsed, file };
  } catch (error) {
    const remedy = error instanceof Deno.errors.NotCapable
      ? ": the manifest does not grant it: rebuild, or run with its grant"
      : error instanceof Deno.errors.PermissionDenied
      ? ": this user may not read it: ask as the user who runs the sidecar"
      : "";
    return { kind: "unreadable", problem: reasonOf(error) + remedy };
  }
}

/**
 * Makes sure that a file may be written over: nothing but a status may, of whatever version, or what
 * a power failure has left of one.
 *
 * Requires `--allow-read` for the file.
 *
 * @param file The file.
 * @param own What this sidecar has written there last: that need not be understood.
 * @returns The status that is there; undefined when there is none, or none of this version, or its own.
 * @throws {TypeError} Something else is there.
 * @throws {Error} It cannot be read.
 */
export async function refuseForeignFile(
  file: string,
  own = "",
): Promise<Status | undefined> {
  const there = await regularFileAt(file, "write the status to");
  if (there === undefined) return undefined;
  const text = there.size > LARGEST_STATUS_BYTES ? "a long text" : await Deno.readTextFile(file);
  if (text === own) return undefined;
  if (!looksLikeStatus(text)) {
    throw new TypeError(
      `Cannot write the status to '${file}': it holds something else: name another --status-file`,
    );
  }
  const parsed = parseStatus(text);
  return parsed.kind === "status" ? parsed.status : undefined;
}

const BEGIN = new RegExp(`^\\s*\\{\\s*"program"\\s*:\\s*"${STATUS_PROGRAM}"`);

/** A power failure may leave zeros. */
function looksLikeStatus(text: string): boolean {
  return BEGIN.test(text) || /^[\s\0]*$/.test(text);
}
