/**
 * The dialects that the development platform speaks, by the month of the server that speaks so: the
 * one that the reference was written for, and a newer one (what the contract notes as "newer"). A
 * ledger of delegations is no matter of the dialect: there is one as soon as a test writes to it.
 */
export const DIALECTS = ["2026-04", "2026-06"] as const;

/** How the platform speaks: a client has to get on with all of them. */
export type Dialect = typeof DIALECTS[number];
