const LIB = new URL("../../lib/", import.meta.url);
/** Shorter pieces between two holes say nothing: they are in any source. */
const LEAST_TELLING = 10;

/** All of lib/ as one text, in which a message that is broken over several lines is whole again. */
async function sources(folder = LIB): Promise<string> {
  const texts = await Array.fromAsync(Deno.readDir(folder), async ({ isDirectory, name }) => {
    if (isDirectory) return await sources(new URL(`${name}/`, folder));
    return name.endsWith(".ts") ? await Deno.readTextFile(new URL(name, folder)) : "";
  });
  return texts.join("\n").replaceAll(/["`]\s*\+\s*["`]/g, "");
}

const SOURCES = await sources();

/**
 * What of a quoted log line the program never says.
 *
 * @param line The line as a document quotes it, with "…" for what differs.
 * @returns The pieces that are in no source; undefined when nothing in it can be looked for.
 */
export function piecesNeverSaid(line: string): string[] | undefined {
  const words = line.replace(/^(?:INFO|WARN|ERROR|[a-z]+(?: [a-z]+)?:) /, "");
  // Where messages are put together, punctuation is put between them.
  const pieces = words.split(/…|\d+/).map((piece) => piece.replace(/^['):; ]+|['(: ]+$/g, ""))
    .filter((piece) => piece.length >= LEAST_TELLING);
  if (pieces.length === 0) return undefined;
  return pieces.filter((piece) => !isSaid(piece));
}

/** Whether it is in the sources: whole, or put together of parts, of which some are single words. */
function isSaid(piece: string): boolean {
  if (SOURCES.includes(piece)) return true;
  return [...piece.matchAll(/(?<=.)[ ,;:]/g)].some(({ index }) => {
    const part = piece.slice(0, index);
    const isThere = SOURCES.includes(part.length < LEAST_TELLING ? `"${part}"` : part);
    return isThere && isSaid(piece.slice(index).trimStart());
  });
}

/**
 * The pattern of a quoted log line.
 *
 * @param line The line as a document quotes it.
 */
export function patternOf(line: string): RegExp {
  const pieces = line.split("…").map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(pieces.join(".*"));
}
