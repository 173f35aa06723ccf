import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { spy } from "@std/testing/mock";
import { Journal } from "../../lib/delegations/journal.ts";
import { recordLine } from "../../lib/delegations/journal_line.ts";
import type { JournalRecord } from "../../lib/delegations/journal_record.ts";
import { recordingLog } from "../support/mod.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import { exampleResult, OTHER_ID, OWN_ID } from "./_examples.ts";
import { withJournal } from "./_journal.ts";

const noSmallDisk = await whyNot(mountSmallDisk);

const RECORDS: readonly JournalRecord[] = [
  { intent: [exampleResult({ delegationId: "d1" }), exampleResult({ delegationId: "d2" })] },
  { written: ["completed d1"] },
];

async function assertKnowsRecords(journal: Journal): Promise<void> {
  assertEquals(journal.state.isWritten("completed d1"), true);
  assertEquals(journal.state.intended(), [exampleResult({ delegationId: "d2" })]);
  await journal.append([{ woken: ["completed d1"] }]);
}

Deno.test("Journal.open() begins a private journal where there is none", () =>
  withJournal(async ({ file, open, read, warnings }) => {
    const { isIncomplete } = await open();
    assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
    assertStringIncludes(await read(), `workspace-beat journal 3 ${OWN_ID}`);
    assertEquals([isIncomplete, warnings()], [true, []]);
  }));

Deno.test("Journal.open() knows what a former process has appended", () =>
  withJournal(async ({ open, warnings }) => {
    await (await open()).journal.append(RECORDS);
    const { journal, isIncomplete } = await open();
    await assertKnowsRecords(journal);
    assertEquals([isIncomplete, warnings()], [false, []]);
  }));

Deno.test("Journal.append() only adds to the file", () =>
  withJournal(async ({ open, read }) => {
    const { journal } = await open();
    await journal.append(RECORDS);
    const before = await read();
    const record = { notified: ["completed d1"] };
    await journal.append([record]);
    assertEquals(await read(), before + await recordLine(record));
  }));

Deno.test("Journal.append() resolves when the records are on the disk", () =>
  withJournal(async ({ open }) => {
    const { journal } = await open();
    using sync = spy(Deno.FsFile.prototype, "sync");
    await journal.append(RECORDS);
    assertEquals(sync.calls.length, 1);
  }));

Deno.test("Journal.open() cuts a torn last line off, and goes on behind it", () =>
  withJournal(async ({ file, open, read, warnings }) => {
    await (await open()).journal.append(RECORDS);
    const sound = await read();
    await Deno.writeTextFile(file, (await recordLine({ written: ["completed d2"] })).slice(0, 30), {
      append: true,
    });
    const { journal } = await open();
    assertEquals(await read(), sound);
    await assertKnowsRecords(journal);
    assertEquals(warnings().length, 1);
    assertStringIncludes(warnings().join(), "ended in the middle of a line, which was cut off");
  }));

Deno.test("Journal.open() cuts a journal anywhere and never fails, nor makes anything up", () =>
  withJournal(async ({ file, open, read }) => {
    await (await open()).journal.append(RECORDS);
    const whole = await Deno.readFile(file);
    for (let length = 0; length < whole.length; length += 7) {
      await Deno.writeFile(file, whole.subarray(0, length));
      const { journal } = await open();
      for (const result of journal.state.intended()) {
        assertEquals(result, exampleResult({ delegationId: result.delegationId }));
      }
      await journal.append([{ written: ["completed d9"] }]);
      const after = (await open()).journal;
      assert(after.state.isWritten("completed d9"), `cut to ${length}: ${await read()}`);
    }
  }));

Deno.test("Journal.open() writes a journal anew that ends just before its first line break", () =>
  withJournal(async ({ file, open, read, warnings }) => {
    await open();
    await Deno.writeTextFile(file, (await read()).trimEnd());
    const { journal, isIncomplete } = await open();
    await journal.append([{ written: ["completed d1"] }]);
    assertEquals((await open()).journal.state.isWritten("completed d1"), true);
    assertEquals([isIncomplete, warnings().length], [true, 1]);
  }));

Deno.test("Journal.open() loses only the line in which a byte has flipped, and writes the rest anew", () =>
  withJournal(async ({ file, open, warnings }) => {
    const { journal: first } = await open();
    await first.append([{ written: ["completed d0"] }]);
    await first.append(RECORDS);
    const bytes = await Deno.readFile(file);
    const at = new TextDecoder().decode(bytes).indexOf("completed d0");
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await Deno.writeFile(file, bytes);
    const { journal, isIncomplete } = await open();
    assertEquals([isIncomplete, journal.state.isWritten("completed d0")], [true, false]);
    await assertKnowsRecords(journal);
    assertEquals((await open()).isIncomplete, false);
    assertEquals(warnings().length, 1);
    assertStringIncludes(warnings().join(), "has lost 1 damaged line");
  }));

