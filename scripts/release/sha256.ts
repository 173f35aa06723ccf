/** The SHA-256 of bytes, as `sha256sum` writes it. */
export async function hexSha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
