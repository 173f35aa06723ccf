import type { PlatformState } from "./platform_model.ts";

/** What happens to a fleet. */
export interface Scenario {
  /** What it is called on the command line. */
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  /** When it begins, in seconds after all have started. */
  readonly at: number;
  /** How long it lasts, in seconds. */
  readonly length: number;
  /** How the platform is meanwhile. */
  readonly platform: PlatformState;
  /** How many workspaces share an address. */
  readonly perAddress: number;
  /** How many requests in a second somebody else sends from each address meanwhile. */
  readonly othersPerSecond: number;
  /** What is asked of the fleet. */
  readonly targets: Targets;
}

/** What is asked of a fleet. */
export interface Targets {
  /** The most of the workspaces that may be declared dead, as a part of one. */
  readonly dead?: number;
  /** The largest second from two intervals after the event, over the mean. */
  readonly peakToMean?: number;
  /** After how many seconds all have beaten again. */
  readonly backSeconds?: number;
  /** The largest second in the return, over the steady rate. */
  readonly returnPeak?: number;
}

const STEADY = { peakToMean: 1.3 } as const;
const NOBODY_DEAD = { dead: 0 } as const;
/** The second when a fleet is under way. */
const UNDER_WAY = 100;

function outage(length: number, platform: PlatformState, about: { name: string; title: string }) {
  const isShort = length < 120;
  return {
    ...about,
    at: UNDER_WAY,
    length,
    platform,
    perAddress: 1,
    othersPerSecond: 0,
    targets: {
      ...STEADY,
      ...isShort && NOBODY_DEAD,
      backSeconds: 30,
      returnPeak: 2,
    },
  };
}

const shortOutages = [3, 10, 30, 60, 119].map((length) =>
  outage(length, "refusing", { name: `outage-${length}`, title: `outage of ${length} s` })
);

/** All that a fleet is put through. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "cold-start",
    title: "cold start of all at once",
    at: 0,
    length: 0,
    platform: "up",
    perAddress: 1,
    othersPerSecond: 0,
    targets: { ...STEADY, ...NOBODY_DEAD },
  },
  outage(4, "refusing", { name: "restart", title: "restart of the platform, 4 s" }),
  ...shortOutages,
  outage(300, "refusing", { name: "outage-300", title: "outage of 5 minutes" }),
  outage(119, "hanging", { name: "hang-119", title: "outage of 119 s that hangs" }),
  outage(300, "hanging", { name: "hang-300", title: "outage of 5 minutes that hangs" }),
  {
    name: "noisy-address",
    title: "somebody else sends 40 requests/s from each address for 4 minutes",
    at: UNDER_WAY,
    length: 240,
    platform: "up",
    perAddress: 100,
    othersPerSecond: 40,
    targets: { ...STEADY, ...NOBODY_DEAD },
  },
  {
    name: "noisier-address",
    title: "somebody else sends 100 requests/s from each address for 4 minutes",
    at: UNDER_WAY,
    length: 240,
    platform: "up",
    perAddress: 100,
    othersPerSecond: 100,
    targets: { ...STEADY, ...NOBODY_DEAD },
  },
  {
    name: "full-address",
    title: "250 workspaces behind each address, which lets 600 requests a minute through",
    at: 0,
    length: 300,
    platform: "up",
    perAddress: 250,
    othersPerSecond: 0,
    targets: NOBODY_DEAD,
  },
];