Deno.test("Journal.open() knows each of many lines, and says how many of them are damaged", () =>
  withJournal(async ({ file, open, read, warnings }) => {
    const keys = Array.from({ length: 1000 }, (_, index) => `completed d${index}`);
    await (await open()).journal.append(keys.map((key) => ({ written: [key] })));
    const isDamaged = (index: number) => index % 7 === 3;
    const [header, ...lines] = (await read()).split("\n");
    const damaged = lines.map((line, index) => isDamaged(index) ? line.replace("d", "e") : line);
    await Deno.writeTextFile(file, [header, ...damaged].join("\n"));
    const { journal } = await open();
    assertEquals(
      keys.filter((key) => !journal.state.isWritten(key)),
      keys.filter((_, index) => isDamaged(index)),
    );
    assertStringIncludes(warnings().join(), "has lost 143 damaged lines");
  }));

Deno.test("Journal.open() mends a damaged first line of which it knows the rest", () =>
  withJournal(async ({ file, open, read, warnings }) => {
    await (await open()).journal.append(RECORDS);
    await Deno.writeTextFile(file, (await read()).replace("beat", "bEat"));
    const { journal, isIncomplete } = await open();
    await assertKnowsRecords(journal);
    assertStringIncludes(await read(), `workspace-beat journal 3 ${OWN_ID}`);
    assertEquals(isIncomplete, true);
    assertStringIncludes(warnings().join(), "has lost 1 damaged line");
  }));

Deno.test("Journal.open() begins anew where the journal is empty, and says so", () =>
  withJournal(async ({ file, open, read, warnings }) => {
    await Deno.writeTextFile(file, "");
    const { isIncomplete } = await open();
    assertEquals(isIncomplete, true);
    assertStringIncludes(await read(), "workspace-beat journal 3");
    assertStringIncludes(warnings().join(), "is empty, as if nothing had ever been delivered");
  }));

const FOREIGN: [what: string, text: string, why: string][] = [
  [
    "a newer version's journal",
    "workspace-beat journal 4 w {}\nwhatever\n",
    "it has version 4, and this workspace-beat reads version 3: use the newer workspace-beat",
  ],
  ["somebody else's file", "Dear diary\n", "it is no journal of workspace-beat"],
  ["a line without an end", "x".repeat(200_000), "it is no journal of workspace-beat"],
];
for (const [what, text, why] of FOREIGN) {
  Deno.test(`Journal.open() refuses ${what}, and changes nothing in it`, () =>
    withJournal(async ({ file, folder, open, read }) => {
      await Deno.writeTextFile(file, text);
      await Deno.chmod(file, 0o644);
      const error = await assertRejects(() => open(), TypeError);
      assertStringIncludes(error.message, `Cannot use the journal '${file}': ${why}`);
      assertStringIncludes(error.message, "choose another --results-file, or move this one");
      assertEquals(await read(), text);
      assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o644);
      assertEquals([...Deno.readDirSync(folder)].length, 1);
    }));
}

Deno.test("Journal.open() refuses the journal of another workspace, and changes nothing in it", () =>
  withJournal(async ({ open, read }) => {
    await (await open(OTHER_ID)).journal.append(RECORDS);
    const before = await read();
    const error = await assertRejects(() => open(), TypeError);
    assertStringIncludes(error.message, `it belongs to workspace '${OTHER_ID}'`);
    assertEquals(await read(), before);
  }));

Deno.test("Journal.open() refuses a link, and leaves its target alone", () =>
  withJournal(async ({ file, folder, open }) => {
    await Deno.writeTextFile(`${folder}/target`, "precious");
    await Deno.symlink(`${folder}/target`, file);
    await assertRejects(() => open(), TypeError, "it is a symbolic link");
    assertEquals(await Deno.readTextFile(`${folder}/target`), "precious");
  }));

