import * as v from "valibot";
import { ROUTE_NAMES } from "./route_name.ts";
import { DELIVERY_MODES, WORKSPACE_STATUSES } from "./workspace_status.ts";

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** `POST /_dev/workspaces`. */
export const newWorkspace = v.strictObject({
  id: v.optional(v.pipe(v.string(), v.nonEmpty())),
  name: v.optional(v.string()),
  parentId: v.optional(v.string()),
  token: v.optional(v.nullable(v.string())),
  status: v.optional(v.picklist(WORKSPACE_STATUSES)),
  runtime: v.optional(v.string()),
  inboundSecret: v.optional(v.string()),
  generation: v.optional(whole),
  deliveryMode: v.optional(v.picklist(DELIVERY_MODES)),
  maxConcurrentTasks: v.optional(whole),
});

/** `POST /_dev/workspaces/:id/delegate`. */
export const newDelegation = v.strictObject({
  to: v.optional(v.string()),
  task: v.optional(v.string()),
  id: v.optional(v.string()),
});

/** `POST /_dev/workspaces/:id/finish`. */
export const finished = v.strictObject({ delegation_id: v.string(), reply: v.string() });

/** `POST /_dev/workspaces/:id/fail`. */
export const failed = v.strictObject({ delegation_id: v.string(), error: v.string() });

/** `POST /_dev/workspaces/:id/status`. */
export const newStatus = v.strictObject({ status: v.picklist(WORKSPACE_STATUSES) });

/** `POST /_dev/workspaces/:id/agent`. */
export const newAgent = v.variant("kind", [
  v.strictObject({
    kind: v.picklist(["answers", "blocks"]),
    reply: v.exactOptional(v.string()),
  }),
  v.strictObject({
    kind: v.picklist(["unreachable", "restarting", "waking", "busy", "budget"]),
  }),
  v.strictObject({ kind: v.literal("busy-session"), delivered: v.exactOptional(v.boolean()) }),
  v.strictObject({ kind: v.literal("unconfirmed"), delivered: v.boolean() }),
  v.strictObject({ kind: v.literal("error"), message: v.string() }),
]);

/** `POST /_dev/workspaces/:id/receive`. */
export const newMessage = v.strictObject({
  from: v.optional(v.nullable(v.string())),
  text: v.optional(v.string()),
  method: v.optional(v.string()),
  status: v.optional(v.string()),
  summary: v.optional(v.string()),
  messageType: v.optional(v.string()),
  responseBody: v.optional(v.looseObject({})),
});

/** `POST /_dev/workspaces/:id/rows`. */
export const newRows = v.strictObject({
  rows: v.array(v.unknown()),
  replace: v.optional(v.boolean(), false),
});

/** `POST /_dev/workspaces/:id/ledger`. */
export const newLedgerRow = v.strictObject({
  delegationId: v.pipe(v.string(), v.nonEmpty()),
  status: v.string(),
  from: v.optional(v.string()),
  to: v.optional(v.string()),
  task: v.optional(v.string()),
  createdAt: v.optional(whole),
  responsePreview: v.optional(v.string()),
  error: v.optional(v.string()),
  lastHeartbeat: v.optional(whole),
  deadline: v.optional(whole),
});

const fault = v.variant("kind", [
  v.strictObject({
    kind: v.literal("answer"),
    status: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
    body: v.exactOptional(v.union([v.string(), v.looseObject({}), v.array(v.unknown())])),
    headers: v.exactOptional(v.record(v.string(), v.string())),
  }),
  v.strictObject({ kind: v.literal("delay"), ms: whole }),
  v.strictObject({ kind: v.picklist(["hang", "reset", "truncate"]) }),
  v.strictObject({
    kind: v.literal("drip"),
    bytesPerSecond: v.pipe(v.number(), v.gtValue(0)),
    body: v.exactOptional(v.string()),
  }),
  v.strictObject({
    kind: v.literal("redirect"),
    location: v.string(),
    status: v.exactOptional(v.picklist([301, 302, 303, 307, 308])),
  }),
  v.strictObject({ kind: v.literal("huge"), bytes: v.pipe(whole, v.minValue(2)) }),
]);

/** `POST /_dev/workspaces/:id/fault`. */
export const workspaceFault = v.strictObject({ fault });

/** `POST /_dev/faults`. */
export const newFault = v.strictObject({
  route: v.picklist(ROUTE_NAMES),
  fault,
  times: v.exactOptional(whole),
  workspaceId: v.exactOptional(v.string()),
});

/** The query of `DELETE /_dev/faults`. */
export const faultQuery = v.strictObject({ route: v.optional(v.picklist(ROUTE_NAMES)) });

/** `POST /_dev/advance`. */
export const newTime = v.strictObject({ ms: whole });
