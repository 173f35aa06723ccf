import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  checkedReport,
  requestFailed,
  requestSucceeded,
  type RuntimeReport,
  taskFinished,
  taskStarted,
  wedgeCleared,
  wedgeMarked,
} from "../../lib/report/mod.ts";

const MOST_TASKS = 2 ** 31 - 1;
const MOST = Number.MAX_SAFE_INTEGER;

/** A report before and after an operation. */
type Row = readonly [before: RuntimeReport, after: RuntimeReport];

function assertRows(operation: (report: RuntimeReport) => RuntimeReport, rows: readonly Row[]) {
  for (const [before, after] of rows) assertEquals(operation(before), after);
}

Deno.test("taskStarted() counts the task and shows its label, up to what can be written", () => {
  assertRows((report) => taskStarted(report, "write"), [
    [{}, { active_tasks: 1, current_task: "write" }],
    [{ active_tasks: null, current_task: null }, { active_tasks: 1, current_task: "write" }],
    [{ active_tasks: 1, current_task: "read" }, { active_tasks: 2, current_task: "write" }],
    [{ active_tasks: MOST_TASKS - 1 }, { active_tasks: MOST_TASKS, current_task: "write" }],
    [{ active_tasks: MOST_TASKS }, { active_tasks: MOST_TASKS, current_task: "write" }],
  ]);
});

Deno.test("taskFinished() drops the label with the last task, and never counts below 0", () => {
  assertRows(taskFinished, [
    [{ active_tasks: 2, current_task: "write" }, { active_tasks: 1, current_task: "write" }],
    [{ active_tasks: 1, current_task: "write" }, { active_tasks: 0, current_task: "" }],
    [{ active_tasks: 0, current_task: "write" }, { active_tasks: 0, current_task: "" }],
    [{ active_tasks: null, current_task: null }, { active_tasks: 0, current_task: "" }],
    [{}, { active_tasks: 0, current_task: "" }],
  ]);
});

Deno.test("requestSucceeded() counts a request and nothing else, up to what can be written", () => {
  assertRows(requestSucceeded, [
    [{}, { requests_total: 1 }],
    [{ requests_total: null, errors_total: null }, { requests_total: 1, errors_total: null }],
    [
      { requests_total: 2, errors_total: 1, sample_error: "x" },
      { requests_total: 3, errors_total: 1, sample_error: "x" },
    ],
    [{ requests_total: MOST }, { requests_total: MOST }],
  ]);
});

Deno.test("requestFailed() counts a request and an error, and keeps the last text", () => {
  assertRows((report) => requestFailed(report, "why"), [
    [{}, { requests_total: 1, errors_total: 1, sample_error: "why" }],
    [
      { requests_total: null, errors_total: null, sample_error: null },
      { requests_total: 1, errors_total: 1, sample_error: "why" },
    ],
    [
      { requests_total: 2, errors_total: 1, sample_error: "x" },
      { requests_total: 3, errors_total: 2, sample_error: "why" },
    ],
    [
      { requests_total: MOST, errors_total: MOST },
      { requests_total: MOST, errors_total: MOST, sample_error: "why" },
    ],
  ]);
});

Deno.test("wedgeMarked() keeps the first reason", () => {
  assertRows((report) => wedgeMarked(report, "stuck"), [
    [{}, { wedged: "stuck" }],
    [{ wedged: null }, { wedged: "stuck" }],
    [{ wedged: "" }, { wedged: "stuck" }],
    [{ wedged: "first" }, { wedged: "first" }],
  ]);
});

Deno.test("wedgeCleared() takes the reason away, and leaves the tasks", () => {
  assertRows(wedgeCleared, [
    [{}, { wedged: null }],
    [{ wedged: "stuck", active_tasks: 1 }, { wedged: null, active_tasks: 1 }],
  ]);
});

/** What has to hold after any sequence of operations. */
interface Model {
  tasks: number;
  label: string | null | undefined;
  requests: number;
  errors: number;
  text: string | null | undefined;
  wedge: string;
}

/** An operation, and what the model makes of it. */
interface Step {
  readonly change: (report: RuntimeReport) => RuntimeReport;
  readonly expect: (model: Model) => void;
}

const words = fc.oneof(fc.string(), fc.constantFrom("a", "b", "__proto__"));
const step: fc.Arbitrary<Step> = fc.oneof(
  words.map((label) => ({
    change: (report: RuntimeReport) => taskStarted(report, label),
    expect: (model: Model) => {
      model.tasks = Math.min(model.tasks + 1, MOST_TASKS);
      model.label = label;
    },
  })),
  fc.constant({
    change: taskFinished,
    expect: (model: Model) => {
      model.tasks = Math.max(0, model.tasks - 1);
      if (model.tasks === 0) model.label = "";
    },
  }),
  fc.constant({
    change: requestSucceeded,
    expect: (model: Model) => {
      model.requests = Math.min(model.requests + 1, MOST);
    },
  }),
  words.map((text) => ({
    change: (report: RuntimeReport) => requestFailed(report, text),
    expect: (model: Model) => {
      model.requests = Math.min(model.requests + 1, MOST);
      model.errors = Math.min(model.errors + 1, MOST);
      model.text = text;
    },
  })),
  words.map((reason) => ({
    change: (report: RuntimeReport) => wedgeMarked(report, reason),
    expect: (model: Model) => {
      model.wedge ||= reason;
    },
  })),
  fc.constant({
    change: wedgeCleared,
    expect: (model: Model) => {
      model.wedge = "";
    },
  }),
);

const count = (most: number) => fc.option(fc.constantFrom(0, 1, 2, most - 1, most));
const known = fc.record({
  active_tasks: count(MOST_TASKS),
  current_task: fc.option(words),
  requests_total: count(MOST),
  errors_total: count(MOST),
  sample_error: fc.option(words),
  wedged: fc.option(words),
  capabilities: fc.constant({ session: true }),
  pid: fc.constant(4711),
}, { requiredKeys: [] });
const unknown = fc.record({ mood: fc.jsonValue(), "": fc.jsonValue() }, { requiredKeys: [] });

/** What no operation has any business with. */
function untouched(report: RuntimeReport): RuntimeReport {
  const rest = { ...report };
  for (
    const name of [
      ...["active_tasks", "current_task", "requests_total", "errors_total"],
      ...["sample_error", "wedged"],
    ]
  ) Reflect.deleteProperty(rest, name);
  return rest;
}

Deno.test("the operations keep the report acceptable and in step, in whatever sequence", () => {
  fc.assert(
    fc.property(known, unknown, fc.array(step, { maxLength: 40 }), (known, unknown, steps) => {
      let report: RuntimeReport = Object.freeze({ ...unknown, ...known });
      const rest = untouched(report);
      const model: Model = {
        tasks: report.active_tasks ?? 0,
        label: report.current_task,
        requests: report.requests_total ?? 0,
        errors: report.errors_total ?? 0,
        text: report.sample_error,
        wedge: report.wedged ?? "",
      };
      for (const { change, expect } of steps) {
        const copy = structuredClone(report);
        const next = change(report);
        assertEquals(report, copy); // the one that was given is not changed
        expect(model);
        assertEquals(
          {
            tasks: next.active_tasks ?? 0,
            label: next.current_task,
            requests: next.requests_total ?? 0,
            errors: next.errors_total ?? 0,
            text: next.sample_error,
            wedge: next.wedged ?? "",
          },
          model,
        );
        assertEquals(untouched(next), rest);
        assertEquals(checkedReport(JSON.parse(JSON.stringify(next))), { report: next });
        report = Object.freeze(next);
      }
    }),
    { numRuns: 500 },
  );
});
