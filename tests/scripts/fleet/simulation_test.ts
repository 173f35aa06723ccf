import { assertEquals } from "@std/assert";
import { plot } from "../../../scripts/fleet/plot.ts";
import { reportLines, reportTable } from "../../../scripts/fleet/report.ts";
import { type Scenario, SCENARIOS } from "../../../scripts/fleet/scenarios.ts";
import { simulate } from "../../../scripts/fleet/simulation.ts";

const FEW = { workspaces: 500, seed: 7 };

/** The scenario of a name, with something else about it. */
function scenarioOf(name: string, other: Partial<Scenario> = {}): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new TypeError(`There is no scenario '${name}'`);
  return { ...found, ...other };
}

for (const { name } of SCENARIOS) {
  Deno.test(`simulate() finds that the targets are met when there is ${name}`, async () => {
    const { figures, missed } = await simulate(scenarioOf(name), FEW);
    assertEquals(missed, [], JSON.stringify(figures));
  });
}

Deno.test("simulate() finds workspaces that are declared dead when an outage is longer than they live", async () => {
  const long = scenarioOf("outage-119", { length: 185 });
  const { figures, missed } = await simulate(long, FEW);
  assertEquals([figures.dead, missed], [1, ["dead"]]);
});

Deno.test("simulate() counts a herd: all workspaces that start at once send three requests in the first second", async () => {
  const { figures, perSecond } = await simulate(scenarioOf("cold-start"), FEW);
  assertEquals(perSecond[0], 3 * FEW.workspaces);
  assertEquals(figures.returnPeak > 2, true);
});

Deno.test("simulate() comes to the same when the seed is the same", async () => {
  const [first, again] = [
    await simulate(scenarioOf("restart"), FEW),
    await simulate(scenarioOf("restart"), FEW),
  ];
  assertEquals(first, again);
  const { perSecond } = await simulate(scenarioOf("restart"), { ...FEW, seed: 8 });
  assertEquals(perSecond.join() === first.perSecond.join(), false);
});

Deno.test("reportLines(), reportTable() and plot() say what was found, and what was missed", async () => {
  const strict = scenarioOf("restart", { targets: { peakToMean: 1, dead: 0 } });
  const simulated = await simulate(strict, FEW);
  assertEquals(simulated.missed, ["peakToMean"]);
  const text = reportLines(simulated).join("\n");
  for (
    const words of ["MISS (at most 1) peak/mean", "ok   declared dead 0.00 %", "restart of the"]
  ) {
    assertEquals(text.includes(words), true, words);
  }
  const [, , row = ""] = reportTable([simulated]);
  assertEquals(row.startsWith("| restart of the platform, 4 s | "), true, row);
  const svg = plot([simulated]);
  assertEquals(svg.match(/<polyline/g)?.length, 1);
  assertEquals(svg.includes("NaN") || svg.includes("undefined"), false);
});
