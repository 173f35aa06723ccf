import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  type Incident,
  INCIDENT_KINDS,
  incidents,
  ROUTES,
} from "../../../scripts/soak/incidents.ts";
import { Chance } from "../../../scripts/stress/random.ts";

function planOf(seed: number, rounds: number): Incident[] {
  return incidents(new Chance(seed)).take(rounds * INCIDENT_KINDS.length).toArray();
}

Deno.test("incidents() plans the same with the same seed, and something else with another", () => {
  assertEquals(planOf(4, 5), planOf(4, 5));
  assertNotEquals(planOf(4, 5), planOf(5, 5));
});

Deno.test("incidents() plans each kind once in each round, in another order each time", () => {
  const kinds = planOf(11, 3).map(({ kind }) => kind);
  const size = INCIDENT_KINDS.length;
  const rounds = [0, 1, 2].map((round) => kinds.slice(round * size, (round + 1) * size));
  for (const round of rounds) assertEquals(round.toSorted(), INCIDENT_KINDS.toSorted());
  assertNotEquals(rounds[0], rounds[1]);
});

Deno.test("incidents() strikes each endpoint that a sidecar asks, and beats most of all", () => {
  const struck = planOf(1, 40).flatMap(({ routes }) => routes);
  const counts = ROUTES.map((route) => struck.filter((one) => one === route).length);
  assert(counts.every((count) => count > 0), `${counts}`);
  assertEquals(ROUTES[counts.indexOf(Math.max(...counts))], "heartbeat");
});

Deno.test("incidents() lasts some seconds each time, and lets the sidecar rest", () => {
  for (const { kind, rest, seconds, times } of planOf(2, 40)) {
    assert(seconds >= 5 && seconds <= (kind === "outage" ? 25 : 15), `${kind}: ${seconds} s`);
    assert(rest >= 1 && times >= 1, `${kind}: ${times} times, ${rest} s of rest`);
  }
});

Deno.test("incidents() has a fault for what happens to requests, and only for that", () => {
  for (const { fault, routes } of planOf(3, 20)) {
    assertEquals(fault === undefined, routes.length === 0);
  }
});
