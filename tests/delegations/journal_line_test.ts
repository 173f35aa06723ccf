import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { crc32 } from "../../lib/delegations/_crc32.ts";
import {
  headerLine,
  looksLikeHeader,
  parseHeader,
  parseRecordLine,
  recordLine,
} from "../../lib/delegations/journal_line.ts";
import type { JournalRecord } from "../../lib/delegations/journal_record.ts";
import { anyResult, anyText, OWN_ID } from "./_examples.ts";
import { olderLine } from "./_older_journal.ts";

const anyKeys = fc.array(anyText.map((text) => text.toWellFormed()), { maxLength: 5 });
const anyRecord: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.array(anyResult, { maxLength: 3 }).map((intent) => ({ intent })),
  anyKeys.map((written) => ({ written })),
  anyKeys.map((woken) => ({ woken })),
  anyKeys.map((notified) => ({ notified })),
  anyKeys.map((done) => ({ done })),
  anyKeys.map((warned) => ({ warned })),
  fc.constant({ started: true } as const),
  fc.record(
    { id: fc.string(), since: fc.nat(), hasGap: fc.constant(true as const) },
    { requiredKeys: ["id", "since"] },
  ).map((cursor) => ({ cursor })),
  fc.array(fc.nat(), { maxLength: 5 }).map((wakes) => ({ wakes })),
);

function bytesOf(line: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(line);
}

/** A line whose checksum is sound, whatever its text is. */
function sealed(text: string): Uint8Array<ArrayBuffer> {
  return bytesOf(`${crc32(bytesOf(text))} ${text}`);
}

/** A record whose text has so many bytes. */
function recordOf(bytes: number): JournalRecord {
  const record = (key: string) => ({ written: [key] });
  return record("x".repeat(bytes - JSON.stringify(record("")).length));
}

Deno.test("parseRecordLine() reads what recordLine() has written on one line, whatever a peer wrote", async () => {
  await fc.assert(fc.asyncProperty(anyRecord, async (record) => {
    const line = await recordLine(record);
    assertEquals(line.indexOf("\n"), line.length - 1);
    assertEquals(await parseRecordLine(bytesOf(line.trimEnd())), record);
  }));
});

Deno.test("parseRecordLine() recognises a line of which one byte has flipped", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyRecord,
      fc.nat(),
      fc.integer({ min: 0, max: 7 }),
      async (record, at, bit) => {
        const bytes = bytesOf((await recordLine(record)).trimEnd());
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        assertEquals(await parseRecordLine(bytes), undefined);
      },
    ),
  );
});

Deno.test("parseRecordLine() recognises a line that has been cut", async () => {
  await fc.assert(fc.asyncProperty(anyRecord, fc.nat(), async (record, at) => {
    const line = bytesOf((await recordLine(record)).trimEnd());
    assertEquals(await parseRecordLine(line.subarray(0, at % line.length)), undefined);
  }));
});

Deno.test("recordLine() takes CRC-32 for what has 1024 bytes, and SHA-256 for more", async () => {
  for (const [bytes, digits] of [[1024, 8], [1025, 16]] as const) {
    const line = await recordLine(recordOf(bytes));
    assertEquals([line.length, line.indexOf(" ")], [digits + 1 + bytes + 1, digits]);
    assertEquals(await parseRecordLine(bytesOf(line.trimEnd())), recordOf(bytes));
  }
});

Deno.test("parseRecordLine() recognises a long line of which one byte has flipped", async () => {
  const line = bytesOf((await recordLine(recordOf(2000))).trimEnd());
  for (const at of [0, 8, 15, 16, 17, 1000, 2016]) {
    const bytes = line.slice();
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    assertEquals(await parseRecordLine(bytes), undefined, String(at));
  }
});

Deno.test("parseRecordLine() reads every record of an older version", async () => {
  await fc.assert(fc.asyncProperty(anyRecord, async (record) => {
    const line = await olderLine(JSON.stringify(record));
    assertEquals(await parseRecordLine(bytesOf(line)), record);
  }));
});

const NO_RECORDS: readonly unknown[] = [
  { written: ["completed d1"], more: 1 },
  { written: ["completed d1"], woken: ["completed d1"] },
  { written: [1] },
  { woken: "completed d1" },
  { intent: [{ delegationId: "d1", status: "completed" }] },
  { started: false },
  { cursor: { id: "a1", since: 0, more: 1 } },
  { wakes: ["1"] },
  { toString: ["completed d1"] },
  { unheard: ["completed d1"] },
  {},
  [],
  ["written"],
  "written",
  1,
  null,
];
for (const value of NO_RECORDS) {
  const text = JSON.stringify(value);
  Deno.test(`parseRecordLine() refuses ${text}, also under a sound checksum`, async () => {
    assertEquals(await parseRecordLine(sealed(text)), undefined);
  });
}

Deno.test("parseRecordLine() refuses what is no JSON, also under a sound checksum", async () => {
  for (const text of ["", "{", "\ufeff{}"]) {
    assertEquals(await parseRecordLine(sealed(text)), undefined, text);
  }
});

Deno.test("parseRecordLine() refuses another checksum than a small hexadecimal one before a space", async () => {
  const line = new TextDecoder().decode(sealed('{"started":true}'));
  assertEquals(await parseRecordLine(bytesOf(line)), { started: true });
  for (const wrong of [line.toUpperCase(), line.replace(" ", "\t"), ` ${line}`, `\ufeff${line}`]) {
    assertEquals(await parseRecordLine(bytesOf(wrong)), undefined, wrong);
  }
});

Deno.test("parseHeader() knows whose journal it is", async () => {
  const line = await headerLine(OWN_ID);
  assertMatch(line, /^workspace-beat journal 3 [-0-9a-f]{36} [0-9a-f]{8}\n$/);
  assertEquals(await parseHeader(line.trimEnd()), {
    kind: "sound",
    workspaceId: OWN_ID,
    version: 3,
  });
});

for (const version of [1, 2]) {
  Deno.test(`parseHeader() knows the first line of version ${version}`, async () => {
    const line = await headerLine(OWN_ID, version);
    assertMatch(
      line,
      new RegExp(`^workspace-beat journal ${version} [-0-9a-f]{36} [0-9a-f]{16}\\n$`),
    );
    assertEquals(await parseHeader(line.trimEnd()), {
      kind: "sound",
      workspaceId: OWN_ID,
      version,
    });
  });
}

Deno.test("parseHeader() knows a newer version by its number alone", async () => {
  for (const line of ["workspace-beat journal 4", "workspace-beat journal 17 {} whatever else"]) {
    const header = await parseHeader(line);
    assertEquals(header.kind, "newer");
  }
});

Deno.test("parseHeader() relies on nothing in a damaged line", async () => {
  const line = (await headerLine(OWN_ID)).trimEnd();
  const table = ["", "text", line.slice(0, -1), line.replace("3f", "3e"), `${line} `, ` ${line}`];
  for (const damaged of table) assertEquals(await parseHeader(damaged), { kind: "damaged" });
});

Deno.test("looksLikeHeader() tells what is left of our first line from somebody else's file", () => {
  const table: [string, boolean][] = [
    ["", true],
    ["workspa", true],
    ["workspace-beat journal 1 a", true],
    ["workspace-beat diary", false],
    ['{"delegation_id":"d1"}', false],
  ];
  for (const [line, looks] of table) assertEquals(looksLikeHeader(line), looks, line);
});
