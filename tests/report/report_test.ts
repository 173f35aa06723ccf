import { assertEquals } from "@std/assert";
import { CAPABILITIES, Report } from "../../lib/report/mod.ts";

Deno.test("Report.snapshot() is all zero and healthy when nothing was reported (contract 7 #1, #39)", () => {
  assertEquals(new Report().snapshot(), {
    requests: 0,
    errors: 0,
    sampleError: "",
    activeTasks: 0,
    currentTask: "",
    wedgeReason: "",
    capabilities: new Set<never>(),
    idleTimeoutSeconds: undefined,
    monthlySpend: undefined,
  });
});

Deno.test("Report.snapshot() does not change when more is reported", () => {
  const report = new Report();
  const before = report.snapshot();
  report.recordError("x");
  report.startTask("x");
  report.declare(["session"]);
  assertEquals(before, new Report().snapshot());
});

Deno.test("Report.recordSuccess() counts a request and no error (contract 7 #2)", () => {
  const report = new Report();
  report.recordSuccess();
  const { requests, errors } = report.snapshot();
  assertEquals([requests, errors], [1, 0]);
});

Deno.test("Report.recordError() counts both and keeps the last text (contract 7 #3, #7)", () => {
  const report = new Report();
  report.recordError("first");
  report.recordError("last");
  const { requests, errors, sampleError } = report.snapshot();
  assertEquals([requests, errors, sampleError], [2, 2, "last"]);
});

Deno.test("Report.accepted() takes off only what the beat has carried (D23)", () => {
  const report = new Report();
  report.recordError("before");
  report.recordSuccess();
  const carried = report.snapshot();
  report.recordError("meanwhile");
  report.recordSuccess();
  report.accepted(carried);
  const { requests, errors, sampleError } = report.snapshot();
  assertEquals([requests, errors, sampleError], [2, 1, "meanwhile"]);
});

Deno.test("Report.accepted() clears the error's text when there was no other error since (D23)", () => {
  const report = new Report();
  report.recordError("before");
  const carried = report.snapshot();
  report.recordSuccess();
  report.accepted(carried);
  const { requests, errors, sampleError } = report.snapshot();
  assertEquals([requests, errors, sampleError], [1, 0, ""]);
});

Deno.test("Report.accepted() keeps tasks, wedge and capabilities: they are no counters", () => {
  const report = new Report();
  report.startTask("write");
  report.markWedged("stuck");
  report.declare(["session"], { idleTimeoutSeconds: 600 });
  const before = report.snapshot();
  report.accepted(before);
  assertEquals(report.snapshot(), before);
});

Deno.test("Report.startTask() counts the task and shows its label (contract 7 #64)", () => {
  const report = new Report();
  report.startTask("write");
  report.startTask("review");
  const { activeTasks, currentTask } = report.snapshot();
  assertEquals([activeTasks, currentTask], [2, "review"]);
});

Deno.test("Report.finishTask() drops the label with the last task, and never counts below 0 (contract 7 #65)", () => {
  const report = new Report();
  report.startTask("write");
  report.startTask("review");
  const seen: unknown[] = [];
  for (let end = 0; end < 3; end++) {
    report.finishTask();
    const { activeTasks, currentTask } = report.snapshot();
    seen.push([activeTasks, currentTask]);
  }
  assertEquals(seen, [[1, "review"], [0, ""], [0, ""]]);
});

Deno.test("Report.markWedged() keeps the first reason until it is cleared (contract 7 #40, #41, #42, #43, #44)", () => {
  const report = new Report();
  const reason = () => report.snapshot().wedgeReason;
  report.clearWedged();
  assertEquals(reason(), "");
  report.markWedged("first");
  report.markWedged("second");
  assertEquals(reason(), "first");
  report.clearWedged();
  assertEquals(reason(), "");
  report.markWedged("third");
  assertEquals(reason(), "third");
});

Deno.test("Report.declare() replaces what was declared before (contract 7 #54, #55, #56)", () => {
  const report = new Report();
  report.declare(["heartbeat", "session"], { idleTimeoutSeconds: 600 });
  const first = report.snapshot();
  assertEquals([...first.capabilities], ["heartbeat", "session"]);
  assertEquals(first.idleTimeoutSeconds, 600);
  report.declare(["retry"]);
  const second = report.snapshot();
  assertEquals([...second.capabilities], ["retry"]);
  assertEquals(second.idleTimeoutSeconds, undefined);
});

