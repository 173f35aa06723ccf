/** The first line and the headers of a request. */
export interface RequestHead {
  /** The method. */
  readonly method: string;
  /** The path with the query, as sent. */
  readonly target: string;
  /** The headers. */
  readonly headers: Headers;
  /** Whether the connection stays open after the answer. */
  readonly keepAlive: boolean;
}

/** One HTTP/1.1 request. */
export interface HttpRequest extends RequestHead {
  /** The whole body. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A request that isn't HTTP/1.1 as this server understands it; the connection ends with `status`. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
  /** The HTTP status for the answer. */
  readonly status: number;

  /**
   * @param message What is wrong.
   * @param status The HTTP status for the answer.
   */
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

/**
 * Reads a request's head.
 *
 * @param lines The lines, without their ends.
 * @returns The head.
 * @throws {BadRequest} If it isn't one.
 */
export function parseHead(lines: readonly string[]): RequestHead {
  const [first = "", ...fields] = lines;
  const match = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(first);
  if (match === null) throw new BadRequest(`Cannot read the request line '${first}'`);
  const [, method = "", target = "", minor] = match;
  const headers = new Headers();
  for (const field of fields) {
    const colon = field.indexOf(":");
    try {
      headers.append(field.slice(0, Math.max(colon, 0)), field.slice(colon + 1).trim());
    } catch (cause) {
      throw new BadRequest(`Cannot read the header '${field}': ${cause}`);
    }
  }
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  const keepAlive = minor === "1" ? connection !== "close" : connection === "keep-alive";
  return { method, target, headers, keepAlive };
}

/**
 * Reads how long a request's body is.
 *
 * @param headers The request's headers.
 * @param limit The most bytes that are accepted.
 * @returns The number of bytes, or "chunked".
 * @throws {BadRequest} If the headers make no sense or the body is too long.
 */
export function bodyLength(headers: Headers, limit: number): number | "chunked" {
  const coding = headers.get("transfer-encoding");
  if (coding !== null) {
    if (coding.toLowerCase() === "chunked") return "chunked";
    throw new BadRequest(`Cannot read a body in the transfer coding '${coding}'`, 501);
  }
  const length = headers.get("content-length") ?? "0";
  if (!/^\d+$/.test(length)) throw new BadRequest(`Cannot read the content length '${length}'`);
  if (Number(length) > limit) throw new BadRequest(`Cannot take a body of ${length} bytes`, 413);
  return Number(length);
}
