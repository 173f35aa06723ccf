const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text that was cut by bytes, as the platform does it. */
export interface CutText {
  /** The text, with "..." when it was cut, and U+FFFD for what is left of a broken rune. */
  readonly text: string;
  /** Whether the cut went through a rune: the database refuses such a text. */
  readonly broken: boolean;
}

/**
 * Cuts a text after a number of bytes, wherever that is in a rune.
 *
 * @param text The text.
 * @param bytes How many bytes of its UTF-8 form to keep.
 * @returns The cut text.
 */
export function cutBytes(text: string, bytes: number): CutText {
  const encoded = encoder.encode(text);
  if (encoded.length <= bytes) return { text, broken: false };
  // A byte 10xxxxxx continues a rune.
  const broken = ((encoded[bytes] ?? 0) & 0xc0) === 0x80;
  return { text: decodeLikeGo(encoded.subarray(0, bytes)) + "...", broken };
}

/** Go writes one U+FFFD per stray byte, TextDecoder one per broken rune. */
function decodeLikeGo(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  const lead = bytes[end - 1] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  const whole = lead < 0x80 || end - 1 + length <= bytes.length ? bytes.length : end - 1;
  return decoder.decode(bytes.subarray(0, whole)) + "\uFFFD".repeat(bytes.length - whole);
}

/**
 * Whether the database would store the text.
 *
 * @param text The text.
 * @returns False when it holds a NUL, which Postgres refuses in text.
 */
export function isStorable(text: string): boolean {
  return !text.includes("\0");
}
