/**
 * An in-memory platform over real HTTP, for tests, demos and the development of adapters.
 *
 * From another process (`main.ts` runs it on its own) the same is done with JSON over HTTP. These
 * endpoints are no part of the real platform and pass none of its gates. They answer 200, or 400
 * or 404 with `{"error": …}`, one line about what cannot be read or does not exist. What another
 * site makes a browser ask for is refused with 403 or 415. `/_dev/` is the page, for people; it
 * lives on `GET /_dev/events`, server-sent events with {@linkcode PageMessage}s.
 *
 * | endpoint | body | answer |
 * |---|---|---|
 * | `GET /_dev/state` | | dialect; workspaces with chat, deliveries and queue; events |
 * | `GET /_dev/requests` | | `{requests}`: what was received, in `main.ts` the latest 5000 |
 * | `POST /_dev/workspaces` | {@linkcode AddWorkspaceOptions} | `{id, token}` |
 * | `POST /_dev/workspaces/:id/delegate` | `{to?, task?, id?}` | `{delegation_id}` |
 * | `POST /_dev/workspaces/:id/finish` | `{delegation_id, reply}` | |
 * | `POST /_dev/workspaces/:id/fail` | `{delegation_id, error}` | |
 * | `POST /_dev/workspaces/:id/rotate-token` | | `{token}` |
 * | `POST /_dev/workspaces/:id/fault` | `{fault}`: strikes all that it asks for | |
 * | `POST /_dev/workspaces/:id/mend` | | ends the faults that are for it alone |
 * | `POST /_dev/workspaces/:id/status` | `{status}` | |
 * | `POST /_dev/workspaces/:id/agent` | {@linkcode AgentBehaviour} | |
 * | `POST /_dev/workspaces/:id/release` | | `{released}`: how many turns have ended |
 * | `POST /_dev/workspaces/:id/receive` | {@linkcode ReceiveOptions} | `{id}`: of its row |
 * | `POST /_dev/workspaces/:id/prune` | | |
 * | `POST /_dev/workspaces/:id/rows` | `{rows, replace?}` | |
 * | `POST /_dev/workspaces/:id/ledger` | {@linkcode LedgerRowOptions} | |
 * | `POST /_dev/faults` | `{route, fault, times?, workspaceId?}`, a {@linkcode Fault} but `handle` | |
 * | `DELETE /_dev/faults?route=` | | without a route, all are cleared |
 * | `POST /_dev/advance` | `{ms}` | |
 *
 * @module
 */
export type { A2aMessage, A2aRequest, DeliveredMessage, QueuedMessage } from "./a2a_message.ts";
export type { AddWorkspaceOptions } from "./add_workspace_options.ts";
export type { AgentBehaviour } from "./agent_behaviour.ts";
export type { AcceptedBeat, BeatBody, RuntimeMetadata, RuntimeOverrides } from "./beat_body.ts";
export type { ChatBubble } from "./chat_bubble.ts";
export type { DelegateOptions } from "./delegate_options.ts";
export { DevPlatform, type DevPlatformOptions } from "./dev_platform.ts";
export { DevWorkspace } from "./dev_workspace.ts";
export { type Dialect, DIALECTS } from "./dialect.ts";
export type { Fault, FaultOptions } from "./fault.ts";
export type { LedgerRowOptions } from "./ledger_row_options.ts";
export type { PlatformEvent, PlatformEventType } from "./platform_event.ts";
export type {
  PageDelegation,
  PageFailing,
  PageFault,
  PageMessage,
  PageMoment,
  PageWorkspace,
} from "./page_workspace.ts";
export type { ReceiveOptions } from "./receive_options.ts";
export type { RecordedRequest } from "./recorded_request.ts";
export { ROUTE_NAMES, type RouteName } from "./route_name.ts";
export { startDevPlatform } from "./start_dev_platform.ts";
export type { RequestMatch, WaitForOptions } from "./wait_for.ts";
export type { DeliveryMode, WorkspaceStatus } from "./workspace_status.ts";
