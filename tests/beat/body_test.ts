import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { beatBody } from "../../lib/beat/mod.ts";
import { type AgentState, CAPABILITIES, Report } from "../../lib/report/mod.ts";

/** A state that says nothing but this. */
function state(part: Partial<AgentState> = {}): AgentState {
  return { ...new Report().snapshot(), ...part };
}

const NO_CAPABILITIES = Object.fromEntries(CAPABILITIES.map((name) => [name, false]));

Deno.test("beatBody() is the full body when nothing was reported (contract 7 #1, #20, #22, #24, #47, #54)", () => {
  assertEquals(beatBody("w", state(), 0), {
    workspace_id: "w",
    error_rate: 0,
    sample_error: "",
    active_tasks: 0,
    uptime_seconds: 0,
    current_task: "",
    runtime_metadata: { capabilities: NO_CAPABILITIES },
  });
});

Deno.test("beatBody() says all that was reported (contract 7 #8, #21, #49, #55)", () => {
  const body = beatBody(
    "w",
    state({
      requests: 4,
      errors: 4,
      sampleError: "boom",
      activeTasks: 2,
      currentTask: "write",
      capabilities: new Set(["heartbeat"] as const),
      idleTimeoutSeconds: 600,
    }),
    90_900,
  );
  assertEquals(body, {
    workspace_id: "w",
    error_rate: 1,
    sample_error: "boom",
    active_tasks: 2,
    uptime_seconds: 90,
    current_task: "write",
    runtime_metadata: {
      capabilities: { ...NO_CAPABILITIES, heartbeat: true },
      idle_timeout_seconds: 600,
    },
  });
});

const rates: [requests: number, errors: number, rate: number][] = [
  [0, 0, 0], // contract 7 #4
  [4, 1, 0.25], // contract 7 #5
  [3, 3, 1], // contract 7 #6
  [0, 2, 0],
  [1, 2, 1],
  [1, NaN, 0],
  [NaN, 1, 0],
  [Infinity, Infinity, 0],
];
for (const [requests, errors, rate] of rates) {
  Deno.test(`beatBody() gives the error rate ${rate} when ${errors} of ${requests} failed (contract 7 #4, #5, #6)`, () => {
    assertEquals(beatBody("w", state({ requests, errors }), 0).error_rate, rate);
  });
}

Deno.test("beatBody() shows the reason of a wedge instead of an error (contract 7 #40)", () => {
  const wedged = beatBody("w", state({ wedgeReason: "stuck", sampleError: "boom" }), 0);
  assertEquals([wedged.runtime_state, wedged.sample_error], ["wedged", "stuck"]);
  assertEquals("runtime_state" in beatBody("w", state(), 0), false);
});

const idle: [idleTimeoutSeconds: number | undefined, sent: number | undefined][] = [
  [undefined, undefined], // contract 7 #54, #56
  [0, undefined], // contract 7 #23
  [-5, undefined],
  [0.9, undefined],
  [NaN, undefined],
  [600, 600], // contract 7 #55
  [600.9, 600],
];
for (const [idleTimeoutSeconds, sent] of idle) {
  Deno.test(`beatBody() sends the idle time-out ${sent} when ${idleTimeoutSeconds} was declared (contract 7 #23, #55)`, () => {
    const { runtime_metadata } = beatBody("w", state({ idleTimeoutSeconds }), 0);
    assertEquals(runtime_metadata.idle_timeout_seconds, sent);
    assertEquals("idle_timeout_seconds" in runtime_metadata, sent !== undefined);
  });
}

const texts: [what: string, text: string, sent: string][] = [
  ["holds NUL", "a\0b", "a b"],
  ["holds line breaks and escapes", "a\r\n\tb\x1b[1m", "a b [1m"],
  ["holds a lone surrogate", "a\ud83d", "a\ufffd"],
  ["is too long", "x".repeat(501), "x".repeat(500)],
  ["is far too long", "y".repeat(5_000_000), "y".repeat(500)],
  ["is too long in wide characters", "👍".repeat(501), "👍".repeat(500)],
];
for (const [what, text, sent] of texts) {
  Deno.test(`beatBody() sends text that the platform takes when it ${what} (D32)`, () => {
    const body = beatBody("w", state({ sampleError: text, currentTask: text }), 0);
    assertEquals([body.sample_error, body.current_task], [sent, sent]);
    assertEquals(beatBody("w", state({ wedgeReason: text }), 0).sample_error, sent);
  });
}

Deno.test("beatBody() has the platform's types when it is given any state (D16) (D32)", () => {
  const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger());
  const anyText = fc.string({ unit: "binary", maxLength: 700 });
  const anyState = fc.record({
    requests: anyNumber,
    errors: anyNumber,
    sampleError: anyText,
    activeTasks: anyNumber,
    currentTask: anyText,
    wedgeReason: anyText,
    capabilities: fc.uniqueArray(fc.constantFrom(...CAPABILITIES)).map((names) => new Set(names)),
    idleTimeoutSeconds: fc.option(anyNumber, { nil: undefined }),
  });
  const isInt32 = (value: unknown) => Number.isInteger(value) && Number(value) < 2 ** 31;
  fc.assert(
    fc.property(anyState, anyNumber, (state, uptimeMs) => {
      const sent = JSON.parse(JSON.stringify(beatBody("w", state, uptimeMs)));
      return isInt32(sent.active_tasks) && sent.active_tasks >= 0 &&
        isInt32(sent.uptime_seconds) && sent.uptime_seconds >= 0 &&
        (sent.runtime_metadata.idle_timeout_seconds === undefined ||
          isInt32(sent.runtime_metadata.idle_timeout_seconds) &&
            sent.runtime_metadata.idle_timeout_seconds > 0) &&
        typeof sent.error_rate === "number" && sent.error_rate >= 0 && sent.error_rate <= 1 &&
        [sent.sample_error, sent.current_task].every((text) =>
          [...text].length <= 500 && text.isWellFormed() && !/\p{Cc}/u.test(text)
        ) &&
        CAPABILITIES.every((name) => typeof sent.runtime_metadata.capabilities[name] === "boolean");
    }),
    { numRuns: 200 },
  );
});
