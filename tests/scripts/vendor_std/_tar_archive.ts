/** An entry of an archive, as its header states it: it need not make sense. */
export interface TarEntry {
  name: string;
  prefix?: string;
  type?: string;
  body?: Uint8Array<ArrayBuffer>;
  magic?: string;
}

/** Writes a tar archive. */
export function tarArchive(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer> {
  const blocks = entries.flatMap((entry) => [header(entry), padded(entry.body ?? bytesOf(""))]);
  return joined([...blocks, new Uint8Array(1024)]);
}

/** Writes a file as npm does: a path that does not fit the header is in a pax header before it. */
export function fileEntries(path: string, body: Uint8Array<ArrayBuffer>): TarEntry[] {
  if (bytesOf(path).length <= 100) return [{ name: path, body }];
  return [paxEntry({ path }), { name: "instead", body }];
}

/** A pax header for the next entry, or of type `g` for all that follow. */
export function paxEntry(records: Record<string, string>, type = "x"): TarEntry {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    const restLength = bytesOf(rest).length;
    let length = restLength + 1;
    while (`${length}`.length + restLength !== length) length++;
    return `${length}${rest}`;
  });
  return { name: "PaxHeader", type, body: bytesOf(lines.join("")) };
}

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Compresses as npm does. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

function header({ name, prefix = "", type = "0", body, magic = "ustar\0" }: TarEntry) {
  const block = new Uint8Array(512);
  const put = (text: string, at: number, size: number) =>
    block.set(bytesOf(text).slice(0, size), at);
  put(name, 0, 100);
  put(`${(body?.length ?? 0).toString(8).padStart(11, "0")}\0`, 124, 12);
  put(" ".repeat(8), 148, 8);
  put(type, 156, 1);
  put(`${magic}00`, 257, 8);
  put(prefix, 345, 155);
  const sum = block.reduce((sum, byte) => sum + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8);
  return block;
}

function padded(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(Math.ceil(body.length / 512) * 512);
  block.set(body);
  return block;
}

function joined(blocks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(blocks.reduce((size, block) => size + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}
