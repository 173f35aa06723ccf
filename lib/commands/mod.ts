/**
 * The command line: one file per subcommand.
 *
 * @module
 */

export { workspaceBeat } from "./workspace_beat.ts";
