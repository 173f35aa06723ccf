import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { beatBody } from "../../lib/beat/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { type AgentState, CAPABILITIES, Report } from "../../lib/report/mod.ts";

/** A state that says nothing but this. */
function state(part: Partial<AgentState> = {}): AgentState {
  return { ...new Report().snapshot(), ...part };
}

/** The body of a beat of the workspace "w". */
function body(state: AgentState, uptimeMs = 0): ReturnType<typeof beatBody> {
  return beatBody(state, { workspaceId: "w", uptimeMs, secrets: new Secrets() });
}

const NO_CAPABILITIES = Object.fromEntries(CAPABILITIES.map((name) => [name, false]));

Deno.test("beatBody() is the full body when nothing was reported (contract 7 #1, #20, #22, #24, #47, #54)", () => {
  assertEquals(body(state()), {
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
  const sent = body(
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
  assertEquals(sent, {
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
    assertEquals(body(state({ requests, errors })).error_rate, rate);
  });
}

Deno.test("beatBody() shows the reason of a wedge instead of an error (contract 7 #40)", () => {
  const wedged = body(state({ wedgeReason: "stuck", sampleError: "boom" }));
  assertEquals([wedged.runtime_state, wedged.sample_error], ["wedged", "stuck"]);
  assertEquals("runtime_state" in body(state()), false);
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
    const { runtime_metadata } = body(state({ idleTimeoutSeconds }));
    assertEquals(runtime_metadata.idle_timeout_seconds, sent);
    assertEquals("idle_timeout_seconds" in runtime_metadata, sent !== undefined);
  });
}

const texts: [what: string, text: string, sent: string][] = [
  ["holds NUL", "a\0b", "a b"],
  ["holds line breaks and escapes", "a\r\n\tb\x1b[1m", "a b [1m"],
  [
    "hides and reorders text",
    "a\u202e\u200bb\ufeffc \u{1f469}\u200d\u{1f680}",
    "abc \u{1f469}\u200d\u{1f680}",
  ],
  ["holds a lone surrogate", "a\ud83d", "a\ufffd"],
  ["is too long", "x".repeat(501), "x".repeat(500)],
  ["is far too long", "y".repeat(5_000_000), "y".repeat(500)],
  ["is too long in wide characters", "👍".repeat(501), "👍".repeat(500)],
];
for (const [what, text, sent] of texts) {
  Deno.test(`beatBody() sends text that the platform takes when it ${what} (D32)`, () => {
    const both = body(state({ sampleError: text, currentTask: text }));
    assertEquals([both.sample_error, both.current_task], [sent, sent]);
    assertEquals(body(state({ wedgeReason: text })).sample_error, sent);
  });
}

const spends: [cents: number | undefined, sent: number | undefined][] = [
  [undefined, undefined],
  [0, undefined],
  [-1, undefined],
  [NaN, undefined],
  [1234, 1234],
  [12.5, 12],
  [3_000_000_000, 3_000_000_000],
  [2 ** 53 - 1, 10 ** 12],
];
for (const [monthlySpend, sent] of spends) {
  Deno.test(`beatBody() sends the month's spend ${sent} when it is ${monthlySpend}`, () => {
    assertEquals(body(state({ monthlySpend })).monthly_spend, sent);
    assertEquals("monthly_spend" in body(state({ monthlySpend })), sent !== undefined);
  });
}

const confidential: [what: string, text: string, sent: string][] = [
  ["quotes its own token", "401 for the-live-token", "401 for [redacted]"],
  ["holds a password", "https://me:hunter2@a.test", "https://[redacted]@a.test"],
  ["has a control character in front of a token", "Bearer\0abc-123", "Bearer [redacted]"],
  [
    "holds a secret that begins before the longest text ends",
    `${"x ".repeat(247)}API_KEY=0123456789`,
    `${"x ".repeat(247)}API_KE`,
  ],
];
for (const [what, text, sent] of confidential) {
  Deno.test(`beatBody() shows no secret when a text ${what}`, () => {
    const secrets = new Secrets();
    secrets.add("the-live-token");
    const options = { workspaceId: "w", uptimeMs: 0, secrets };
    const said = state({ sampleError: text, currentTask: text });
    const { sample_error, current_task } = beatBody(said, options);
    assertEquals([sample_error, current_task], [sent, sent]);
    assertEquals(beatBody(state({ wedgeReason: text }), options).sample_error, sent);
  });
}

Deno.test("beatBody() shows nothing of a word that is cut where no more is read", () => {
  // Masking makes the text so short that its end is shown.
  const keys = `API_KEY=${"k".repeat(150)} `.repeat(25);
  const text = `${keys}${"x".repeat(3996 - keys.length)} sk-secret`;
  const { current_task } = body(state({ currentTask: text }));
  assertEquals(current_task, `${"API_KEY=[redacted] ".repeat(25)}${"x".repeat(21)} `);
});

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
    monthlySpend: fc.option(anyNumber, { nil: undefined }),
  });
  const isInt32 = (value: unknown) => Number.isInteger(value) && Number(value) < 2 ** 31;
  fc.assert(
    fc.property(anyState, anyNumber, (state, uptimeMs) => {
      const sent = JSON.parse(JSON.stringify(body(state, uptimeMs)));
      return isInt32(sent.active_tasks) && sent.active_tasks >= 0 &&
        isInt32(sent.uptime_seconds) && sent.uptime_seconds >= 0 &&
        (sent.runtime_metadata.idle_timeout_seconds === undefined ||
          isInt32(sent.runtime_metadata.idle_timeout_seconds) &&
            sent.runtime_metadata.idle_timeout_seconds > 0) &&
        (sent.monthly_spend === undefined ||
          Number.isSafeInteger(sent.monthly_spend) && sent.monthly_spend > 0) &&
        typeof sent.error_rate === "number" && sent.error_rate >= 0 && sent.error_rate <= 1 &&
        [sent.sample_error, sent.current_task].every((text) =>
          [...text].length <= 500 && text.isWellFormed() && !/\p{Cc}/u.test(text)
        ) &&
        CAPABILITIES.every((name) => typeof sent.runtime_metadata.capabilities[name] === "boolean");
    }),
    { numRuns: 200 },
  );
});
