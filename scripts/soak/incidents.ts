import type { Fault, RouteName } from "../dev_platform/mod.ts";
import type { Chance } from "../stress/random.ts";

/** What goes wrong with the platform. */
export const INCIDENT_KINDS = [
  "server error",
  "rate limit",
  "hanging answer",
  "slow answer",
  "connection cut",
  "answer cut in half",
  "dripping answer",
  "oversized body",
  "malformed body",
  "redirect",
  "401",
  "token rotation",
  "outage",
  "pause",
] as const;

/** What goes wrong. */
export type IncidentKind = typeof INCIDENT_KINDS[number];

/** One thing that goes wrong, for a while. */
export interface Incident {
  readonly kind: IncidentKind;
  /** What happens to requests; undefined for what happens to the platform. */
  readonly fault: Fault | undefined;
  /** The endpoints whose requests it strikes. */
  readonly routes: readonly RouteName[];
  /** How many requests of each it strikes. */
  readonly times: number;
  /** How long it lasts. */
  readonly seconds: number;
  /** How long all is well after it. */
  readonly rest: number;
}

/** What a sidecar asks for. */
export const ROUTES: readonly RouteName[] = [
  "heartbeat",
  "register",
  "workspace",
  "delegations",
  "a2a",
  "notify",
  "activity",
];

/** More than any body that is read (8 MiB). */
const HUGE_BYTES = 12 * 1024 * 1024;
const MALFORMED = [
  "",
  "null",
  "[]",
  "{",
  '"\ud800"',
  "<html><body>Bad gateway</body></html>",
  '{"status":{"ok":[1,2,3]},"delegations":42}',
  '[{"delegation_id":7},null,"x",{"status":"completed"}]',
  `${"[".repeat(5000)}${"]".repeat(5000)}`,
];

/**
 * Plans what goes wrong: all kinds in one order after the other, each kind once in each.
 *
 * @param chance The choices.
 */
export function* incidents(chance: Chance): Generator<Incident, never> {
  while (true) {
    for (const kind of shuffled(INCIDENT_KINDS, chance)) yield incident(kind, chance);
  }
}

function incident(kind: IncidentKind, chance: Chance): Incident {
  const fault = faultOf(kind, chance);
  // Most of the time it strikes the beats, since those matter most.
  const routes = fault === undefined
    ? []
    : chance.happens(0.35)
    ? ROUTES
    : [chance.happens(0.5) ? "heartbeat" : oneOf(ROUTES, chance)];
  return {
    kind,
    fault,
    routes,
    times: chance.int(1, 4),
    seconds: chance.int(5, kind === "outage" ? 25 : 15),
    rest: chance.int(1, 8),
  };
}

function faultOf(kind: IncidentKind, chance: Chance): Fault | undefined {
  switch (kind) {
    case "server error":
      return { kind: "answer", status: oneOf([500, 502, 503, 504], chance), body: "upstream" };
    case "rate limit":
      return {
        kind: "answer",
        status: 429,
        headers: { "Retry-After": String(chance.int(1, 10)) },
      };
    case "hanging answer":
      return { kind: "hang" };
    case "slow answer":
      return { kind: "delay", ms: chance.int(500, 6000) };
    case "connection cut":
      return { kind: "reset" };
    case "answer cut in half":
      return { kind: "truncate" };
    case "dripping answer":
      return { kind: "drip", bytesPerSecond: chance.int(10, 2000) };
    case "oversized body":
      return { kind: "huge", bytes: HUGE_BYTES };
    case "malformed body":
      return { kind: "answer", status: 200, body: oneOf(MALFORMED, chance) };
    case "redirect":
      return {
        kind: "redirect",
        status: oneOf([301, 302, 307, 308], chance),
        location: "http://127.0.0.1:9/elsewhere",
      };
    case "401":
      return { kind: "answer", status: 401, body: { error: "invalid token" } };
    case "token rotation":
    case "outage":
    case "pause":
      return undefined;
  }
}

/**
 * Chooses one.
 *
 * @param items What there is to choose from, at least one.
 * @param chance The choices.
 */
export function oneOf<T>(items: readonly T[], chance: Chance): T {
  const item = items[chance.int(0, items.length - 1)];
  if (item === undefined) throw new RangeError("Cannot choose from nothing");
  return item;
}

function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  return items.map((item) => ({ item, place: chance.next() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
