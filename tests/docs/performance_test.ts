import { assert, assertEquals } from "@std/assert";
import { BUDGETS } from "../../scripts/bench/budgets.ts";
import { TITLES } from "../../scripts/bench/contender.ts";
import { FIGURES } from "../../scripts/bench/figures.ts";
import { withMeasured } from "../../scripts/bench/markdown.ts";
import { parseBenchOptions } from "../../scripts/bench/options.ts";
import { PARTS } from "../../scripts/bench/parts.ts";
import { Document } from "./_document.ts";

const DOCUMENT = await Document.read("docs/performance.md");
const COMMANDS = DOCUMENT.take("Performance", "sh").trim().split("\n");

Deno.test("docs/performance.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

Deno.test("docs/performance.md shows command lines that the bench takes", () => {
  for (const command of COMMANDS) {
    const [program, task, name, ...args] = command.split(" ");
    assertEquals([program, task, name], ["deno", "task", "bench"]);
    assert(parseBenchOptions(args) !== undefined, command);
  }
});

Deno.test("docs/performance.md names every part", () => {
  for (const part of Object.keys(PARTS)) {
    assert(DOCUMENT.text.includes(`\`${part}\``), part);
  }
});

Deno.test("docs/performance.md lists the budgets", () => {
  const expected = BUDGETS.map(({ by, figure, most, of }) => {
    const { unit } = FIGURES[figure];
    const limit = by === undefined ? `${most} ${unit}`.trim() : `${most} × ${TITLES[by]}`;
    return [`\`${figure}\``, TITLES[of], limit];
  });
  const columns = [0, 1, 2].map((column) => DOCUMENT.column("Budgets", { column }));
  assertEquals(columns[0]?.map((_, row) => columns.map((column) => column[row])), expected);
});

Deno.test("docs/performance.md has a row for every figure, where the bench can put them anew", () => {
  const titles = Object.values(FIGURES).map(({ title }) => title);
  assertEquals(DOCUMENT.column("The latest figures"), titles);
  assert(withMeasured(DOCUMENT.text, "new").length < DOCUMENT.text.length);
});
