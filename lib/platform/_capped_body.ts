/**
 * Reads the body of an answer.
 *
 * @param response The answer.
 * @param maxBytes The cap.
 * @returns The bytes, or undefined (and it hangs up) once they are more than the cap.
 */
export async function readCapped(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  // A stream takes 64 KiB for each look at it, and most answers have less than 100 bytes.
  const told = lengthOf(response);
  if (told <= maxBytes) return await response.bytes();
  if (told < Infinity) {
    await response.body?.cancel();
    return undefined;
  }
  let whole = new Uint8Array();
  let length = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body ?? []) {
    const end = length + chunk.length;
    if (end > maxBytes) return undefined;
    // Copied: a chunk of one byte keeps as much as the stream has taken for it.
    if (end > whole.length) whole = enlarged(whole, Math.max(end, 2 * length));
    whole.set(chunk, length);
    length = end;
  }
  return whole.subarray(0, length);
}

/**
 * Reads the body of an answer as text.
 *
 * @param response The answer.
 * @param maxBytes The cap.
 * @returns The text, or undefined (and it hangs up) once the body is more than the cap.
 */
export async function readCappedText(
  response: Response,
  maxBytes: number,
): Promise<string | undefined> {
  // What has a length needs no decoder, which takes 0.2 MB of Deno's file, and is garbage.
  if (lengthOf(response) <= maxBytes) return await response.text();
  const bytes = await readCapped(response, maxBytes);
  return bytes === undefined ? undefined : decodeText(bytes);
}

/** Reads bytes as `Response.text()` does. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** How long a body is; infinite where only its end tells: it is compressed, or comes in chunks. */
export function lengthOf({ headers }: Response): number {
  const length = headers.get("content-length");
  const isLate = headers.has("content-encoding") || headers.has("transfer-encoding");
  return length === null || isLate ? Infinity : Number(length);
}

function enlarged(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(bytes);
  return larger;
}
