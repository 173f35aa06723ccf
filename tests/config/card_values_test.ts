import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  LONGEST_CARD_TEXT,
  parseAgentUrl,
  parseCardText,
  parseSkills,
} from "../../lib/config/values.ts";

/** What a parser makes of texts; null stands for "not allowed". */
type Table = readonly (readonly [text: string, value: string | null])[];

function assertTable(parse: (text: string) => unknown, table: Table): void {
  for (const [text, value] of table) {
    assertEquals(parse(text) ?? null, value, `for ${JSON.stringify(text)}`);
  }
}

const LONGEST = "ö".repeat(LONGEST_CARD_TEXT);

Deno.test("parseCardText() takes a text without the white space around it (contract 7 #104)", () => {
  assertTable(parseCardText, [
    ["Ducks", "Ducks"],
    [" Ducks and\ngeese\n", "Ducks and\ngeese"],
    [LONGEST, LONGEST],
    [` ${LONGEST} `, LONGEST],
    [`${LONGEST}ö`, null],
    ["", null],
    [" \n\t", null],
  ]);
});

Deno.test("parseSkills() splits at commas, trims, and drops what is empty (contract 7 #106)", () => {
  const table: readonly (readonly [text: string, skills: readonly string[] | undefined])[] = [
    ["writing", ["writing"]],
    ["writing,reading", ["writing", "reading"]],
    [" reading aloud , ,writing\n,", ["reading aloud", "writing"]],
    ["writing;reading", ["writing;reading"]],
    [LONGEST, [LONGEST]],
    [`${LONGEST},`, undefined],
    ["", undefined],
    [" , ,", undefined],
  ];
  for (const [text, skills] of table) assertEquals(parseSkills(text), skills, text);
});

Deno.test("parseSkills() gives skills that are trimmed, not empty and without commas, whatever it is given", () => {
  const texts = fc.oneof(fc.string(), fc.array(fc.string()).map((names) => names.join(",")));
  fc.assert(fc.property(texts, (text) => {
    const skills = parseSkills(text);
    if (skills === undefined) return;
    assert(skills.length > 0);
    for (const skill of skills) assert(skill !== "" && skill === skill.trim() && !/,/.test(skill));
    assertEquals(parseSkills(skills.join(", ")) ?? skills, skills);
  }));
});

Deno.test("parseAgentUrl() takes http and https addresses as they are, and none with credentials", () => {
  assertTable(parseAgentUrl, [
    ["http://agent:8000", "http://agent:8000"],
    ["https://agent.test/a2a/?key=1", "https://agent.test/a2a/?key=1"],
    ["http://[::1]:8000/", "http://[::1]:8000/"],
    ["agent:8000", null],
    ["agent", null],
    ["ftp://agent", null],
    ["http://", null],
    ["http://user@agent", null],
    ["http://:word@agent", null],
    ["http:user:word@agent", null],
    ["", null],
  ]);
});

Deno.test("parseAgentUrl() gives an address without white space that begins as one, whatever it is given", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.tuple(fc.constantFrom("http://h", "https://[::1]:8/", "http:h", " http://h"), fc.string())
      .map((parts) => parts.join("")),
  );
  fc.assert(fc.property(texts, (text) => {
    const url = parseAgentUrl(text);
    // The platform reads it with less patience than a browser would.
    if (url !== undefined) assert(/^https?:\/\/[^\s\p{Cc}]+$/iu.test(url), JSON.stringify(url));
  }));
});
