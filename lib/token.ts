/**
 * Reads a token out of text: white space around it is dropped.
 *
 * @param text The content of a token file or variable.
 * @returns The token, or undefined when the text holds none that can stand in a header.
 */
export function parseToken(text: string): string | undefined {
  const token = text.trim();
  return /^[\x21-\x7e]+$/.test(token) ? token : undefined;
}
