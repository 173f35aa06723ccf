import type { Answer } from "./_answer.ts";
import type { HttpRequest } from "./_http_request.ts";

/** How an answer begins, and how its body follows. */
export interface ResponseHead {
  /** The status line and the headers, with the empty line. */
  readonly head: string;
  /** Whether no body may follow. */
  readonly bare: boolean;
  /** Whether the body follows in the chunked coding. */
  readonly chunked: boolean;
}

const encoder = new TextEncoder();

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  302: "Found",
  304: "Not Modified",
  307: "Temporary Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

/**
 * Writes the head of an answer.
 *
 * @param answer The answer.
 * @param request The request that it is for.
 * @returns The head.
 */
export function responseHead(
  answer: Answer,
  request: Pick<HttpRequest, "method" | "keepAlive">,
): ResponseHead {
  const { status, body } = answer;
  const lines = [`HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}`];
  const headers = new Headers(answer.headers);
  const bare = request.method === "HEAD" || status === 204 || status === 304;
  if (typeof body === "string" && !headers.has("content-length") && !bare) {
    headers.set("content-length", String(encoder.encode(body).length));
  }
  const chunked = typeof body !== "string" && !headers.has("content-length") && !bare;
  if (chunked) headers.set("transfer-encoding", "chunked");
  if (!headers.has("date")) headers.set("date", new Date().toUTCString());
  headers.set("connection", request.keepAlive ? "keep-alive" : "close");
  headers.forEach((value, name) => lines.push(`${name}: ${value}`));
  return { head: lines.join("\r\n") + "\r\n\r\n", bare, chunked };
}
