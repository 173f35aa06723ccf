const [BEGIN, END] = ["<!-- soak: begin -->", "<!-- soak: end -->"];

/**
 * Puts a report into a document, in place of the former one.
 *
 * @param document The document's text.
 * @param report The report.
 * @returns The document's new text.
 * @throws {TypeError} It has no place for it.
 */
export function withReport(document: string, report: string): string {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) {
    throw new TypeError(`Cannot put the report into the document: expected ${BEGIN} and ${END}`);
  }
  return `${document.slice(0, from + BEGIN.length)}\n\n${report.trim()}\n\n${document.slice(to)}`;
}
