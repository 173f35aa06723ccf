/**
 * What tests share: real processes, a log that remembers, a clock that is turned by hand.
 *
 * @module
 */

export { type DialectTestOptions, eachDialect } from "./dialects.ts";
export { ManualClock } from "./manual_clock.ts";
export { patient } from "./patient.ts";
export { recordingLog } from "./recording_log.ts";
export { runModule, type RunModuleOptions } from "./run_module.ts";
export { type EndedProgram, runProgram, type RunProgramOptions } from "./run_program.ts";
export {
  SidecarProcess,
  type SidecarProcessOptions,
  startSidecar,
} from "../../scripts/sidecar_process/mod.ts";
export { makeTempDir, type TempDir } from "./temp_dir.ts";
export { type ProgramsTest, testWithPrograms } from "./with_programs.ts";
