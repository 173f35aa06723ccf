import { assertEquals, assertThrows } from "@std/assert";
import { withReport } from "../../../scripts/soak/document.ts";

const DOCUMENT = "# Soak\n\n<!-- soak: begin -->\n\nold\n\n<!-- soak: end -->\n\nMore.\n";

Deno.test("withReport() replaces the former report, and nothing else", () => {
  const once = withReport(DOCUMENT, "\nnew\n\n");
  assertEquals(once, DOCUMENT.replace("old", "new"));
  assertEquals(withReport(once, "new"), once);
});

Deno.test("withReport() refuses a document that has no place for it", () => {
  assertThrows(() => withReport("# Soak\n", "new"), TypeError, "<!-- soak: begin -->");
  assertThrows(() => withReport("<!-- soak: end --><!-- soak: begin -->", "new"), TypeError);
});
