/** What each value of a byte changes: RFC 1952, section 8, whose polynomial is reflected. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value >>> 1 ^ (value & 1) * 0xedb88320;
  return value;
});

/**
 * The CRC-32 of bytes, as gzip, zip and PNG have it (RFC 1952, section 8): it tells every accident of
 * up to 32 bits in a row, and all others but one in four thousand million.
 *
 * @param bytes The bytes.
 * @returns 8 hexadecimal digits.
 *
 * @example
 * ```ts
 * import { crc32 } from "./_crc32.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(crc32(new TextEncoder().encode("123456789")), "cbf43926");
 * ```
 */
export function crc32(bytes: Uint8Array): string {
  let value = -1;
  for (let at = 0; at < bytes.length; at++) {
    value = value >>> 8 ^ (TABLE[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return ((value ^ -1) >>> 0).toString(16).padStart(8, "0");
}
