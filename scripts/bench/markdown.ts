const BEGIN = "<!-- deno task bench --markdown writes this -->";
const END = "<!-- up to here -->";

/**
 * Puts a new text in place of what stands between the markers.
 *
 * @param document The document.
 * @param text The text.
 * @returns The document with it.
 * @throws {Error} The markers are not there, once and in their order.
 */
export function withMeasured(document: string, text: string): string {
  const [before, rest, ...more] = document.split(BEGIN);
  const [old, after, ...others] = rest?.split(END) ?? [];
  if (
    before === undefined || old === undefined || after === undefined || more.length > 0 ||
    others.length > 0
  ) {
    throw new Error(`Cannot replace the table: expected '${BEGIN}' and, behind it, '${END}', once`);
  }
  return `${before}${BEGIN}\n\n${text.trim()}\n\n${END}${after}`;
}
