/**
 * The environment variables that the sidecar reads (contract 4.6): the manifest grants these and
 * no others.
 */
export const ENVIRONMENT_VARIABLES = [
  "WORKSPACE_ID",
  "PLATFORM_URL",
  "WORKSPACE_CONFIG_PATH",
  "CONFIGS_DIR",
  "DELEGATION_RESULTS_FILE",
  "RUNTIME_REPORT_FILE",
  "LOG_LEVEL",
  "MOLECULE_WORKSPACE_TOKEN",
  "MOLECULE_WORKSPACES",
  "MOLECULE_AGENT_NAME",
  "MOLECULE_AGENT_DESCRIPTION",
  "MOLECULE_AGENT_SKILLS",
  "MOLECULE_ORG_ID",
  "MOLECULE_ORGANIZATION_ID",
  "DOCKER_VERSION", // inside Docker the platform's default address is another
  "HOME", // where the configs folder is when there is no /configs
  // Deno's fetch obeys these whatever the net grant says, so they are looked at before it does.
  "HTTP_PROXY",
  "http_proxy",
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
] as const;

/** One of {@linkcode ENVIRONMENT_VARIABLES}. */
export type EnvironmentVariable = typeof ENVIRONMENT_VARIABLES[number];
