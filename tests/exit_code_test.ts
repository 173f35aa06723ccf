import { assertEquals } from "@std/assert";
import { EXIT_CODE, exitCodeFor } from "../lib/exit_code.ts";
import type { OutcomeKind } from "../lib/platform/mod.ts";

const codes: [kind: OutcomeKind, code: number][] = [
  ["ok", 0],
  ["confirmed", 0],
  ["rejected", 1],
  ["unreachable", 69],
  ["timed_out", 69],
  ["rate_limited", 75],
  ["unavailable", 75],
  ["busy", 75],
  ["over_budget", 75],
  ["oversized", 75],
  ["unauthorized", 77],
  ["forbidden", 77],
  ["gone", 77],
  ["not_granted", 77],
  ["misrouted", 78],
  ["not_found", 78],
];

Deno.test("exitCodeFor() gives design.md's code when it is given any outcome", () => {
  for (const [kind, code] of codes) assertEquals<number>(exitCodeFor(kind), code, kind);
});

Deno.test("EXIT_CODE holds design.md's codes", () => {
  assertEquals(Object.values(EXIT_CODE), [0, 1, 64, 69, 73, 75, 77, 78]);
});
