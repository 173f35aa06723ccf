import { assertEquals } from "@std/assert";
import { journalSizes } from "../../../scripts/soak/journal_sizes.ts";

Deno.test("journalSizes() finds where the journal was written anew, and what it may have since", () => {
  assertEquals(journalSizes([10, 100, 250, 80, 200, 310, 90, 0, 95]), {
    compactions: 2,
    compacted: [80, 90],
    most: 310,
    bound: 360,
  });
});

Deno.test("journalSizes() allows 256 KiB before the journal is written anew for the first time", () => {
  assertEquals(journalSizes([1, 20, 20, 255]), {
    compactions: 0,
    compacted: [],
    most: 255,
    bound: 256,
  });
});
