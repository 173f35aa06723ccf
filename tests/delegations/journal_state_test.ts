import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { JournalRecord } from "../../lib/delegations/journal_record.ts";
import { JournalState } from "../../lib/delegations/journal_state.ts";
import { messageResultId, type Result, resultKey } from "../../lib/delegations/result.ts";
import { exampleResult } from "./_examples.ts";

const KEPT = 2000;

function stateOf(records: readonly JournalRecord[]): JournalState {
  const state = new JournalState();
  for (const record of records) state.apply(record);
  return state;
}

function completed(index: number): Result {
  return exampleResult({ delegationId: `d${index}` });
}

const keyOf = (index: number) => resultKey(completed(index));

function message(index: number): Result {
  return exampleResult({ delegationId: messageResultId(`a${index}`) });
}

const messageKeyOf = (index: number) => resultKey(message(index));

/** The keys of so many messages, the oldest first. */
function messageKeys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => messageKeyOf(index));
}

Deno.test("JournalState tells how far each result has come", () => {
  const state = stateOf([
    { intent: [completed(1), completed(2), completed(3), completed(4)] },
    { written: [keyOf(2), keyOf(3), keyOf(4)] },
    { woken: [keyOf(3), keyOf(4)] },
    { notified: [keyOf(2), keyOf(4)] },
  ]);
  assertEquals(state.intended(), [completed(1)]);
  assertEquals(state.unwoken(), [{ delegationId: "d2", status: "completed" }]);
  assertEquals(state.unnotified(), [completed(3)]);
  assertEquals([1, 2, 3, 4, 5].map((index) => state.isWritten(keyOf(index))), [
    false,
    true,
    true,
    true,
    false,
  ]);
});

Deno.test("JournalState takes a result that was written while its intent got lost for one to wake for", () => {
  const state = stateOf([{ written: ["failed d 1"] }]);
  assertEquals(state.unwoken(), [{ delegationId: "d 1", status: "failed" }]);
  assertEquals([state.intended(), state.unnotified()], [[], []]);
});

Deno.test("JournalState does not rely on the intent of a result whose text got lost", () => {
  const state = stateOf([{ woken: [keyOf(1)] }, { notified: [keyOf(1)] }]);
  assertEquals([state.isWritten(keyOf(1)), state.isIntended(keyOf(1))], [false, false]);
});

/** Any history: records in any order, about a few results. */
const anyHistory = fc.array(
  fc.tuple(
    fc.constantFrom(
      "intent",
      "written",
      "woken",
      "notified",
      "done",
      "warned",
      "started",
      "cursor",
      "wakes",
    ),
    fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 3 }),
    fc.boolean(),
  ).map(([kind, indexes, areMessages]): JournalRecord => {
    const keys = indexes.map(areMessages ? messageKeyOf : keyOf);
    switch (kind) {
      case "intent":
        return { intent: indexes.map(areMessages ? message : completed) };
      case "written":
        return { written: keys };
      case "woken":
        return { woken: keys };
      case "notified":
        return { notified: keys };
      case "done":
        return { done: keys };
      case "warned":
        return { warned: keys };
      case "cursor":
        return { cursor: { id: `a${indexes[0]}`, since: indexes.length } };
      case "wakes":
        return { wakes: indexes };
      default:
        return { started: true };
    }
  }),
  { maxLength: 30 },
);

Deno.test("JournalState.records() add up to the same state", () => {
  fc.assert(fc.property(anyHistory, (history) => {
    const state = stateOf(history);
    const again = stateOf(state.records());
    const byName = (results: readonly { delegationId: string }[]) =>
      results.toSorted((a, b) => a.delegationId < b.delegationId ? -1 : 1);
    const indexes = Array.from({ length: 8 }, (_, index) => index);
    for (const key of [...indexes.map(keyOf), ...indexes.map(messageKeyOf)]) {
      assertEquals(again.isWritten(key), state.isWritten(key));
      assertEquals(again.isIntended(key), state.isIntended(key));
      assertEquals(again.isWarned(key), state.isWarned(key));
    }
    assertEquals(again.hasStarted, state.hasStarted);
    assertEquals([again.cursor, again.wakes], [state.cursor, state.wakes]);
    assertEquals(byName(again.intended()), byName(state.intended()));
    assertEquals(byName(again.unwoken()), byName(state.unwoken()));
    assertEquals(byName(again.unnotified()), byName(state.unnotified()));
  }));
});

