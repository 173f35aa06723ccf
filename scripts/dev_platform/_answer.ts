/** What the platform answers to one request. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** The headers; the length or the chunked coding is added when the body is sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body: a text, or chunks that are sent as they come. */
  readonly body: string | AsyncIterable<Uint8Array>;
  /** Whether the connection is dropped after the body. */
  readonly cutShort?: boolean;
}

/**
 * Makes a JSON answer, in the way of gin.
 *
 * @param status The HTTP status.
 * @param body What becomes the JSON text.
 * @param headers More headers.
 * @returns The answer.
 */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

/**
 * Makes an answer whose JSON body has one member, `error`.
 *
 * @param status The HTTP status.
 * @param error What is wrong.
 * @param headers More headers.
 * @returns The answer.
 */
export function failure(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { error }, headers);
}

/**
 * Makes an answer without a body.
 *
 * @param status The HTTP status.
 * @param headers The headers.
 * @returns The answer.
 */
export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: "" };
}

/**
 * Makes the answer that gin gives where it has no route.
 *
 * @returns The answer.
 */
export function noRoute(): Answer {
  return { status: 404, headers: { "Content-Type": "text/plain" }, body: "404 page not found" };
}
