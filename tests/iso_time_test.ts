import { assertEquals } from "@std/assert";
import { assert, property } from "fast-check";
import fc from "fast-check";
import { isoTime } from "../lib/iso_time.ts";

const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

Deno.test("isoTime() writes every instant as Date.toISOString() does", () => {
  assert(property(fc.integer({ min: 0, max: LAST }), (at) => {
    assertEquals(isoTime(at), new Date(at).toISOString());
  }));
});

for (const at of [0, LAST, Date.UTC(2024, 1, 29), 951_782_399_999]) {
  Deno.test(`isoTime() writes ${at} as Date.toISOString() does`, () => {
    assertEquals(isoTime(at), new Date(at).toISOString());
  });
}