Deno.test("Report takes whatever a program without types reports, and says it in the right types", () => {
  const report = new Report();
  const throwing = { toString: () => JSON.parse("no JSON") };
  const anything = [[report.startTask, 10n], [report.recordError, throwing], [
    report.markWedged,
    Object.create(null),
  ], [report.recordMonthlySpend, "much"]] as const;
  for (const [method, value] of anything) Reflect.apply(method, report, [value]);
  Reflect.apply(report.declare, report, [[], { idleTimeoutSeconds: 600n }]);
  const { currentTask, idleTimeoutSeconds, monthlySpend, sampleError, wedgeReason } = report
    .snapshot();
  assertEquals([currentTask, sampleError, wedgeReason], ["10", "(no text)", "(no text)"]);
  assertEquals([idleTimeoutSeconds, monthlySpend], [undefined, undefined]);
});

Deno.test("CAPABILITIES are exactly the seven names on the wire (contract 7 #48)", () => {
  assertEquals([...CAPABILITIES], [
    "heartbeat",
    "scheduler",
    "session",
    "status_mgmt",
    "retry",
    "activity_decoration",
    "channel_dispatch",
  ]);
});

Deno.test("Report.accepted() takes off each of two beats only what that one has carried", () => {
  const report = new Report();
  report.recordError("first");
  const first = report.snapshot();
  report.recordError("second");
  report.recordSuccess();
  report.accepted(first);
  const second = report.snapshot();
  assertEquals([second.requests, second.errors, second.sampleError], [2, 1, "second"]);
  report.recordSuccess();
  report.accepted(second);
  const { requests, errors, sampleError } = report.snapshot();
  assertEquals([requests, errors, sampleError], [1, 0, ""]);
});

Deno.test("Report.snapshot() adds up what the program and the report file say; where there can be only one, the program's", () => {
  const report = new Report();
  report.takeFiled({
    requests_total: 2,
    errors_total: 1,
    sample_error: "filed",
    active_tasks: 2,
    current_task: "filed",
    wedged: "filed",
    capabilities: { session: true, retry: true },
    idle_timeout_seconds: 600,
    monthly_spend: 7,
  }, { isStale: false });
  const filed = report.snapshot();
  assertEquals(filed.capabilities, new Set(["session", "retry"] as const));
  report.startTask("own");
  report.recordError("own");
  report.markWedged("own");
  report.declare(["heartbeat", "session"], { idleTimeoutSeconds: 60 });
  report.recordMonthlySpend(0);
  assertEquals(report.snapshot(), {
    requests: 3,
    errors: 2,
    sampleError: "own",
    activeTasks: 3,
    currentTask: "own",
    wedgeReason: "own",
    capabilities: new Set(["heartbeat", "session", "retry"] as const),
    idleTimeoutSeconds: 60,
    monthlySpend: 0,
  });
  report.finishTask();
  report.clearWedged();
  report.declare([]);
  const { activeTasks, currentTask, wedgeReason, idleTimeoutSeconds } = report.snapshot();
  assertEquals([activeTasks, currentTask], [2, "filed"]);
  assertEquals([wedgeReason, idleTimeoutSeconds], ["filed", 600]);
});

Deno.test("Report.snapshot() shows the last error's text when the program and the report file had one each", () => {
  const report = new Report();
  const filed = { requests_total: 1, errors_total: 1, sample_error: "filed" };
  report.recordError("own");
  report.takeFiled(filed, { isStale: false });
  report.startTask("write");
  assertEquals(report.snapshot().sampleError, "filed");
  report.recordError("last");
  report.takeFiled({ ...filed, active_tasks: 1 }, { isStale: false });
  assertEquals(report.snapshot().sampleError, "last");
});

Deno.test("Report.onChange() calls back after each change, until that is undone", () => {
  const report = new Report();
  const seen: unknown[] = [];
  const undo = report.onChange(() => seen.push(report.snapshot().currentTask));
  const other = report.onChange(() => seen.push("other"));
  report.startTask("own");
  report.takeFiled({ current_task: "filed" }, { isStale: false });
  undo();
  undo();
  report.finishTask();
  assertEquals(seen, ["own", "other", "own", "other", "other"]);
  other();
  report.startTask("unheard");
  assertEquals(seen.length, 5);
});

Deno.test("Report.onChange() calls back for each kind of change", () => {
  const report = new Report();
  let calls = 0;
  report.onChange(() => calls++);
  report.recordSuccess();
  report.recordError("x");
  report.startTask("x");
  report.finishTask();
  report.markWedged("x");
  report.clearWedged();
  report.declare([]);
  report.recordMonthlySpend(1);
  report.takeFiled({}, { isStale: false });
  assertEquals(calls, 9);
});
