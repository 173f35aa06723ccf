import { assertEquals } from "@std/assert";
import { type AgentState, Report, type RuntimeReport } from "../../lib/report/mod.ts";

/** Takes what a report file says, one after the other. */
function takeAll(report: Report, ...filed: readonly RuntimeReport[]): void {
  for (const one of filed) report.takeFiled(one, { isStale: false });
}

/** What the next beat says of requests. */
function counts({ requests, errors, sampleError }: AgentState): unknown {
  return [requests, errors, sampleError];
}

/** What a report file says from look to look, and what the next beat then carries. */
const FILED: readonly (readonly [
  what: string,
  filed: readonly RuntimeReport[],
  carried: readonly [requests: number, errors: number, sampleError: string],
])[] = [
  ["counts from the start", [{ requests_total: 5, errors_total: 2 }], [5, 2, ""]],
  ["counts what came since the last look", [
    { requests_total: 5, errors_total: 2 },
    { requests_total: 8, errors_total: 3 },
  ], [8, 3, ""]],
  ["counts nothing when nothing came", [
    { requests_total: 5, errors_total: 2 },
    { requests_total: 5, errors_total: 2 },
  ], [5, 2, ""]],
  ["takes an error for a request when only errors are counted", [{ errors_total: 2 }], [2, 2, ""]],
  ["counts anew when both totals are smaller", [
    { requests_total: 5, errors_total: 2 },
    { requests_total: 3, errors_total: 1 },
  ], [8, 3, ""]],
  ["counts anew when one total is smaller", [
    { requests_total: 5, errors_total: 2 },
    { requests_total: 6, errors_total: 1 },
  ], [11, 3, ""]],
  ["counts anew from 0", [
    { requests_total: 5, errors_total: 2 },
    { requests_total: 0, errors_total: 0 },
    { requests_total: 1, errors_total: 1 },
  ], [6, 3, ""]],
  ["counts nothing twice when the totals vanish and come back", [
    { requests_total: 5, errors_total: 2 },
    {},
    { requests_total: null, errors_total: null },
    { requests_total: 6, errors_total: 2 },
  ], [6, 2, ""]],
  ["counts anew when the totals vanish and come back smaller", [
    { requests_total: 5, errors_total: 2 },
    {},
    { requests_total: 1, errors_total: 0 },
  ], [6, 2, ""]],
  ["counts nothing twice when it begins anew without errors", [
    { requests_total: 5, errors_total: 2 },
    { requests_total: 1 }, // as `report ok` writes it
    { requests_total: 2, errors_total: 1 },
  ], [7, 3, ""]],
  ["loses no error when it begins anew without errors", [
    { requests_total: 5, errors_total: 2 },
    { requests_total: 1 },
    { requests_total: 4, errors_total: 3 },
  ], [9, 5, ""]],
  ["shows the text of the last error", [
    { requests_total: 1, errors_total: 1, sample_error: "first" },
    { requests_total: 2, errors_total: 2, sample_error: "last" },
  ], [2, 2, "last"]],
  ["shows a text that comes a moment after its count", [
    { requests_total: 1, errors_total: 1 },
    { requests_total: 1, errors_total: 1, sample_error: "late" },
  ], [1, 1, "late"]],
  ["shows a text that comes a moment before its count", [
    { errors_total: 0, sample_error: "early" },
    { errors_total: 1, sample_error: "early" },
  ], [1, 1, "early"]],
  ["keeps the text of an error when it is taken away", [
    { errors_total: 1, sample_error: "gone" },
    { errors_total: 1, sample_error: null },
  ], [1, 1, "gone"]],
  ["shows no text when no error is counted", [{ errors_total: 0, sample_error: "old" }], [
    0,
    0,
    "",
  ]],
  ["shows a text when errors are not counted", [{ sample_error: "uncounted" }], [
    ...[0, 0, "uncounted"] as const,
  ]],
  ["shows no text any more when it is taken away and errors are not counted", [
    { sample_error: "uncounted" },
    { sample_error: "" },
  ], [0, 0, ""]],
];

for (const [what, filed, carried] of FILED) {
  Deno.test(`Report.takeFiled() ${what}`, () => {
    const report = new Report();
    takeAll(report, ...filed);
    assertEquals(counts(report.snapshot()), [...carried]);
  });
}

Deno.test("Report.takeFiled() counts from the last accepted beat on", () => {
  const report = new Report();
  takeAll(report, { requests_total: 5, errors_total: 2, sample_error: "old" });
  report.accepted(report.snapshot());
  assertEquals(counts(report.snapshot()), [0, 0, ""]);
  takeAll(report, { requests_total: 6, errors_total: 2, sample_error: "old" });
  assertEquals(counts(report.snapshot()), [1, 0, ""]);
});

Deno.test("Report.takeFiled() shows a text in every beat when errors are not counted", () => {
  const report = new Report();
  takeAll(report, { requests_total: 1, sample_error: "uncounted" });
  report.accepted(report.snapshot());
  assertEquals(counts(report.snapshot()), [0, 0, "uncounted"]);
});

Deno.test("Report.takeFiled() counts no task of a stale report, and keeps everything else", () => {
  const report = new Report();
  const filed = {
    requests_total: 2,
    active_tasks: 3,
    current_task: "write",
    wedged: "stuck",
    capabilities: { session: true },
    idle_timeout_seconds: 600,
    monthly_spend: 7,
  };
  takeAll(report, filed);
  const fresh = report.snapshot();
  assertEquals([fresh.activeTasks, fresh.currentTask], [3, "write"]);
  report.takeFiled(filed, { isStale: true });
  assertEquals(report.snapshot(), { ...fresh, activeTasks: 0, currentTask: "" });
  takeAll(report, filed);
  assertEquals(report.snapshot(), fresh);
});

Deno.test("Report.takeFiled() leaves the program's own tasks alone when it is stale", () => {
  const report = new Report();
  report.startTask("own");
  report.takeFiled({ active_tasks: 3, current_task: "filed" }, { isStale: true });
  const { activeTasks, currentTask } = report.snapshot();
  assertEquals([activeTasks, currentTask], [1, "own"]);
});
