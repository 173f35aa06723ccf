import { assertEquals } from "@std/assert";
import { type Budget, verdictLine, verdictOf } from "../../../scripts/bench/budgets.ts";
import type { Figures } from "../../../scripts/bench/figures.ts";

const RATIO: Budget = { figure: "cpu_per_beat", of: "binary", by: "python", most: 0.5 };
const PLAIN: Budget = { figure: "size_payload", of: "binary", most: 1.5 };

function said(budget: Budget, figures: Figures): string {
  return verdictLine(verdictOf(budget, figures));
}

Deno.test("verdictOf() holds up to the very budget, and no further", () => {
  const cases: [budget: Budget, figures: Figures, holds: boolean][] = [
    [PLAIN, { size_payload: { binary: 1.5 } }, true],
    [PLAIN, { size_payload: { binary: 1.5000001 } }, false],
    [PLAIN, { size_payload: { binary: -1 } }, true],
    [PLAIN, { size_payload: { binary: NaN } }, false],
    [RATIO, { cpu_per_beat: { binary: 2, python: 4 } }, true],
    [RATIO, { cpu_per_beat: { binary: 2.000001, python: 4 } }, false],
    [RATIO, { cpu_per_beat: { binary: 2, python: 0 } }, false],
  ];
  for (const [budget, figures, holds] of cases) {
    assertEquals(verdictOf(budget, figures).holds, holds, JSON.stringify(figures));
  }
});

Deno.test("verdictOf() does not hold for what was not measured", () => {
  for (const figures of [{}, { cpu_per_beat: { binary: 1 } }, { cpu_per_beat: { python: 1 } }]) {
    assertEquals(verdictOf(RATIO, figures).holds, false);
    assertEquals(verdictOf(RATIO, figures).value, undefined);
  }
});

Deno.test("verdictLine() says what was measured, and what is allowed", () => {
  assertEquals(
    said(RATIO, { cpu_per_beat: { binary: 1, python: 3 } }),
    "ok    cpu_per_beat of the binary, of that of Python, httpx: 0.33 ≤ 0.5",
  );
  assertEquals(
    said(PLAIN, { size_payload: { binary: 0.30123 } }),
    "ok    size_payload of the binary: 0.301 MB ≤ 1.5 MB",
  );
  assertEquals(said(PLAIN, {}), "FAIL  size_payload of the binary: not measured");
});

Deno.test("verdictLine() does not round a failure down to its budget", () => {
  assertEquals(
    said(RATIO, { cpu_per_beat: { binary: 2.004, python: 4 } }),
    "FAIL  cpu_per_beat of the binary, of that of Python, httpx: 0.501 > 0.5",
  );
  assertEquals(
    said(PLAIN, { size_payload: { binary: 1.5001 } }),
    "FAIL  size_payload of the binary: 1.5001 MB > 1.5 MB",
  );
});