Deno.test("JournalState.forget() keeps the newest 2000, and what the platform lists", () => {
  const state = stateOf([{ done: Array.from({ length: KEPT + 100 }, (_, index) => keyOf(index)) }]);
  state.forget(new Set([keyOf(0), keyOf(50)]));
  assertEquals(state.size, KEPT);
  assert(state.isWritten(keyOf(0)) && state.isWritten(keyOf(50)));
  assert(!state.isWritten(keyOf(1)) && !state.isWritten(keyOf(101)));
  assert(state.isWritten(keyOf(102)));
});

Deno.test("JournalState.forget() never forgets what has not been written", () => {
  const state = stateOf([
    { intent: [completed(0)] },
    { done: Array.from({ length: KEPT }, (_, index) => keyOf(index + 1)) },
  ]);
  state.forget(new Set());
  assertEquals(state.intended(), [completed(0)]);
});

Deno.test("JournalState.records() hold no result's text any more once it is written and told", () => {
  const state = stateOf([
    { intent: [completed(1)] },
    { written: [keyOf(1)] },
    { notified: [keyOf(1)] },
  ]);
  assertEquals(state.records().filter((record) => "intent" in record), []);
});

Deno.test("JournalState.records() name a result once that is written, woken for and told", () => {
  const state = stateOf([
    { notified: [keyOf(1)] },
    { intent: [completed(1)] },
    { written: [keyOf(1)] },
    { woken: [keyOf(1)] },
  ]);
  assertEquals(state.records(), [{ done: [keyOf(1)] }]);
});

Deno.test("JournalState tells how far each message has come", () => {
  const state = stateOf([
    { intent: [message(1), message(2)] },
    { notified: [messageKeyOf(2)] },
    { written: [messageKeyOf(2)] },
  ]);
  assertEquals(state.intended(), [message(1)]);
  assertEquals(state.unwoken(), [{ delegationId: "message:a2", status: "completed" }]);
  assertEquals(state.unnotified(), []);
});

Deno.test("JournalState.forget() forgets no delegation for 2100 messages", () => {
  const state = stateOf([{ done: [keyOf(1)] }, { done: messageKeys(2100) }]);
  state.forget(new Set());
  assert(state.isWritten(keyOf(1)));
});

Deno.test("JournalState.forget() forgets no message", () => {
  const state = stateOf([{ done: messageKeys(2100) }]);
  state.forget(new Set());
  assertEquals(state.size, 2100);
});

Deno.test("JournalState.forgetMessages() keeps the newest 1000", () => {
  const state = stateOf([{ done: messageKeys(2100) }]);
  state.forgetMessages();
  assertEquals(
    [1099, 1100, 2099].map((index) => state.isWritten(messageKeyOf(index))),
    [false, true, true],
  );
  assertEquals(state.size, 1000);
});

Deno.test("JournalState.forgetMessages() forgets no delegation", () => {
  const state = stateOf([{ done: Array.from({ length: 1100 }, (_, index) => keyOf(index)) }]);
  state.forgetMessages();
  assertEquals(state.size, 1100);
});

Deno.test("JournalState.forgetMessages() never forgets what has not been written", () => {
  const state = stateOf([{ intent: [message(0)] }, { done: messageKeys(1100).slice(1) }]);
  state.forgetMessages();
  assertEquals(state.intended(), [message(0)]);
});

Deno.test("JournalState.wakes are the last 60", () => {
  const all = Array.from({ length: 100 }, (_, index) => index);
  const state = stateOf([{ wakes: all.slice(0, 50) }, { wakes: all.slice(50) }]);
  assertEquals(state.wakes, all.slice(40));
});

Deno.test("JournalState.records() name the cursor twice, with all else between", () => {
  const state = stateOf([
    { cursor: { id: "a1", since: 0 } },
    { wakes: [1] },
    { done: [keyOf(1)] },
    { written: [keyOf(2)] },
  ]);
  const names = state.records().flatMap((record) => Object.keys(record));
  assertEquals([names.at(0), names.at(-1)], ["cursor", "cursor"]);
  assertEquals(names.filter((name) => name === "cursor").length, 2);
});
