import type { Outcome, PlatformRequest, Sender } from "../platform/mod.ts";
import type { TokenSource } from "./token_store.ts";

/**
 * Sends every request with the workspace's token. A 401 looks for a newer token and sends the same
 * bytes exactly once more; requests that are refused together share one look.
 */
export class AuthorizedClient implements Sender {
  readonly #client: Sender;
  readonly #tokens: TokenSource;

  /**
   * @param client What sends.
   * @param tokens Where the token comes from.
   */
  constructor(client: Sender, tokens: TokenSource) {
    this.#client = client;
    this.#tokens = tokens;
  }

  /**
   * Sends a request.
   *
   * @param request The request, without its Authorization header.
   * @param options `signal` gives it up.
   * @returns What became of it; after a 401, of the second try.
   * @throws The signal's reason, when it aborts.
   */
  async send(request: PlatformRequest, options: { signal: AbortSignal }): Promise<Outcome> {
    const token = await this.#tokens.current();
    const outcome = await this.#client.send(authorized(request, token), options);
    if (outcome.kind !== "unauthorized") return outcome;
    const next = await this.#tokens.refresh(token);
    return await this.#client.send(authorized(request, next), options);
  }
}

function authorized(request: PlatformRequest, token: string | undefined): PlatformRequest {
  if (token === undefined) return request;
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
}
