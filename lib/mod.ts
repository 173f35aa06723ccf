/**
 * The heartbeat sidecar for agent workspaces on the Molecule platform, for agents that are written
 * for Deno and embed it: {@linkcode Sidecar} keeps the workspace alive, and its
 * {@linkcode Report | report} tells the platform what the agent is doing. Agents in any other
 * language run the program `workspace-beat` beside themselves, and report with
 * `workspace-beat report` or through the report file.
 *
 * @example
 * ```ts
 * import { Sidecar } from "./mod.ts"; // from JSR: "jsr:@molecule-ai/workspace-beat"
 *
 * // In life this is the platform.
 * const platform = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen() {} },
 *   () => Response.json({ status: "ok" }),
 * );
 *
 * const sidecar = new Sidecar({
 *   workspaceId: "my-workspace",
 *   platformUrl: `http://127.0.0.1:${platform.addr.port}`,
 *   resultsFile: "-",
 * });
 * const stop = new AbortController();
 * const running = sidecar.run(stop.signal)
 *   .catch((error) => console.error(error.message)); // another sidecar is there: go on without
 *
 * sidecar.report.declare(["session"], { idleTimeoutSeconds: 600 });
 * sidecar.report.startTask("Counting ducks"); // the platform hears of it at once
 * sidecar.report.recordSuccess();
 * sidecar.report.finishTask();
 *
 * stop.abort();
 * await running;
 * await platform.shutdown();
 * ```
 *
 * @module
 */

export type { Clock } from "./clock.ts";
export { InputError, type NotifyMode, type RegisterMode } from "./config/mod.ts";
export { EXIT_CODE, type ExitCode } from "./exit_code.ts";
export {
  type CreatedLog,
  createLog,
  type LineSink,
  type Log,
  type LogFormat,
  type LogLevel,
  type LogOptions,
  Secrets,
  StderrHandler,
} from "./log/mod.ts";
export type { AgentCardOptions } from "./presence/mod.ts";
export {
  type AgentState,
  CAPABILITIES,
  type Capabilities,
  type CapabilityName,
  Report,
  type RuntimeReport,
} from "./report/mod.ts";
export type { Sharing } from "./sharing.ts";
export { Sidecar } from "./sidecar.ts";
export type { PlatformOptions, SidecarOptions } from "./sidecar_options.ts";
export type { TurnTaking } from "./turns.ts";
