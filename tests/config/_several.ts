import type { Build } from "../../lib/config/mod.ts";
import type { Scenario } from "./_resolve.ts";

/** A MOLECULE_WORKSPACES: one workspace has its own platform, one has no token. */
export const LIST = [
  { id: "scribe", token: "token-of-scribe" },
  { id: "critic", token: "token-of-critic", platform_url: "https://other.test/" },
  { id: "newcomer" },
] as const;

/** What a binary for several workspaces is built for. */
export const BUILD_FOR_SEVERAL: Build = {
  platformUrls: ["https://build.test"],
  resultsFile: "/build/results.jsonl",
  configsDir: "/build/configs",
  configFile: "/build/config.yaml",
  reportFile: "/build/report.json",
  workspacesDir: "/build/all",
};

/** A scenario with the workspaces of {@linkcode LIST}, and nothing that holds for one alone. */
export function several(scenario: Scenario = {}): Scenario {
  const env = { WORKSPACE_ID: "", MOLECULE_WORKSPACES: JSON.stringify(LIST) };
  return { ...scenario, env: { ...env, ...scenario.env } };
}
