import { assertEquals } from "@std/assert";
import { BUDGETS } from "../../../scripts/bench/budgets.ts";
import { findingsJson, verdictsOn } from "../../../scripts/bench/findings.ts";

const FINDINGS = {
  at: new Date("2026-11-26T20:00:00Z"),
  seconds: 250,
  machine: {
    cpu: "A CPU",
    cores: 2,
    memoryBytes: 2 ** 34,
    kernel: "Linux",
    versions: { Deno: "2" },
  },
  missing: ["Node, fetch is left out: node is not installed"],
  figures: { size_payload: { binary: 0.3 }, start_to_first_beat: { python: 400 } },
};

Deno.test("findingsJson() has everything, with a unit for each figure", () => {
  const { budgets, ...rest } = JSON.parse(findingsJson(FINDINGS));
  assertEquals(rest, {
    version: 1,
    at: "2026-11-26T20:00:00.000Z",
    seconds: 250,
    machine: FINDINGS.machine,
    missing: FINDINGS.missing,
    figures: {
      start_to_first_beat: { unit: "ms", values: { python: 400 } },
      size_payload: { unit: "MB", values: { binary: 0.3 } },
    },
  });
  assertEquals(budgets.length, BUDGETS.length);
  assertEquals(budgets.find(({ figure }: { figure: string }) => figure === "size_payload"), {
    figure: "size_payload",
    of: "binary",
    most: 1.5,
    value: 0.3,
    holds: true,
  });
});

Deno.test("verdictsOn() has a verdict for every budget", () => {
  const verdicts = verdictsOn(FINDINGS);
  assertEquals(verdicts.map(({ budget }) => budget), [...BUDGETS]);
  const held = verdicts.filter(({ holds }) => holds).map(({ budget }) => budget.figure);
  assertEquals(held, ["size_payload"]);
});
