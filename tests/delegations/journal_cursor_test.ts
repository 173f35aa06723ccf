import { assert, assertEquals } from "@std/assert";
import { withJournal } from "./_journal.ts";

const CURSOR = { id: "a1", since: 1000 };

Deno.test("Journal.open() knows of no place in the messages before there is one", () =>
  withJournal(async ({ open }) => {
    assertEquals((await open()).journal.state.cursor, undefined);
  }));

Deno.test("Journal.open() knows up to where messages have been read", () =>
  withJournal(async ({ open }) => {
    const { journal } = await open();
    await journal.append([{ cursor: { id: "", since: 0 } }, { cursor: CURSOR }]);
    assertEquals((await open()).journal.state.cursor, CURSOR);
  }));

Deno.test("Journal.open() knows up to where messages have been read when the journal was written anew", () =>
  withJournal(async ({ file, open }) => {
    const { journal } = await open();
    await journal.append([{ cursor: CURSOR }]);
    await Deno.remove(file);
    await journal.append([{ started: true }]); // tidied away: memory writes it anew
    const { state } = (await open()).journal;
    assertEquals([state.cursor, state.hasStarted], [CURSOR, true]);
  }));

for (const [which, index] of [["first", 0], ["second", 1]] as const) {
  Deno.test(`Journal.open() knows up to where messages have been read although the ${which} line of it is damaged`, () =>
    withJournal(async ({ file, open, read }) => {
      const { journal } = await open();
      await journal.append([{ cursor: CURSOR }, { done: ["completed d1"] }]);
      await Deno.remove(file);
      await journal.append([{ started: true }]);
      const lines = (await read()).split("\n");
      const at = lines.flatMap((line, at) => line.includes("cursor") ? [at] : [])[index];
      assert(at !== undefined);
      lines[at] = lines[at]?.replace("a1", "b1") ?? "";
      await Deno.writeTextFile(file, lines.join("\n"));
      assertEquals((await open()).journal.state.cursor, CURSOR);
    }));
}

Deno.test("Journal.open() knows the last 60 times when the agent was woken", () =>
  withJournal(async ({ open }) => {
    const { journal } = await open();
    const all = Array.from({ length: 70 }, (_, index) => index);
    for (const at of all) await journal.note([{ wakes: [at] }]);
    assertEquals(journal.state.wakes, all.slice(10));
    assertEquals((await open()).journal.state.wakes, all.slice(10));
  }));

Deno.test("Journal.open() knows when the agent was woken after the journal was written anew", () =>
  withJournal(async ({ file, open }) => {
    const { journal } = await open();
    await journal.note([{ wakes: [1] }, { wakes: [2] }]);
    await Deno.remove(file);
    await journal.note([{ started: true }]);
    assertEquals((await open()).journal.state.wakes, [1, 2]);
  }));

Deno.test("Journal.note() counts a wake once that makes the journal be written anew", () =>
  withJournal(async ({ file, open }) => {
    const { journal } = await open();
    await Deno.remove(file);
    await journal.note([{ wakes: [1] }]);
    assertEquals((await open()).journal.state.wakes, [1]);
  }));

Deno.test("Journal.open() counts a wake once when it reads the journal again, since another process has written it", () =>
  withJournal(async ({ open }) => {
    const { journal } = await open();
    await journal.note([{ wakes: [1] }]);
    await (await open()).journal.note([{ started: true }]);
    await journal.open();
    assertEquals(journal.state.wakes, [1]);
  }));
