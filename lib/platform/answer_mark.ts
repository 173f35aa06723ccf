/** What an answer is recognised by when it comes again. */
export interface AnswerMark {
  /**
   * SHA-256 of its body: other agents write a part of that, and must not be able to make two that
   * pass for the same.
   */
  readonly digest: string;
  /** What the platform calls it (`ETag`); undefined when that cannot be sent back. */
  readonly etag: string | undefined;
}

/** RFC 9110, section 8.8.3, but for bytes beyond ASCII, and as short as everybody's are. */
const ETAG = /^(?:W\/)?"[!#-~]{0,256}"$/;

/**
 * Takes the mark of an answer.
 *
 * @param body The body, as it was read.
 * @param headers The headers.
 */
export async function markOf(
  body: Uint8Array<ArrayBuffer>,
  headers: Headers,
): Promise<AnswerMark> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).toHex();
  const etag = headers.get("etag") ?? "";
  return { digest, etag: ETAG.test(etag) ? etag : undefined };
}

/** Whether an answer has the same body as one that is known. */
export function isSameBody(mark: AnswerMark | undefined, known: AnswerMark | undefined): boolean {
  return mark !== undefined && mark.digest === known?.digest;
}
