import { assertEquals, assertThrows } from "@std/assert";
import { withMeasured } from "../../../scripts/bench/markdown.ts";

const BEGIN = "<!-- deno task bench --markdown writes this -->";
const END = "<!-- up to here -->";

Deno.test("withMeasured() puts a text in place of what stands between the markers", () => {
  const document = (text: string) => `# A\n\n${BEGIN}\n\n${text}${END}\n\n## B\n`;
  for (const old of ["", "| old |\n\n"]) {
    assertEquals(withMeasured(document(old), "\n| new |\n"), document("| new |\n\n"));
  }
});

Deno.test("withMeasured() changes nothing the second time", () => {
  const once = withMeasured(`${BEGIN}\n${END}`, "text");
  assertEquals(withMeasured(once, "text"), once);
});

Deno.test("withMeasured() refuses a document without both markers, once and in their order", () => {
  const documents = [
    "",
    BEGIN,
    END,
    `${END}${BEGIN}`,
    `${BEGIN}${END}${END}`,
    `${BEGIN}${BEGIN}${END}`,
    `${BEGIN}${END}${BEGIN}`,
  ];
  for (const document of documents) {
    assertThrows(() => withMeasured(document, "text"), Error, "Cannot replace the table");
  }
});
