import { concat } from "@std/bytes/concat";

const LINE_BREAK = "\n".charCodeAt(0);
const CHUNK_BYTES = 64 * 1024;
/** However short they are: what is made of a line takes more than the line. */
const BATCH_LINES = 32;
/** More than any line that the sidecar writes. */
const LONGEST_TEXT_BYTES = 8 * 1024 * 1024;

/** One line of a file, as bytes. */
export interface ByteLine {
  /** Its bytes, without the line break: a part of what was read, which lasts as long as they do. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the next line begins, in bytes from where the reading began. */
  readonly end: number;
  /** Whether it ends with a line break; only a file's last line may not. */
  readonly isWhole: boolean;
}

/**
 * Reads a file line by line, whatever it holds: bytes, so that nothing is lost on what is no UTF-8,
 * and never more than {@linkcode lineBatches} gives at once in memory.
 *
 * @param file The file; it is read from where it stands to its end, and stays open.
 */
export async function* byteLines(file: Deno.FsFile): AsyncGenerator<ByteLine> {
  for await (const lines of lineBatches(file)) {
    for (const line of lines) yield line;
  }
}

/**
 * Reads a file as {@linkcode byteLines} does, for who has to wait for something with each line: a few
 * at once, and as many as it finds whole in what it reads at a time.
 *
 * @param file The file; it is read from where it stands to its end, and stays open.
 */
export async function* lineBatches(file: Deno.FsFile): AsyncGenerator<ByteLine[]> {
  let begun: Uint8Array<ArrayBuffer>[] = [];
  let end = 0;
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    const chunk = buffer.slice(0, read);
    let lines: ByteLine[] = [];
    let start = 0;
    for (let stop = 0; (stop = chunk.indexOf(LINE_BREAK, start)) !== -1; start = stop + 1) {
      const rest = chunk.subarray(start, stop);
      const bytes = begun.length === 0 ? rest : concat([...begun, rest]);
      begun = [];
      end += bytes.length + 1;
      lines.push({ bytes, end, isWhole: true });
      if (lines.length === BATCH_LINES) {
        yield lines;
        lines = [];
      }
    }
    if (lines.length > 0) yield lines;
    if (start < read) begun.push(chunk.subarray(start));
  }
  const bytes = concat(begun);
  if (bytes.length > 0) yield [{ bytes, end: end + bytes.length, isWhole: false }];
}

/** Made when there is a line to read: a workspace that is new has none, and it takes 0.1 MB. */
let decoder: TextDecoder | undefined;

/**
 * The text of a line; what is no UTF-8 is U+FFFD.
 *
 * @param bytes The line.
 * @returns The text; "" for a line of more than 8 MiB, which nothing of ours can have written, and
 * which would fill the memory.
 */
export function lineText(bytes: Uint8Array): string {
  if (bytes.length > LONGEST_TEXT_BYTES) return "";
  decoder ??= new TextDecoder();
  return decoder.decode(bytes);
}
