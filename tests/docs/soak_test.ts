import { assert, assertEquals } from "@std/assert";
import { DEEDS } from "../../scripts/soak/agent.ts";
import { withReport } from "../../scripts/soak/document.ts";
import { FIGURES } from "../../scripts/soak/figures.ts";
import { INCIDENT_KINDS } from "../../scripts/soak/incidents.ts";
import { parseFlags } from "../../scripts/soak/options.ts";
import { Document } from "./_document.ts";

const document = await Document.read("docs/soak.md");
const COMMANDS = document.take("Run it", "sh").trim().split("\n");

Deno.test("docs/soak.md has no block that no test runs", () => {
  assertEquals(document.untaken, []);
});

for (const command of COMMANDS) {
  // tests/scripts/soak/soak_test.ts runs twelve seconds of it.
  Deno.test(`docs/soak.md shows a command that is understood: ${command}`, () => {
    const [deno, task, soak, ...args] = command.split(" ");
    assertEquals([deno, task, soak], ["deno", "task", "soak"]);
    assert(parseFlags(args) !== undefined);
  });
}

Deno.test("docs/soak.md lists every flag", () => {
  const flags = document.column("Run it").map((cell) => /--[a-z]+/.exec(cell)?.[0] ?? cell);
  for (const flag of flags) assert(parseFlags([flag, "1"]) !== undefined, flag);
  assertEquals(flags.length, Object.keys(parseFlags([]) ?? {}).length);
});

Deno.test("docs/soak.md lists everything that is thrown at the sidecar", () => {
  const named = (table: number) =>
    document.column("What is thrown at it", { table }).map((cell) => cell.replaceAll("`", ""));
  assertEquals(named(0), [...INCIDENT_KINDS]);
  assertEquals(named(1), Object.keys(DEEDS));
});

Deno.test("docs/soak.md shows every figure of the latest run, and none that grows", () => {
  const titles = document.column("The latest run").map((cell) => cell.replace(/, \w+$/, ""));
  assertEquals(titles, Object.values(FIGURES).map(({ title }) => title));
  const verdicts = document.column("The latest run", { column: 7 });
  assertEquals(verdicts.filter((verdict) => verdict.includes("grows")), []);
});

Deno.test("docs/soak.md has a place for the report of deno task soak --markdown", () => {
  assert(withReport(document.text, "a report").includes("a report"));
});
