import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { type ByteLine, byteLines, lineBatches, lineText } from "../lib/byte_lines.ts";
import { makeTempDir } from "./support/mod.ts";

async function linesOf(bytes: Uint8Array): Promise<ByteLine[]> {
  await using dir = await makeTempDir();
  await Deno.writeFile(`${dir.path}/file`, bytes);
  using file = await Deno.open(`${dir.path}/file`);
  return await Array.fromAsync(byteLines(file));
}

/** A text, and each of its lines with where the next one begins, and whether it ends. */
const TEXTS: [text: string, lines: (readonly [line: string, end: number, isWhole: boolean])[]][] = [
  ["", []],
  ["\n", [["", 1, true]]],
  ["a\n", [["a", 2, true]]],
  ["a", [["a", 1, false]]],
  ["a\nbc", [["a", 2, true], ["bc", 4, false]]],
  ["a\n\nb\n", [["a", 2, true], ["", 3, true], ["b", 5, true]]],
  ["a\r\nb", [["a\r", 3, true], ["b", 4, false]]],
];

for (const [text, lines] of TEXTS) {
  Deno.test(`byteLines() gives ${lines.length} lines of ${JSON.stringify(text)}`, async () => {
    const found = await linesOf(new TextEncoder().encode(text));
    assertEquals(
      found.map(({ bytes, end, isWhole }) => [new TextDecoder().decode(bytes), end, isWhole]),
      lines.map((line) => [...line]),
    );
  });
}

Deno.test("byteLines() gives bytes that are no UTF-8 as they are", async () => {
  const [first, second] = await linesOf(Uint8Array.of(0xff, 0x00, 0x0a, 0xc3));
  assertEquals([first?.bytes, second?.bytes], [Uint8Array.of(0xff, 0), Uint8Array.of(0xc3)]);
});

Deno.test("byteLines() gives a line whole when it is longer than what is read at once", async () => {
  const long = new Uint8Array(200_000).fill(0x61);
  const lines = await linesOf(concat([long, Uint8Array.of(0x0a), long]));
  assertEquals(lines.map(({ bytes }) => bytes.length), [200_000, 200_000]);
});

Deno.test("byteLines() gives lines that make up the file again, whatever it holds", async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.constant(Uint8Array.of(0x0a)),
    fc.integer({ min: 65_530, max: 65_540 }).map((length) => new Uint8Array(length).fill(0x62)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      const bytes = concat(pieces);
      let end = 0;
      for (const line of await linesOf(bytes)) {
        const stop = line.isWhole ? line.end - 1 : line.end;
        assertEquals(line.bytes.includes(0x0a), false);
        assertEquals(line.bytes, bytes.slice(end, stop));
        end = line.end;
      }
      assertEquals(end, bytes.length);
    }),
    { numRuns: 100 },
  );
});

Deno.test("byteLines() begins where the file stands, and leaves it open", async () => {
  await using dir = await makeTempDir();
  await Deno.writeTextFile(`${dir.path}/file`, "a\nb\n");
  using file = await Deno.open(`${dir.path}/file`);
  await file.seek(2, Deno.SeekMode.Start);
  const [line, ...more] = await Array.fromAsync(byteLines(file));
  assertEquals([line?.bytes, line?.end, more], [Uint8Array.of(0x62), 2, []]);
  assertEquals((await file.stat()).size, 4);
});

Deno.test("lineBatches() gives no more than 32 lines at once, and the same as byteLines()", async () => {
  await using dir = await makeTempDir();
  await Deno.writeTextFile(`${dir.path}/file`, "a\n".repeat(100) + "b");
  using file = await Deno.open(`${dir.path}/file`);
  const batches = await Array.fromAsync(lineBatches(file));
  assertEquals(batches.map((lines) => lines.length), [32, 32, 32, 4, 1]);
  await file.seek(0, Deno.SeekMode.Start);
  assertEquals(batches.flat(), await Array.fromAsync(byteLines(file)));
});

Deno.test("lineText() gives no text for a line of more than 8 MiB, which would fill the memory", () => {
  const most = 8 * 1024 * 1024;
  assertEquals(lineText(new Uint8Array(most).fill(97)).length, most);
  assertEquals(lineText(new Uint8Array(most + 1).fill(97)), "");
});
