import { type Outcome, parseRemoval, parseWorkspaceStatus } from "../platform/mod.ts";
import { neutralise } from "../text.ts";

/** What the platform says about a workspace. */
export type FoundPresence =
  /** It is there. */
  | { readonly kind: "present"; readonly status: string }
  /** It is there and rests by somebody's will: a registration would end that (contract 1.2). */
  | { readonly kind: "resting"; readonly status: string }
  | RemovedPresence
  /** The platform did not say. */
  | { readonly kind: "not_told"; readonly detail: string };

/** What the platform says about a workspace that is not there. */
export interface RemovedPresence {
  /** Whether it says that the workspace was removed, or just that it knows of none. */
  readonly kind: "removed" | "unknown_to_platform";
  /** What it said. */
  readonly detail: string;
  /** What it advises; "" when it does not. */
  readonly hint: string;
}

const RESTING: readonly string[] = ["paused", "hibernated", "hibernating"];

/**
 * Reads the answer to GET /workspaces/:id, which alone tells whether a workspace exists: a beat for
 * one that was removed is accepted all the same (contract 1.1, 1.4).
 *
 * @param outcome What became of the request.
 */
export function foundPresence(outcome: Outcome): FoundPresence {
  const { body, detail, kind } = outcome;
  if (kind === "gone") return { kind: "removed", ...removal(body, detail) };
  if (kind === "not_found") return { kind: "unknown_to_platform", ...removal(body, detail) };
  const status = kind === "ok" ? parseWorkspaceStatus(body) : undefined;
  if (status === undefined) {
    return {
      kind: "not_told",
      detail: kind === "ok" ? "answered with something else than a workspace" : detail,
    };
  }
  if (status === "removed") return { kind: "removed", ...removal(body, `its status is removed`) };
  const shown = neutralise(status, 64);
  return RESTING.includes(status)
    ? { kind: "resting", status: shown }
    : { kind: "present", status: shown };
}

function removal(body: unknown, detail: string): { detail: string; hint: string } {
  const { hint, removedAt } = parseRemoval(body);
  const when = neutralise(removedAt, 64);
  return {
    detail: when === "" ? detail : `${detail}, removed at ${when}`,
    hint: neutralise(hint, 300).replace(/\.$/, ""), // a sentence that goes on
  };
}
