import { targetOf } from "./targets.ts";

/** The base binary that `deno compile` puts in front of the program. */
export interface BaseBinary {
  /** Where it is. */
  readonly path: string;
  /** Who has named it, as a message says it. */
  readonly origin: string;
}

/**
 * The base binary that `DENORT_BIN` names.
 *
 * Requires `--allow-env=DENORT_BIN`.
 */
export function baseBinaryOfVariable(): BaseBinary | undefined {
  const path = Deno.env.get("DENORT_BIN");
  return path === undefined ? undefined : { path, origin: "DENORT_BIN" };
}

/**
 * Refuses a base binary of another version or for another system: `deno compile` would take it, and
 * make a program that does not start.
 *
 * Requires `--allow-read` for it.
 *
 * @param base The base binary.
 * @param triple The system it has to be for.
 * @throws {Error} When it cannot be read, or would not do.
 */
export async function checkBaseBinary(
  { path, origin }: BaseBinary,
  triple: string,
): Promise<void> {
  const bytes = await Deno.readFile(path).catch((error: Error) => {
    throw new Error(`Cannot read the base binary that ${origin} names: ${error.message}`, {
      cause: error,
    });
  });
  const expected = `Cannot compile with the base binary '${path}' from ${origin}: expected one `;
  const [, version] = new TextDecoder("latin1").decode(bytes).match(/Deno\/(\d+\.\d+\.\d+)/) ?? [];
  if (version !== undefined && version !== Deno.version.deno) {
    throw new Error(
      `${expected}of Deno ${Deno.version.deno}: current value is of Deno ${version}`,
    );
  }
  const target = targetOf(bytes);
  if (target !== undefined && target.triple !== triple) {
    throw new Error(`${expected}for ${triple}: current value is for ${target.triple}`);
  }
}
