import { type Answer, empty } from "./_answer.ts";

/**
 * Gives an answer a strong `ETag` of its body; or makes it a 304 where the client says that it has it.
 *
 * @param answer The answer.
 * @param headers The request's headers.
 * @returns The answer to send.
 */
export async function withEtag(answer: Answer, headers: Headers): Promise<Answer> {
  const { body, status } = answer;
  if (status !== 200 || typeof body !== "string") return answer;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const etag = `"${new Uint8Array(digest).toHex()}"`;
  const had = (headers.get("if-none-match") ?? "").split(",").map((each) => each.trim());
  if (had.includes(etag)) return empty(304, { ETag: etag });
  return { ...answer, headers: { ...answer.headers, ETag: etag } };
}
