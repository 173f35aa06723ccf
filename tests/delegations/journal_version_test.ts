import { assert, assertEquals, assertMatch } from "@std/assert";
import { recordLine } from "../../lib/delegations/journal_line.ts";
import type { JournalRecord } from "../../lib/delegations/journal_record.ts";
import { exampleResult, OTHER_ID, OWN_ID } from "./_examples.ts";
import { withJournal } from "./_journal.ts";
import { OLDER_VERSIONS, olderJournal } from "./_older_journal.ts";

/** What a program of any version may have left. */
const OLD: readonly JournalRecord[] = [
  { started: true },
  { done: ["completed d1"] },
  { intent: [exampleResult({ delegationId: "d2" })] },
  { warned: ["d3"] },
];

for (const version of OLDER_VERSIONS) {
  /** Writes a journal as a program of the version has. */
  const writeOld = async (file: string, workspaceId = OWN_ID): Promise<string> => {
    const text = await olderJournal(version, workspaceId, OLD);
    await Deno.writeTextFile(file, text, { mode: 0o600 });
    return text;
  };

  Deno.test(`Journal.open() knows all that a journal of version ${version} says`, () =>
    withJournal(async ({ file, open, warnings }) => {
      await writeOld(file);
      const { journal: { state }, isIncomplete } = await open();
      assertEquals(
        [state.hasStarted, state.isWritten("completed d1"), state.isWarned("d3"), state.cursor],
        [true, true, true, undefined],
      );
      assertEquals(state.intended(), [exampleResult({ delegationId: "d2" })]);
      assertEquals([isIncomplete, warnings()], [false, []]);
    }));

  Deno.test(`Journal.open() leaves a journal of version ${version} as it is`, () =>
    withJournal(async ({ file, open, read }) => {
      const text = await writeOld(file);
      await open();
      assertEquals(await read(), text);
    }));

  Deno.test(`Journal.append() writes a journal of version ${version} anew, as one of version 3`, () =>
    withJournal(async ({ file, open, read }) => {
      await writeOld(file);
      const { journal } = await open();
      await journal.append([{ cursor: { id: "a1", since: 0 } }]);
      assertMatch(await read(), /^workspace-beat journal 3 /);
      const { state } = (await open()).journal;
      assertEquals(
        [state.isWritten("completed d1"), state.isWarned("d3"), state.cursor],
        [true, true, { id: "a1", since: 0 }],
      );
    }));

  Deno.test(`Journal.catchUp() writes a journal of version ${version} anew although there is nothing to add`, () =>
    withJournal(async ({ file, open, read }) => {
      await writeOld(file);
      await (await open()).journal.catchUp();
      assertMatch(await read(), /^workspace-beat journal 3 /);
    }));

  Deno.test(`Journal.inspect() reads a journal of version ${version}, and changes nothing`, () =>
    withJournal(async ({ file, open, read }) => {
      const { journal } = await open();
      const text = await writeOld(file);
      assertEquals(await journal.inspect(), { results: 2, damaged: 0 });
      assertEquals(await read(), text);
    }));

  Deno.test(`Journal.open() cuts the torn last line of a journal of version ${version} off`, () =>
    withJournal(async ({ file, open, read }) => {
      const text = await writeOld(file);
      await Deno.writeTextFile(file, "0123456789abcdef {", { append: true });
      const { journal } = await open();
      assertEquals(await read(), text);
      assert(journal.state.isWritten("completed d1"));
    }));

  Deno.test(`Journal.open() refuses a journal of version ${version} that is another workspace's`, () =>
    withJournal(async ({ file, open, read }) => {
      const text = await writeOld(file, OTHER_ID);
      const message = await open().then(() => "", (error: Error) => error.message);
      assertMatch(message, new RegExp(`it belongs to workspace '${OTHER_ID}'`));
      assertEquals(await read(), text);
    }));
}

Deno.test("Journal.append() only adds to a journal of version 3 that a former process has written", () =>
  withJournal(async ({ open, read }) => {
    await (await open()).journal.append(OLD);
    const before = await read();
    const { journal } = await open();
    const record: JournalRecord = { wakes: [1] };
    await journal.append([record]);
    assertEquals(await read(), before + await recordLine(record));
  }));
