import { assertEquals } from "@std/assert";
import { readCapped } from "../../lib/platform/_capped_body.ts";

const encoder = new TextEncoder();

Deno.test("readCapped() keeps no chunk, however large the buffer that it is a part of", async () => {
  const buffer = new Uint8Array(64 * 1024);
  const pieces = ["a", "bc", "d", "efg"];
  // Each piece comes in the place of the one before: who keeps one has lost it.
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) return controller.close();
      controller.enqueue(buffer.subarray(0, encoder.encodeInto(piece, buffer).written));
    },
  }, { highWaterMark: 0 });
  const bytes = await readCapped(new Response(body), 7);
  assertEquals(bytes, encoder.encode("abcdefg"));
});

Deno.test("readCapped() reads a body of nothing, and no body", async () => {
  assertEquals(await readCapped(new Response(""), 0), new Uint8Array());
  assertEquals(await readCapped(new Response(null), 0), new Uint8Array());
});
