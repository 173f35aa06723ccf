import { assertEquals } from "@std/assert";
import { Episode } from "../../lib/log/mod.ts";
import { ManualClock, recordingLog } from "../support/mod.ts";

function episode() {
  const { log, lines } = recordingLog();
  const clock = new ManualClock();
  return { trouble: new Episode("Beats", { log, clock }), lines, clock };
}

Deno.test("Episode logs one warning when it begins and one line when it ends (D38)", () => {
  const { trouble, lines, clock } = episode();
  for (let attempt = 1; attempt <= 50; attempt++) {
    trouble.failed(`attempt ${attempt}`);
    clock.advance(1500);
  }
  assertEquals([trouble.lasts, trouble.attempts], [true, 50]);
  trouble.succeeded();
  trouble.succeeded();
  assertEquals([trouble.lasts, trouble.attempts], [false, 0]);
  assertEquals(lines.filter(({ level }) => level !== "DEBUG"), [
    { level: "WARN", message: "attempt 1" },
    { level: "INFO", message: "Beats recovered after 75.0 s and 50 failed attempts" },
  ]);
});

Deno.test("Episode warns again when it begins again", () => {
  const { trouble, lines } = episode();
  for (const message of ["one", "two"]) {
    trouble.failed(message, "unauthorized");
    trouble.succeeded();
  }
  assertEquals(lines.filter(({ level }) => level === "WARN").length, 2);
});

Deno.test("Episode warns of each kind once when somebody must act on it", () => {
  const { trouble, lines } = episode();
  trouble.failed("refused");
  trouble.failed("token", "unauthorized");
  trouble.failed("token", "unauthorized");
  trouble.failed("body", "rejected");
  trouble.failed("refused");
  assertEquals(lines.map(({ level }) => level), ["WARN", "WARN", "DEBUG", "WARN", "DEBUG"]);
});

Deno.test("Episode says nothing when there was no failure", () => {
  const { trouble, lines } = episode();
  trouble.succeeded();
  assertEquals(lines, []);
});

Deno.test("Episode says an error, whatever it has said before, when a failure is urgent", () => {
  const { trouble, lines } = episode();
  trouble.failed("one", undefined, { isUrgent: true });
  trouble.failed("two");
  trouble.failed("three", "unauthorized", { isUrgent: true });
  trouble.failed("four", "unauthorized", { isUrgent: true });
  trouble.failed("five", "unauthorized");
  assertEquals(lines.map(({ level }) => level), ["ERROR", "DEBUG", "ERROR", "ERROR", "DEBUG"]);
});

Deno.test("Episode.end() ends it without a word, so that the next failure begins another", () => {
  const { trouble, lines, clock } = episode();
  trouble.failed("one", "unauthorized");
  clock.advance(1000);
  trouble.end();
  assertEquals([trouble.lasts, trouble.attempts], [false, 0]);
  trouble.failed("two");
  trouble.failed("three", "unauthorized");
  clock.advance(1000);
  trouble.succeeded();
  assertEquals(lines.map(({ level, message }) => `${level} ${message}`), [
    "WARN one",
    "WARN two",
    "WARN three",
    "INFO Beats recovered after 1.0 s and 2 failed attempts",
  ]);
});
