import * as v from "valibot";
import type { DialectRules } from "./_dialect_rules.ts";
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

const flag = v.nullish(v.boolean());

/** What only newer platforms read: older ones ignore it, whatever it is. */
const newerFields = v.object({
  agent_card: v.nullish(v.pipe(notArray, v.looseObject({}))),
  is_busy: flag,
  schema_version: v.nullish(v.string()),
  observed_generation: v.nullish(integer),
  mcp_server_present: flag,
  loaded_mcp_tools: v.nullish(v.array(v.string())),
});

/**
 * Reads the body of a heartbeat with the strictness of Go's JSON decoder.
 *
 * @param body The body's bytes.
 * @param rules The dialect's rules.
 * @returns What it says, or undefined when one field has the wrong type.
 */
export function parseBeat(
  body: Uint8Array,
  rules: Pick<DialectRules, "readsNewerBeats">,
): BeatBody | undefined {
  const parsed = parseJson(body);
  const result = v.safeParse(beatBody, parsed);
  const newer = v.safeParse(newerFields, rules.readsNewerBeats ? parsed : {});
  if (!result.success || !newer.success) return undefined;
  const { runtime_metadata, ...fields } = result.output;
  const { agent_card, observed_generation } = newer.output;
  return {
    ...fields,
    ...(agent_card && { agent_card }),
    ...(typeof observed_generation === "number" && { observed_generation }),
    runtime_metadata: runtime_metadata
      ? {
        capabilities: runtime_metadata.capabilities,
        idle_timeout_seconds: runtime_metadata.idle_timeout_seconds ?? undefined,
      }
      : undefined,
  };
}
