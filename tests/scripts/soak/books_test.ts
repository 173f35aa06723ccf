import { assert, assertEquals } from "@std/assert";
import { Books } from "../../../scripts/soak/books.ts";
import { completed, type Expected } from "../../../scripts/stress/results.ts";

function resultOf(id: string): Expected {
  return completed({ id: "scribe" }, { id, to: "critic", reply: `reply to ${id}` });
}

function lineOf(result: Expected): string {
  return JSON.stringify({ ...result, timestamp: 1 });
}

function messageLine(id: string): string {
  return lineOf({ ...resultOf(`message:${id}`), summary: "any" });
}

Deno.test("Books are complete when the agent has got every result and message", () => {
  const books = new Books();
  assert(books.isComplete);
  books.show([resultOf("d1")]);
  books.send("m1");
  books.take([lineOf(resultOf("d1"))]);
  assert(!books.isComplete);
  books.take([messageLine("m1")]);
  assert(books.isComplete);
  const { messages, results } = books.verdict();
  assertEquals(messages, { sent: 1, lost: 0, duplicated: 0 });
  assertEquals([results.results, results.lost, results.torn], [1, [], []]);
});

Deno.test("Books tell what is lost, and what came twice", () => {
  const books = new Books();
  books.show([resultOf("d1"), resultOf("d2")]);
  for (const id of ["m1", "m2", "m3"]) books.send(id);
  books.take([lineOf(resultOf("d2")), lineOf(resultOf("d2")), "{"]);
  books.take([messageLine("m2"), messageLine("m2"), messageLine("m3")]);
  const { messages, results } = books.verdict();
  assertEquals(messages, { sent: 3, lost: 1, duplicated: 1 });
  assertEquals(results.lost, ["completed d1"]);
  assertEquals(results.duplicated, ["completed d2"]);
  assertEquals(results.torn, ["{"]);
});

Deno.test("Books call nothing lost when they were interrupted", () => {
  const books = new Books();
  books.show([resultOf("d1")]);
  books.send("m1");
  const { messages, results } = books.verdict({ isInterrupted: true });
  assertEquals([results.lost, messages.lost], [[], 0]);
});

Deno.test("Books take a message that nobody has sent for torn", () => {
  const books = new Books();
  books.take([messageLine("m1")]);
  assertEquals(books.verdict().results.torn.length, 1);
});

Deno.test("Books have room until 40 rows are younger than a result that the agent has not got", () => {
  const books = new Books();
  books.list(100);
  assert(books.hasRoom);
  books.show([resultOf("d1")]);
  books.list(39);
  assert(books.hasRoom);
  books.list(1);
  assert(!books.hasRoom);
  books.take([lineOf(resultOf("d1"))]);
  assert(books.hasRoom);
});

Deno.test("Books keep the place of a row that becomes a result later", () => {
  const books = new Books();
  books.keep("completed d1");
  books.list(40);
  books.show([resultOf("d1")]);
  assert(!books.hasRoom);
});
