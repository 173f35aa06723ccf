/**
 * What holds when nobody says anything.
 *
 * @module
 */

/** The seconds between beats (contract 4.5). */
export const DEFAULT_INTERVAL_SECONDS = 30;
/** Where the platform mounts a workspace's configs (contract 4.1). */
export const DEFAULT_CONFIGS_DIR = "/configs";
/** Where the platform mounts the agent's configuration (contract 4.6). */
export const DEFAULT_CONFIG_FILE = "/configs/config.yaml";
/** Where the agent looks for results (contract 4.6). */
export const DEFAULT_RESULTS_FILE = "/tmp/delegation_results.jsonl";
/** The results file is as private as the token (contract 5). */
export const DEFAULT_RESULTS_MODE = 0o600;
/** How large the results file may grow while nobody takes it, in bytes. */
export const DEFAULT_RESULTS_MAX_BYTES = 64 * 1024 * 1024;
/** Older rows are history that nobody waits for (contract 8: 178 of them were told again). */
export const DEFAULT_REPLAY_MAX_AGE_SECONDS = 24 * 3600;
/** More wakes in an hour are a loop that burns money: wake, turn, delegation, wake. */
export const DEFAULT_WAKES_PER_HOUR = 30;
