import * as v from "valibot";
import { type Answer, failure, json } from "./_answer.ts";
import type { DialectRules } from "./_dialect_rules.ts";
import { isUuid } from "./_ids.ts";
import { parseJson } from "./_json_body.ts";
import { createLivenessKey } from "./_liveness.ts";
import type { PlatformRequest } from "./_platform_request.ts";
import type { PlatformState } from "./_platform_state.ts";
import { freshToken, lenientGate } from "./_tokens.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import { DELIVERY_MODES, type DeliveryMode } from "./workspace_status.ts";

const required = v.pipe(v.string(), v.nonEmpty());
const agentCard = v.pipe(v.unknown(), v.check((card) => card !== undefined && card !== null));
const registration = v.object({
  id: required,
  url: v.nullish(v.string(), ""),
  agent_card: agentCard,
  delivery_mode: v.nullish(v.string(), ""),
});
const cardUpdate = v.object({ workspace_id: required, agent_card: agentCard });

/**
 * `POST /registry/register`: the only thing that makes the liveness key.
 *
 * @param platform The platform.
 * @param request The request.
 * @returns The answer.
 */
export function register(platform: PlatformState, request: PlatformRequest): Answer {
  const result = v.safeParse(registration, parseJson(request.body));
  if (!result.success) return failure(400, "invalid request body");
  const { id, url, agent_card, delivery_mode } = result.output;
  const asked = DELIVERY_MODES.find((mode) => mode === delivery_mode);
  if (asked === undefined && delivery_mode !== "") {
    return failure(400, "delivery_mode must be 'push' or 'poll'");
  }
  const known = platform.workspaces.get(id);
  const refusal = lenientGate(known, request.headers);
  if (refusal !== undefined) return refusal;
  const { weighsDeliveryMode, remembersFailedRegistration } = platform.rules;
  const usual = weighsDeliveryMode && known?.runtime === "external" ? "poll" : "push";
  const mode = asked ?? known?.deliveryMode ?? usual;
  const problem = urlProblem(url, mode, platform.rules);
  if (problem !== undefined) {
    // Only what has passed the gate: or else anybody could degrade any workspace.
    if (known !== undefined && remembersFailedRegistration) {
      known.registerFailedAt = platform.clock.now();
    }
    return failure(400, problem);
  }
  if (known === undefined && !isUuid(id)) return failure(500, "registration failed");
  const workspace = known ?? platform.add({ id, name: id, token: null, status: "provisioning" });
  if (workspace.status !== "removed") {
    workspace.status = "online";
    workspace.url = url;
    workspace.agentCard = agent_card;
    workspace.deliveryMode = mode;
    workspace.registerFailedAt = undefined;
    workspace.lastHeartbeatAt = platform.clock.now();
    createLivenessKey(workspace, platform.clock.now());
    platform.emit("WORKSPACE_ONLINE", workspace);
  }
  return json(200, {
    status: "registered",
    ...issuedToken(workspace),
    ...(workspace.inboundSecret && { platform_inbound_secret: workspace.inboundSecret }),
    ...((asked !== undefined || weighsDeliveryMode) && { delivery_mode: mode }),
  });
}

/**
 * `POST /registry/update-card`.
 *
 * @param platform The platform.
 * @param request The request.
 * @returns The answer.
 */
export function updateCard(platform: PlatformState, request: PlatformRequest): Answer {
  const result = v.safeParse(cardUpdate, parseJson(request.body));
  if (!result.success) return failure(400, "invalid request body");
  const { workspace_id, agent_card } = result.output;
  const workspace = platform.workspaces.get(workspace_id);
  const refusal = lenientGate(workspace, request.headers);
  if (refusal !== undefined) return refusal;
  if (workspace === undefined) {
    return isUuid(workspace_id)
      ? json(200, { status: "updated" })
      : failure(500, "failed to update card");
  }
  workspace.agentCard = agent_card;
  platform.emit("AGENT_CARD_UPDATED", workspace);
  return json(200, { status: "updated" });
}

/** A token is told once, when there is none; a removed workspace gets one that is good for nothing. */
function issuedToken(workspace: WorkspaceState): { auth_token?: string } {
  if (workspace.tokens.length > 0) return {};
  const token = freshToken();
  if (workspace.status !== "removed") workspace.tokens.push(token);
  return { auth_token: token };
}

function urlProblem(
  url: string,
  mode: DeliveryMode,
  { weighsDeliveryMode }: Pick<DialectRules, "weighsDeliveryMode">,
): string | undefined {
  if (url === "" && mode === "poll") return undefined;
  if (url === "" && weighsDeliveryMode) return "url is required for push-mode workspaces";
  return isAgentUrl(url) ? undefined : "invalid request body";
}

function isAgentUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.hostname !== "";
}
