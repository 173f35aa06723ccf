/**
 * The shapes of what the platform says. Foreign JSON enters here, once: what a parser returns is
 * sound, and what does not fit is left out or reported as such.
 *
 * @module
 */

import * as v from "valibot";
import { parseToken } from "../token.ts";

/** Whether an answer's JSON is an object, as all answers of the platform but listings are. */
export function isObject(body: unknown): boolean {
  return typeof body === "object" && body !== null && !Array.isArray(body);
}

/** An error answer, as far as it is understood. Every field that does not fit counts as absent. */
const Problem = v.object({
  error: v.fallback(v.optional(v.string()), undefined),
  code: v.fallback(v.optional(v.string()), undefined),
  retry_after: v.fallback(v.optional(v.pipe(v.number(), v.finite(), v.minValue(0))), undefined),
  busy: v.fallback(v.optional(v.boolean()), undefined),
  delivery_confirmed: v.fallback(v.optional(v.boolean()), undefined),
});

/** Reads what an error answer says about itself (contract 1.8). It never throws. */
export function parseProblem(body: unknown): {
  error: string | undefined;
  code: string | undefined;
  retryAfter: number | undefined;
  busy: boolean;
  deliveryConfirmed: boolean;
} {
  const problem = v.safeParse(Problem, body);
  const known = problem.success ? problem.output : {};
  return {
    error: known.error,
    code: known.code,
    retryAfter: known.retry_after,
    busy: known.busy === true,
    deliveryConfirmed: known.delivery_confirmed === true,
  };
}

/** The longest secret that is believed to be one. */
const LONGEST_SECRET = 4096;

// Optional, as the generation is: most beats are answered without, and nobody reads valibot's issues.
const InboundSecretAnswer = v.object({
  platform_inbound_secret: v.optional(v.pipe(
    v.string(),
    v.maxLength(LONGEST_SECRET),
    v.regex(/^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/), // printable, and not blank
  )),
});

/**
 * Takes the inbound secret out of a beat's answer (contract 4.2).
 *
 * @param body The JSON of a 2xx answer.
 * @returns The secret, or undefined when there is none that is sound: a non-empty string of at
 * most 4096 printable ASCII characters.
 */
export function parseInboundSecret(body: unknown): string | undefined {
  const answer = v.safeParse(InboundSecretAnswer, body);
  return answer.success ? answer.output.platform_inbound_secret : undefined;
}

const IssuedTokenAnswer = v.object({ auth_token: v.optional(v.nullable(v.unknown())) });
const Token = v.pipe(
  v.string(),
  v.transform(parseToken),
  v.string(),
  v.maxLength(LONGEST_SECRET),
);

/**
 * Takes the token out of a registration's answer: the platform tells it once (contract 1.2).
 *
 * @param body The JSON of a 2xx answer.
 * @returns The token; `none` when there is none, since the workspace has one already; `unusable` when
 * what is there cannot be one: printable characters without spaces, at most 4096.
 */
export function parseIssuedToken(
  body: unknown,
): { readonly kind: "issued"; readonly token: string } | { readonly kind: "none" | "unusable" } {
  const answer = v.safeParse(IssuedTokenAnswer, body);
  const told = answer.success ? answer.output.auth_token ?? "" : "";
  if (told === "") return { kind: "none" };
  const token = v.safeParse(Token, told);
  return token.success ? { kind: "issued", token: token.output } : { kind: "unusable" };
}

const GenerationAnswer = v.object({
  generation: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});

/**
 * Takes the generation out of a beat's answer, which the next beat echoes (contract 1.1).
 *
 * @param body The JSON of a 2xx answer.
 * @returns A whole number; undefined when the answer holds none.
 */
export function parseGeneration(body: unknown): number | undefined {
  const answer = v.safeParse(GenerationAnswer, body);
  return answer.success ? answer.output.generation : undefined;
}

const Workspace = v.object({
  name: v.fallback(v.optional(v.string(), ""), ""),
  parent_id: v.nullable(v.string()), // never missing: an object without it is no workspace
});

/** GET /workspaces/:id, as far as the wake needs it (contract 1.4). */
export interface WorkspaceAnswer {
  readonly name: string;
  /** "" when the workspace has no parent. */
  readonly parentId: string;
}

/** Reads a workspace, or gives undefined when the answer is none. */
export function parseWorkspace(body: unknown): WorkspaceAnswer | undefined {
  const workspace = v.safeParse(Workspace, body);
  if (!workspace.success) return undefined;
  return { name: workspace.output.name, parentId: workspace.output.parent_id ?? "" };
}

const Status = v.object({ status: v.pipe(v.string(), v.nonEmpty(), v.maxLength(64)) });

/**
 * Reads what state a workspace is in (contract 1.4).
 *
 * @param body The answer's JSON.
 * @returns The platform's word for it, or undefined when the answer is no workspace.
 */
export function parseWorkspaceStatus(body: unknown): string | undefined {
  const workspace = v.safeParse(Status, body);
  return workspace.success ? workspace.output.status : undefined;
}

const LongWord = v.fallback(v.optional(v.string(), ""), "");
const Removal = v.object({ removed_at: LongWord, hint: LongWord });

/**
 * Reads what the platform says about a workspace that is gone (contract 1.4).
 *
 * @param body The JSON of a 404 or 410.
 * @returns When it was removed and what to do, each "" when the platform does not say.
 */
export function parseRemoval(body: unknown): { removedAt: string; hint: string } {
  const removal = v.safeParse(Removal, body);
  if (!removal.success) return { removedAt: "", hint: "" };
  return { removedAt: removal.output.removed_at, hint: removal.output.hint };
}

const AgentAnswer = v.object({
  error: v.fallback(v.optional(v.unknown()), undefined),
  delivery_mode: v.fallback(v.optional(v.string()), undefined),
});

/**
 * Reads a 2xx answer to an A2A message (contract 1.8).
 *
 * @param body The answer's JSON.
 * @returns Whether the agent answered with a JSON-RPC error, and whether the workspace polls for
 * its messages, so that nobody was woken.
 */
export function parseAgentAnswer(body: unknown): { failed: boolean; polls: boolean } {
  const answer = v.safeParse(AgentAnswer, body);
  if (!answer.success) return { failed: false, polls: false };
  return {
    failed: answer.output.error !== undefined && answer.output.error !== null,
    polls: answer.output.delivery_mode === "poll",
  };
}
