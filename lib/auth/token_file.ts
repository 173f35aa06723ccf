import { mayRead } from "../grants.ts";
import { readSmallFile } from "../small_file.ts";
import { reasonOf } from "../text.ts";
import { parseToken } from "../token.ts";

/** A token is 43 characters; a file larger than this is something else. */
export const LARGEST_TOKEN_FILE_BYTES = 8 * 1024;

/** What stands in the place of a token file. */
export type TokenFileContent =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "missing" | "empty" | "not_granted" }
  /** Something else, or nobody can tell: the problem says what to do. */
  | { readonly kind: "unusable"; readonly problem: string };

/**
 * Looks into a token file.
 *
 * Requires `--allow-read` for it, or finds that it is not granted.
 *
 * @param file The file.
 */
export async function lookIntoTokenFile(file: string): Promise<TokenFileContent> {
  if (!mayRead(file)) return { kind: "not_granted" };
  try {
    const text = await readSmallFile(file, LARGEST_TOKEN_FILE_BYTES);
    if (text === undefined) return { kind: "missing" };
    if (text.trim() === "") return { kind: "empty" };
    const token = parseToken(text);
    if (token !== undefined) return { kind: "token", token };
    return {
      kind: "unusable",
      problem: `Cannot use the token file '${file}': expected one line of printable ` +
        "characters without spaces: write the workspace's token to it, and nothing else",
    };
  } catch (error) {
    return {
      kind: "unusable",
      problem: `Cannot read the token file '${file}': ${reasonOf(error)}: ` +
        "check that it is a regular file that this user may read",
    };
  }
}

/**
 * Whether a token file holds what it held before.
 *
 * @param one What it held.
 * @param other What it holds.
 */
export function isSameContent(one: TokenFileContent, other: TokenFileContent): boolean {
  return one.kind === other.kind &&
    (one.kind !== "token" || other.kind === "token" && one.token === other.token);
}
