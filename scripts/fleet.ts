// Lets a fleet of workspaces, with the loops of lib/, live through what happens to a platform, on a
// clock that nobody waits for, and says whether it stays gentle and alive. Exits with 0 only if it does:
//   deno task fleet [--workspaces N] [--scenario NAME]... [--seed N] [--svg FILE]

import { plot } from "./fleet/plot.ts";
import { reportLines, reportTable } from "./fleet/report.ts";
import { type Scenario, SCENARIOS } from "./fleet/scenarios.ts";
import { simulate, type Simulated } from "./fleet/simulation.ts";

const EXIT_USAGE = 64;
const DEFAULT_WORKSPACES = 10_000;
/** What the plot shows unless scenarios are named: the short outages all look alike. */
const PLOTTED = ["cold-start", "restart", "outage-119", "outage-300", "noisy-address"];
const USAGE = `Usage: fleet.ts [--workspaces N] [--scenario NAME]... [--seed N] [--svg FILE]
Scenarios: ${SCENARIOS.map(({ name }) => name).join(", ")}`;

interface Options {
  readonly workspaces: number;
  readonly seed: number;
  readonly svg: string | undefined;
  readonly scenarios: readonly Scenario[];
}

function parseOptions(args: readonly string[]): Options | undefined {
  let workspaces = DEFAULT_WORKSPACES;
  let seed = 1;
  let svg: string | undefined;
  const named: Scenario[] = [];
  for (let index = 0; index < args.length; index += 2) {
    const value = args[index + 1] ?? "";
    const scenario = SCENARIOS.find(({ name }) => name === value);
    const isNumber = /^[1-9]\d{0,8}$/.test(value);
    if (args[index] === "--workspaces" && isNumber) workspaces = Number(value);
    else if (args[index] === "--seed" && isNumber) seed = Number(value);
    else if (args[index] === "--svg" && value !== "") svg = value;
    else if (args[index] === "--scenario" && scenario !== undefined) named.push(scenario);
    else return undefined;
  }
  return { workspaces, seed, svg, scenarios: named.length > 0 ? named : SCENARIOS };
}

/** Known now, and not after minutes. */
function mayWrite(path: string | undefined): boolean {
  if (path === undefined) return true;
  return Deno.permissions.querySync({ name: "write", path }).state === "granted";
}

async function run({ scenarios, svg, ...options }: Options): Promise<number> {
  const began = performance.now();
  const all: Simulated[] = [];
  for (const scenario of scenarios) {
    const simulated = await simulate(scenario, options);
    for (const line of reportLines(simulated)) console.log(line);
    all.push(simulated);
  }
  for (const line of reportTable(all)) console.log(line);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const missed = all.flatMap(({ missed, scenario }) =>
    missed.map((name) => `${scenario.name}: ${name}`)
  );
  const verdict = missed.length === 0 ? "all targets are met" : `missed ${missed.join(", ")}`;
  console.log(`${options.workspaces} workspaces, seed ${options.seed}, ${seconds} s: ${verdict}`);
  const isPlotted = ({ scenario }: Simulated) =>
    scenarios !== SCENARIOS || PLOTTED.includes(scenario.name);
  if (svg !== undefined) await Deno.writeTextFile(svg, plot(all.filter(isPlotted)));
  return missed.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  const isUsable = options !== undefined && mayWrite(options.svg);
  if (options === undefined) console.error(USAGE);
  else if (!isUsable) {
    console.error(
      `Cannot write '${options.svg}' (from --svg): expected a file in docs/images or build`,
    );
  }
  Deno.exit(isUsable ? await run(options) : EXIT_USAGE);
}
