import * as v from "valibot";
import { type Answer, failure, json } from "./_answer.ts";
import * as schemas from "./_control_schemas.ts";
import { snapshot } from "./_control_snapshot.ts";
import { parseJson } from "./_json_body.ts";
import { decodeSegment } from "./_routes.ts";
import type { DevPlatform } from "./dev_platform.ts";
import type { DevWorkspace } from "./dev_workspace.ts";

/** A request below `/_dev/`. */
export interface ControlRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The path. */
  readonly path: string;
  /** The query with its "?", or "". */
  readonly search: string;
  /** The body. */
  readonly body: Uint8Array;
}

type Read = <S extends v.GenericSchema>(schema: S) => v.InferOutput<S>;

const OF_WORKSPACE: Readonly<
  Record<string, (platform: DevPlatform, workspace: DevWorkspace, read: Read) => object>
> = {
  "delegate": (_platform, workspace, read) => ({
    delegation_id: workspace.delegate(read(schemas.newDelegation)),
  }),
  "finish": (_platform, workspace, read) => {
    const { delegation_id, reply } = read(schemas.finished);
    workspace.finish(delegation_id, reply);
    return { delegation_id, status: "completed" };
  },
  "fail": (_platform, workspace, read) => {
    const { delegation_id, error } = read(schemas.failed);
    workspace.fail(delegation_id, error);
    return { delegation_id, status: "failed" };
  },
  "fault": (platform, workspace, read) => {
    const { fault } = read(schemas.workspaceFault);
    platform.strike(workspace.id, fault);
    return { fault: fault.kind };
  },
  "mend": (platform, workspace) => {
    platform.mend(workspace.id);
    return {};
  },
  "rotate-token": (platform, workspace) => ({ token: platform.rotateToken(workspace.id) }),
  "status": (_platform, workspace, read) => {
    workspace.status = read(schemas.newStatus).status;
    return { status: workspace.status };
  },
  "agent": (_platform, workspace, read) => {
    workspace.agent = read(schemas.newAgent);
    return { agent: workspace.agent };
  },
  "release": (_platform, workspace) => ({ released: workspace.release() }),
  "receive": (_platform, workspace, read) => ({
    id: workspace.receive(read(schemas.newMessage)),
  }),
  "prune": (_platform, workspace) => {
    workspace.pruneActivity();
    return {};
  },
  "rows": (_platform, workspace, read) => {
    const { rows, replace } = read(schemas.newRows);
    workspace.injectRows(rows, { replace });
    return { rows: rows.length };
  },
  "ledger": (_platform, workspace, read) => {
    const row = read(schemas.newLedgerRow);
    workspace.putLedgerRow(row);
    return { delegation_id: row.delegationId, status: row.status };
  },
};

const OF_PLATFORM: Readonly<
  Record<string, (platform: DevPlatform, read: Read, query: URLSearchParams) => object>
> = {
  "GET /_dev/state": (platform) => snapshot(platform),
  "GET /_dev/requests": (platform) => ({
    requests: platform.requests.map((request) => ({
      ...request,
      headers: Object.fromEntries(request.headers),
    })),
  }),
  "POST /_dev/workspaces": (platform, read) => {
    const workspace = platform.addWorkspace(read(schemas.newWorkspace));
    return { id: workspace.id, token: workspace.token ?? null };
  },
  "POST /_dev/faults": (platform, read) => {
    const { route, fault, ...options } = read(schemas.newFault);
    platform.fault(route, fault, options);
    return { route };
  },
  "DELETE /_dev/faults": (platform, _read, query) => {
    const { route } = v.parse(schemas.faultQuery, Object.fromEntries(query));
    platform.clearFaults(route);
    return { cleared: route ?? "all" };
  },
  "POST /_dev/advance": (platform, read) => {
    const { ms } = read(schemas.newTime);
    platform.advance(ms);
    return { advanced: ms };
  },
};

/**
 * Answers a request of the control surface.
 *
 * @param platform The platform.
 * @param request The request.
 * @returns 200, 400 for what cannot be read, or 404 for what does not exist; with one line.
 */
export function controlAnswer(platform: DevPlatform, request: ControlRequest): Answer {
  const { method, path, search, body } = request;
  const read: Read = (schema) => v.parse(schema, body.length === 0 ? {} : parseJson(body));
  try {
    const control = OF_PLATFORM[`${method} ${path}`];
    if (control !== undefined) {
      return json(200, control(platform, read, new URLSearchParams(search)));
    }
    const [, id = "", action = ""] = /^\/_dev\/workspaces\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    const ofWorkspace = method === "POST" ? OF_WORKSPACE[action] : undefined;
    if (ofWorkspace === undefined) return failure(404, `No control '${method} ${path}'`);
    return json(200, ofWorkspace(platform, platform.workspace(decodeSegment(id)), read));
  } catch (error) {
    if (error instanceof v.ValiError) return failure(400, reason(error));
    if (error instanceof Deno.errors.InvalidData) return failure(400, error.message);
    if (error instanceof Deno.errors.AlreadyExists) return failure(400, error.message);
    if (error instanceof Deno.errors.NotFound) return failure(404, error.message);
    throw error;
  }
}

function reason(error: v.ValiError<v.GenericSchema>): string {
  const [issue] = error.issues;
  const field = v.getDotPath(issue) ?? "the body";
  return `Cannot read '${field}': ${issue.message}`;
}
