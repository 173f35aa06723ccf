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
