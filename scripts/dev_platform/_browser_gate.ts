import { type Answer, failure } from "./_answer.ts";

const OWN_NAMES: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Refuses what another site makes a developer's browser ask for: the control surface tells tokens
 * and does damage. A foreign name that leads to this address is refused by its Host, a foreign
 * page by its Origin or Sec-Fetch-Site, and a form by its type. Other programs send none of the
 * latter, and pass.
 *
 * @param request The request.
 * @returns The refusal, or undefined when the request may pass.
 */
export function browserGate(
  { method, headers }: { method: string; headers: Headers },
): Answer | undefined {
  const host = headers.get("host") ?? "";
  const name = /^(.*?)(?::\d+)?$/.exec(host)?.[1]?.toLowerCase() ?? "";
  if (!OWN_NAMES.has(name)) {
    return failure(403, `Cannot answer a request for the host '${host}': ask 127.0.0.1`);
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) {
    return failure(403, `Cannot answer a request from the page of '${origin}'`);
  }
  const site = headers.get("sec-fetch-site") ?? "none";
  if (site !== "same-origin" && site !== "none") {
    return failure(403, `Cannot answer a request from a page of another site ('${site}')`);
  }
  const type = headers.get("content-type") ?? "none";
  if (origin !== null && method === "POST" && !/^application\/json\s*(;|$)/i.test(type)) {
    return failure(415, `Cannot take a body of the type '${type}' from a page: send JSON`);
  }
  return undefined;
}
