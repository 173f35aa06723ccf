/**
 * The real sidecar as a child process under its manifest, for tests and the demo.
 *
 * @module
 */

export {
  denoEnvironment,
  DEPLOYED_ENVIRONMENT,
  SidecarProcess,
  type SidecarProcessOptions,
  startReport,
  startSidecar,
} from "./sidecar_process.ts";
export { TextLineStream } from "./text_line_stream.ts";
