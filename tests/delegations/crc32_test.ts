import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { crc32 as crc32OfZlib } from "node:zlib";
import { crc32 } from "../../lib/delegations/_crc32.ts";

Deno.test("crc32() gives what zlib gives, of any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
    assertEquals(parseInt(crc32(bytes), 16), crc32OfZlib(bytes));
  }));
});

Deno.test("crc32() gives 8 digits, also where the first are 0", () => {
  const found = Array.from({ length: 1000 }, (_, n) => crc32(new Uint8Array(n)));
  assertEquals(found.filter((sum) => !/^[0-9a-f]{8}$/.test(sum)), []);
  assertEquals([found[0], found.some((sum) => /^0[1-9a-f]/.test(sum))], ["00000000", true]);
});
