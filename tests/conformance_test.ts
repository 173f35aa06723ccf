import { assertEquals } from "@std/assert";
import { walk } from "@std/fs/walk";

/**
 * What the platform contract wants tested: section 7's items that are kept (K), strengthened (C) or
 * changed on purpose (X), and section 10's defects of the program that this one replaces. A test
 * that covers one carries its number in its name: "(contract 7 #14)", "(D7)".
 */
const ITEMS = [
  ...range(1, 44),
  ...range(47, 49),
  ...range(54, 62),
  ...range(64, 67),
  // Of what is newer: settings, secrets, registering, messages, removal.
  ...range(68, 72),
  ...range(81, 82),
  ...range(97, 109),
  ...range(111, 129),
  ...range(135, 138),
];
const DEFECTS = range(1, 38);

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** The numbers in the names of all tests. */
async function numbersInNames(): Promise<Set<string>> {
  const found = new Set<string>();
  const folder = new URL(".", import.meta.url).pathname;
  for await (const { path } of walk(folder, { match: [/_test\.ts$/] })) {
    if (path.endsWith("conformance_test.ts")) continue;
    const text = await Deno.readTextFile(path);
    for (const [, inside = ""] of text.matchAll(/\(((?:contract 7 #|D)\d[^()]*)\)/g)) {
      for (const [, number = ""] of inside.matchAll(/#(\d+)/g)) found.add(`#${number}`);
      for (const [defect] of inside.matchAll(/\bD\d+/g)) found.add(defect);
    }
  }
  return found;
}

Deno.test("every item of the contract's sections 7 and 10 has a test that names it", async () => {
  const found = await numbersInNames();
  const wanted = [...ITEMS.map((item) => `#${item}`), ...DEFECTS.map((defect) => `D${defect}`)];
  assertEquals(wanted.filter((number) => !found.has(number)), []);
});
