import { later } from "../later.ts";
import { VERSION } from "../version.ts";
import { decodeText, lengthOf, readCapped, readCappedText } from "./_capped_body.ts";
import { type AnswerMark, isSameBody, markOf } from "./answer_mark.ts";
import {
  classifyAnswer,
  classifyError,
  type Outcome,
  oversized,
  type RoutingHeader,
  timedOut,
} from "./outcome.ts";
import type { PlatformRequest, Sender } from "./requests.ts";

/** Options of {@linkcode PlatformClient}. */
export interface PlatformClientOptions {
  /** The platform's base address, without a trailing slash. */
  readonly platformUrl: string;
  /**
   * Whether to send `Origin: <the platform's origin>`: without it the SaaS edge answers
   * /workspaces/… with a page (contract 1.0).
   *
   * @default {true}
   */
  readonly sendsOrigin?: boolean;
  /** The value of `X-Molecule-Org-Id`, where the platform is guarded by tenant (contract 1.0). */
  readonly orgId?: string | undefined;
}

/** An empty list is read in less time than it takes to recognise it. */
const UNMARKED_BYTES = "[]".length;

/**
 * The one HTTP client: every request has a total deadline and a size cap, follows no redirect, and
 * ends in an outcome. It knows nothing of tokens.
 *
 * Requires `--allow-net` for the platform.
 */
export class PlatformClient implements Sender {
  readonly #platformUrl: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #lacks: readonly RoutingHeader[];
  #client: Deno.HttpClient | undefined;

  /** @param options Where the platform is and which headers it wants. */
  constructor(options: PlatformClientOptions) {
    const { platformUrl, sendsOrigin = true, orgId } = options;
    this.#platformUrl = platformUrl;
    this.#headers = {
      "accept": "application/json",
      "user-agent": `workspace-beat/${VERSION}`,
      ...(sendsOrigin && { "origin": new URL(platformUrl).origin }),
      ...(orgId !== undefined && { "x-molecule-org-id": orgId }),
    };
    this.#lacks = [
      ...sendsOrigin ? [] : ["Origin" as const],
      ...orgId === undefined ? ["X-Molecule-Org-Id" as const] : [],
    ];
  }

  /**
   * Sends a request.
   *
   * @param request The request.
   * @param options `signal` gives the request up.
   * @returns What became of it.
   * @throws The signal's reason, when it aborts before the outcome is known.
   */
  async send(request: PlatformRequest, options: { signal: AbortSignal }): Promise<Outcome> {
    options.signal.throwIfAborted();
    // Wired by hand: AbortSignal.any() would leave something behind on a signal that lives for
    // months, with every request.
    const end = new AbortController();
    const giveUp = () => end.abort();
    options.signal.addEventListener("abort", giveUp);
    const cancel = later(request.deadlineMs, giveUp);
    try {
      return await this.#exchange(request, end.signal);
    } catch (error) {
      options.signal.throwIfAborted();
      return end.signal.aborted ? timedOut(request.deadlineMs) : classifyError(error);
    } finally {
      cancel();
      options.signal.removeEventListener("abort", giveUp);
    }
  }

  get #isEncrypted(): boolean {
    return this.#platformUrl.startsWith("https:");
  }

  async #exchange(request: PlatformRequest, signal: AbortSignal): Promise<Outcome> {
    const { known } = request;
    const sentAt = Date.now();
    const response = await fetch(this.#platformUrl + request.path, {
      ...(this.#isEncrypted && { client: this.#client ??= withoutStreams() }),
      method: request.method,
      headers: {
        ...this.#headers,
        ...(request.body !== undefined && { "content-type": "application/json" }),
        ...(known?.etag !== undefined && { "if-none-match": known.etag }),
        ...request.headers,
      },
      body: bodyOf(request),
      redirect: "manual",
      signal,
    });
    const exchange = { sentAt, answeredAt: Date.now() };
    const { headers, status } = response;
    const body = await readBody(response, request);
    if (body === undefined) return oversized(status, request.maxBytes);
    return classifyAnswer({ status, headers, exchange, lacks: this.#lacks, known, ...body });
  }
}

/**
 * Reads the body of an answer, and takes its mark where that was asked for.
 *
 * @returns The text, "" when it is known; undefined when it is more than it may be.
 */
async function readBody(
  response: Response,
  { isMarked = false, known, maxBytes }: PlatformRequest,
): Promise<{ readonly text: string; readonly mark: AnswerMark | undefined } | undefined> {
  const { headers, ok } = response;
  const isWorthIt = (bytes: number) => bytes > UNMARKED_BYTES || headers.has("etag");
  if (!isMarked || !ok || !isWorthIt(lengthOf(response))) {
    const text = await readCappedText(response, maxBytes);
    return text === undefined ? undefined : { text, mark: undefined };
  }
  const bytes = await readCapped(response, maxBytes);
  if (bytes === undefined) return undefined;
  const mark = isWorthIt(bytes.length) ? await markOf(bytes, headers) : undefined;
  return { text: isSameBody(mark, known) ? "" : decodeText(bytes), mark };
}

/**
 * With HTTP/2 a request that times out only ends its stream: a connection that has died without a word
 * would carry all that follow, too. With HTTP/1.1 it is closed, and the next request makes another. The
 * client lives as long as the process.
 */
function withoutStreams(): Deno.HttpClient {
  return Deno.createHttpClient({ http2: false });
}

/** `fetch` repeats what it can send again; a Blob it reads only once. */
function bodyOf({ body, isSentOnce = false }: PlatformRequest): BodyInit | null {
  if (body === undefined) return null;
  return isSentOnce ? new Blob([body]) : body;
}