Deno.test("Journal.open() makes a journal private that others could read", () =>
  withJournal(async ({ file, open }) => {
    await open();
    await Deno.chmod(file, 0o666);
    await open();
    assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("Journal.append() writes the journal anew when somebody has tidied it away", () =>
  withJournal(async ({ file, open }) => {
    const { journal } = await open();
    await journal.append(RECORDS);
    await Deno.remove(file);
    await journal.append([{ warned: ["d3"] }]);
    const again = (await open()).journal;
    assertEquals(again.state.isWarned("d3"), true);
    await assertKnowsRecords(again);
  }));

Deno.test("Journal.open() adds what another process has written to what it knows itself", () =>
  withJournal(async ({ open }) => {
    const { journal: first } = await open();
    await first.append([{ written: ["completed d1"] }]);
    const { journal: second } = await open();
    await second.append([{ written: ["completed d2"] }]);
    const known = ["completed d1", "completed d2"];
    assertEquals((await first.open()).wasRead, true);
    assertEquals(known.map((key) => first.state.isWritten(key)), [true, true]);
    await first.append([{ warned: ["d3"] }]);
    const { journal: third } = await open();
    assertEquals(known.map((key) => third.state.isWritten(key)), [true, true]);
  }));

Deno.test("Journal.append() keeps the file small however much is appended", () =>
  withJournal(async ({ file, open }) => {
    const { journal } = await open();
    let largest = 0;
    for (let batch = 0; batch < 400; batch++) {
      const intent = Array.from(
        { length: 50 },
        (_, index) => exampleResult({ delegationId: `b${batch}-${index}` }),
      );
      const keys = intent.map(({ delegationId }) => `completed ${delegationId}`);
      await journal.append([{ intent }]);
      await journal.note([{ written: keys }, { woken: keys }, { notified: keys }]);
      journal.forget(new Set(keys));
      largest = Math.max(largest, (await Deno.stat(file)).size);
    }
    assert(largest < 1024 * 1024, `it grew to ${largest} bytes`);
    const again = (await open()).journal;
    assert(again.state.isWritten("completed b399-49"));
    assert(!again.state.isWritten("completed b0-0"));
    assert(again.state.size <= 2100, `it remembers ${again.state.size} results`);
  }));

Deno.test("Journal.inspect() changes nothing, also where there is something to mend", () =>
  withJournal(async ({ file, open, read }) => {
    const { journal } = await open();
    await journal.append(RECORDS);
    assertEquals(await journal.inspect(), { results: 2, damaged: 0 });
    const damaged = `${await read()}torn\nand torn`;
    await Deno.writeTextFile(file, damaged);
    assertEquals(await journal.inspect(), { results: 2, damaged: 1 });
    assertEquals(await read(), damaged);
    await Deno.remove(file);
    assertEquals(await journal.inspect(), undefined);
  }));

const onFullDisk = (name: string, fn: () => Promise<void>) =>
  Deno.test({
    name: noSmallDisk === undefined ? name : `${name} (ignored: ${noSmallDisk})`,
    ignore: noSmallDisk !== undefined,
    fn,
  });

onFullDisk("Journal.append() leaves the journal as it was when the disk is full", async () => {
  await using disk = await mountSmallDisk();
  const file = `${disk.path}/results.jsonl.journal`;
  const { log } = recordingLog();
  const journal = new Journal({ file, workspaceId: OWN_ID, log });
  await journal.open();
  await journal.append(RECORDS);
  await disk.fill();
  const before = await Deno.readTextFile(file);
  const intent = [exampleResult({ delegationId: "long", summary: "x".repeat(9000) })];
  const error = await assertRejects(() => journal.append([{ intent }]), Error);
  assertStringIncludes(error.message, "the disk is full");
  assertEquals(await Deno.readTextFile(file), before);
  assertEquals(journal.state.isIntended("completed long"), false);
  await disk.mend();
  await journal.append([{ intent }]);
  const again = new Journal({ file, workspaceId: OWN_ID, log });
  await again.open();
  assertEquals(again.state.isIntended("completed long"), true);
});

onFullDisk("Journal.note() reaches the disk when it has room again", async () => {
  await using disk = await mountSmallDisk();
  const file = `${disk.path}/results.jsonl.journal`;
  const { log } = recordingLog();
  const journal = new Journal({ file, workspaceId: OWN_ID, log });
  await journal.open();
  await disk.fill();
  const warned = Array.from({ length: 100 }, (_, index) => `d${index}`.padEnd(100, "x"));
  await journal.note([{ warned }]);
  await journal.note([{ written: ["completed d1"] }]);
  assertEquals(journal.state.isWarned(warned[99] ?? ""), true);
  await disk.mend();
  await journal.note([{ written: ["completed d2"] }]);
  const again = new Journal({ file, workspaceId: OWN_ID, log });
  await again.open();
  assertEquals(again.state.isWarned(warned[99] ?? ""), true);
  assertEquals(["completed d1", "completed d2"].map((key) => again.state.isWritten(key)), [
    true,
    true,
  ]);
});
