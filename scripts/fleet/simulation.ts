import { Fleet, type Member } from "./fleet.ts";
import type { Scenario, Targets } from "./scenarios.ts";

/** Options of {@linkcode simulate}. */
export interface SimulationOptions {
  /** How many workspaces; all start at the same instant. */
  readonly workspaces: number;
  /** Where the random numbers begin. */
  readonly seed: number;
}

/** What came of a scenario. */
export interface Simulated {
  readonly scenario: Scenario;
  /** Requests in each second from the start. */
  readonly perSecond: readonly number[];
  /** What was measured, by target. */
  readonly figures: Required<Targets>;
  /** Requests per second when nothing happens. */
  readonly steadyRate: number;
  /** After how many seconds all have a liveness key again. */
  readonly watchedSeconds: number;
  /** The longest time between two accepted beats of one workspace, in seconds. */
  readonly longestGapSeconds: number;
  /** The targets that were missed. */
  readonly missed: readonly (keyof Targets)[];
}

/** Seconds between beats: the default. */
export const INTERVAL_SECONDS = 30;
/** What each workspace sends in an interval: a beat, a poll, and a tenth of a look. */
const REQUESTS_AN_INTERVAL = 2.1;
/** For so long it is watched whether the fleet keeps apart. */
const WATCHED_SECONDS = 180;
/** Others who empty an address's bucket have left it empty until its window ends (contract 1.0). */
const WINDOW_SECONDS = 60;
/** The least number of requests by which the rate of a second can be told from chance. */
const LEAST_IN_BIN = 200;

/**
 * Puts a fleet through a scenario.
 *
 * @param scenario What happens.
 * @param options To whom.
 */
export async function simulate(
  scenario: Scenario,
  options: SimulationOptions,
): Promise<Simulated> {
  const { at, length, othersPerSecond, perAddress, platform } = scenario;
  const end = at + length;
  const settled = end + (othersPerSecond > 0 ? WINDOW_SECONDS : 0) + 2 * INTERVAL_SECONDS;
  const over = settled + WATCHED_SECONDS;
  await using fleet = new Fleet({ ...options, perAddress, intervalSeconds: INTERVAL_SECONDS });
  const { clock } = fleet;
  const share = (perSecond: number) => {
    for (const address of fleet.addresses) address.share(perSecond, clock.now());
  };
  fleet.start();
  await clock.run(at * 1000);
  fleet.platform.state = platform;
  share(othersPerSecond);
  await clock.run(end * 1000);
  fleet.platform.state = "up";
  share(0);
  fleet.mark();
  await clock.run(over * 1000);
  for (const member of fleet.members) fleet.platform.look(member);
  const perSecond = fleet.tally.perSecond(0, over);
  const steadyRate = options.workspaces * REQUESTS_AN_INTERVAL / INTERVAL_SECONDS;
  const rates = (from: number, to: number) => binned(perSecond.slice(from, to), steadyRate);
  const later = rates(settled, over);
  const figures = {
    dead: partOf(fleet.members, ({ declaredDeadAt }) => declaredDeadAt !== undefined),
    peakToMean: Math.max(...later) / mean(later),
    backSeconds: latest(fleet.members, ({ backAt = Infinity }) => backAt) - end,
    returnPeak: Math.max(...rates(end, settled)) / steadyRate,
  };
  return {
    scenario,
    perSecond,
    figures,
    steadyRate,
    watchedSeconds: latest(fleet.members, ({ registeredAt = Infinity }) => registeredAt) - end,
    longestGapSeconds: latest(fleet.members, ({ longestGapMs }) => longestGapMs),
    missed: missedOf(figures, scenario.targets),
  };
}

function missedOf(figures: Required<Targets>, targets: Targets): (keyof Targets)[] {
  const names = ["dead", "peakToMean", "backSeconds", "returnPeak"] as const;
  return names.filter((name) => figures[name] > (targets[name] ?? Infinity));
}

/** Rates over so many seconds that chance does not make the peaks. */
function binned(perSecond: readonly number[], steadyRate: number): number[] {
  const seconds = Math.ceil(LEAST_IN_BIN / steadyRate);
  const bins = Math.floor(perSecond.length / seconds);
  return Array.from(
    { length: bins },
    (_, bin) => mean(perSecond.slice(bin * seconds, (bin + 1) * seconds)),
  );
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function latest(members: readonly Member[], of: (member: Member) => number): number {
  return members.reduce((most, member) => Math.max(most, of(member)), -Infinity) / 1000;
}

function partOf(members: readonly Member[], is: (member: Member) => boolean): number {
  return members.filter(is).length / members.length;
}
