import * as v from "valibot";
import { notArray, parseJson } from "./_json_body.ts";
import type { BeatBody } from "./beat_body.ts";

const text = v.nullish(v.string(), "");
/** Go's int: 64 bits; `parseJson` sees to it that it is written in digits. */
const integer = v.pipe(
  v.number(),
  v.check((value) => value >= -(2 ** 63) && value < 2 ** 63),
);
const count = v.nullish(integer, 0);

const flags = v.record(v.string(), v.nullish(v.boolean(), false));

const beatBody = v.object({
  workspace_id: v.pipe(v.string(), v.nonEmpty()),
  error_rate: v.nullish(v.pipe(v.number(), v.finite()), 0),
  sample_error: text,
  active_tasks: count,
  uptime_seconds: count,
  current_task: text,
  monthly_spend: count,
  runtime_state: text,
  runtime_metadata: v.nullish(v.pipe(
    notArray,
    v.object({
      capabilities: v.nullish(v.pipe(notArray, flags), {}),
      idle_timeout_seconds: v.nullish(integer),
    }),
  )),
});

/**
 * Reads the body of a heartbeat with the strictness of Go's JSON decoder.
 *
 * @param body The body's bytes.
 * @returns What it says, or undefined when one field has the wrong type.
 */
export function parseBeat(body: Uint8Array): BeatBody | undefined {
  const result = v.safeParse(beatBody, parseJson(body));
  if (!result.success) return undefined;
  const { runtime_metadata, ...fields } = result.output;
  return {
    ...fields,
    runtime_metadata: runtime_metadata
      ? {
        capabilities: runtime_metadata.capabilities,
        idle_timeout_seconds: runtime_metadata.idle_timeout_seconds ?? undefined,
      }
      : undefined,
  };
}
