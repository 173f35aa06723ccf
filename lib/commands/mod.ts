/**
 * The command line: one file per subcommand.
 *
 * @module
 */

export { start as workspaceBeat } from "./start.ts";
