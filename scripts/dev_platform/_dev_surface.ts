import { type Answer, empty } from "./_answer.ts";
import { browserGate } from "./_browser_gate.ts";
import { controlAnswer, type ControlRequest } from "./_control.ts";
import { pageFile } from "./_page_files.ts";
import { type PageSource, pageStream } from "./_page_stream.ts";
import type { DevPlatform } from "./dev_platform.ts";

/** A request for the page or the control surface. */
export interface DevRequest extends ControlRequest {
  /** The headers. */
  readonly headers: Headers;
  /** Aborted when the client has hung up. */
  readonly hungUp: AbortSignal;
}

/**
 * Tells what is no part of the real platform: all below `/_dev/`, and the root for a browser.
 *
 * @param request The request's method and headers.
 * @param path Its path.
 * @returns Whether it is for {@linkcode devAnswer}.
 */
export function isForSurface(
  { method, headers }: Pick<DevRequest, "method" | "headers">,
  path: string,
): boolean {
  if (path.startsWith("/_dev/")) return true;
  return path === "/" && method === "GET" && /\btext\/html\b/.test(headers.get("accept") ?? "");
}

/**
 * Answers a request for the page or the control surface.
 *
 * @param platform The platform.
 * @param page Where the page's messages come from.
 * @param request The request.
 * @returns The answer.
 */
export async function devAnswer(
  platform: DevPlatform,
  page: PageSource,
  request: DevRequest,
): Promise<Answer> {
  const refusal = browserGate(request);
  if (refusal !== undefined) return refusal;
  const { method, path, headers, hungUp } = request;
  if (path === "/") return empty(302, { "Location": "/_dev/", "Content-Length": "0" });
  if (method === "GET" && path === "/_dev/events") {
    const lastEventId = headers.get("last-event-id");
    return {
      status: 200,
      headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" },
      body: pageStream(page, { lastEventId, hungUp }),
    };
  }
  const [, file] = method === "GET" ? /^\/_dev\/(?:page\/([^/]+))?$/.exec(path) ?? [] : [];
  if (method === "GET" && (path === "/_dev/" || file !== undefined)) {
    return await pageFile(file ?? "");
  }
  return controlAnswer(platform, request);
}
