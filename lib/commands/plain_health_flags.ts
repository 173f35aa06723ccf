import type { HealthFlags } from "./health_answer.ts";

/** The flags of `health` that take a value. */
const VALUED = ["status-file", "configs-dir", "workspace-id", "workspaces-dir", "max-age"] as const;

/**
 * Reads the arguments of a `health` that is written as people write it: `--flag value` or
 * `--flag=value`, each once. Whatever else may be meant, the command line's own parser knows.
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
  const texts: { [Flag in typeof VALUED[number]]?: string } = {};
  let alive = false;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, name, attached] = /^--([a-z-]+)(?:=(.+))?$/s.exec(arg) ?? [];
    if (name === "alive" && attached === undefined && !alive) {
      alive = true;
      continue;
    }
    const flag = VALUED.find((flag) => flag === name);
    const value = attached ?? rest.shift();
    const isPlain = value !== undefined && value !== "" && !value.startsWith("-");
    if (flag === undefined || !isPlain || texts[flag] !== undefined) return undefined;
    texts[flag] = value;
  }
  return { ...texts, alive };
}
