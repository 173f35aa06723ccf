import * as v from "valibot";
import { notArray, parseJson } from "./_json_body.ts";
import type { A2aRequest } from "./a2a_message.ts";

/** The platform reads no more of a body. Older ones cut what is longer, which is no JSON any more. */
export const BODY_LIMIT = 1024 * 1024;

const looseRequest = v.pipe(
  notArray,
  v.looseObject({
    jsonrpc: v.optional(v.unknown()),
    id: v.optional(v.unknown()),
    method: v.optional(v.fallback(v.string(), ""), ""),
    params: v.optional(
      v.fallback(v.looseObject({ message: v.optional(v.unknown()) }), {}),
      {},
    ),
  }),
);
const record = v.fallback(v.record(v.string(), v.unknown()), {});
const metadata = v.looseObject({ metadata: v.looseObject({ delegation_id: v.string() }) });

/**
 * Reads the body of an A2A request and adds what is missing of the envelope.
 *
 * @param body The body's bytes.
 * @returns The request, or undefined when the body isn't a JSON object.
 */
export function parseA2a(body: Uint8Array): A2aRequest | undefined {
  const parsed = v.safeParse(looseRequest, parseJson(body.subarray(0, BODY_LIMIT)));
  if (!parsed.success) return undefined;
  const { jsonrpc, id, method, params } = parsed.output;
  const message = v.parse(record, params.message);
  const { messageId } = message;
  return {
    // A body without the envelope gets one with an id of its own.
    id: jsonrpc === undefined ? crypto.randomUUID() : id,
    method,
    message: {
      ...message,
      messageId: typeof messageId === "string" && messageId !== ""
        ? messageId
        : crypto.randomUUID(),
    },
  };
}

/**
 * Reads which delegation a message belongs to.
 *
 * @param request The request.
 * @returns The delegation's id, or undefined.
 */
export function delegationOf(request: A2aRequest): string | undefined {
  const result = v.safeParse(metadata, request.message);
  return result.success ? result.output.metadata.delegation_id : undefined;
}
