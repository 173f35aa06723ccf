import { type Answer, failure } from "./_answer.ts";
import type { WorkspaceState } from "./_workspace_state.ts";

/**
 * Makes a token as the platform does: 32 random bytes in base64url, 43 characters.
 *
 * @returns The token.
 */
export function freshToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Revokes all tokens of a workspace and makes a new one.
 *
 * @param workspace The workspace.
 * @param now The platform's time.
 * @returns The new token.
 */
export function rotate(workspace: WorkspaceState, now: number): string {
  const token = freshToken();
  workspace.tokens = [token];
  workspace.timeline.add({ at: now, kind: "token", text: "token rotated" });
  return token;
}

/**
 * Reads the token of a request.
 *
 * @param headers The request's headers.
 * @returns The token, or "" when there is none. The prefix is exactly "Bearer ".
 */
export function bearer(headers: Headers): string {
  const value = headers.get("authorization") ?? "";
  return value.startsWith("Bearer ") ? value.slice("Bearer ".length).trim() : "";
}

/**
 * The gate of `/registry/*` and of A2A callers: a workspace that has no live token gets through.
 *
 * @param workspace The workspace, or undefined for an unknown one.
 * @param headers The request's headers.
 * @param kind What the token is called in the answer.
 * @returns The refusal, or undefined when the request may pass.
 */
export function lenientGate(
  workspace: WorkspaceState | undefined,
  headers: Headers,
  kind: "workspace" | "caller" = "workspace",
): Answer | undefined {
  if (workspace === undefined || workspace.tokens.length === 0) return undefined;
  return tokenGate(workspace, headers, kind);
}

/**
 * The gate of the routes below `/workspaces/:id` that need a token in any case.
 *
 * @param workspace The workspace, or undefined for an unknown one.
 * @param headers The request's headers.
 * @returns The refusal, or undefined when the request may pass.
 */
export function strictGate(
  workspace: WorkspaceState | undefined,
  headers: Headers,
): Answer | undefined {
  return tokenGate(workspace, headers, "workspace");
}

function tokenGate(
  workspace: WorkspaceState | undefined,
  headers: Headers,
  kind: "workspace" | "caller",
): Answer | undefined {
  const token = bearer(headers);
  if (token === "") return failure(401, `missing ${kind} auth token`);
  if (!workspace?.tokens.includes(token)) return failure(401, `invalid ${kind} auth token`);
  return undefined;
}
