/**
 * The platform's endpoints, as faults and recorded requests name them. "delegations" is the listing;
 * "delegate" also covers `POST …/delegations/record` and `…/delegations/:did/update`.
 */
export const ROUTE_NAMES = [
  "heartbeat",
  "register",
  "update-card",
  "workspace",
  "state",
  "delegations",
  "delegate",
  "a2a",
  "notify",
  "activity",
  "health",
] as const;

/** The name of an endpoint of the platform. */
export type RouteName = typeof ROUTE_NAMES[number];
