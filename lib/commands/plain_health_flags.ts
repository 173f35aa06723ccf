import type { HealthFlags } from "./health_answer.ts";
import { plainFlags } from "./plain_flags.ts";

/** The flags of `health` that take a value. */
const VALUED = ["status-file", "configs-dir", "workspace-id", "workspaces-dir", "max-age"] as const;

/**
 * Reads the arguments of a `health` that is written as people write it.
 *
 * @param args The arguments.
 * @returns What they say; undefined when they are anything else.
 *
 * @example
 * ```ts
 * import { plainHealthFlags } from "./plain_health_flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(plainHealthFlags(["health", "--max-age", "90"]), { "max-age": "90", alive: false });
 * assertEquals(plainHealthFlags(["health", "--help"]), undefined);
 * ```
 */
export function plainHealthFlags(args: readonly string[]): HealthFlags | undefined {
  const [command, ...rest] = args;
  if (command !== "health") return undefined;
  const plain = plainFlags(rest, { valued: VALUED, switches: ["alive"] });
  return plain && { ...plain.texts, alive: plain.switched.has("alive") };
}
