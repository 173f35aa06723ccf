import type { GrantSettings } from "../permissions.ts";
import type { Settings } from "./settings.ts";

/**
 * What the grants of a sidecar depend on, as the settings of its one workspace say it.
 *
 * @param settings The settings.
 */
export function grantSettings(settings: Settings): GrantSettings {
  return {
    platformUrls: [settings.platformUrl.value],
    resultsFile: settings.resultsFile.value,
    configsDir: settings.configsDir.value,
    configFile: settings.configFile.value,
    reportFile: settings.reportFile.value,
    agentCardFile: settings.agentCardFile.value,
    wakeFile: settings.wakeFile.value,
    statusFile: settings.statusFile.value,
    metricsFile: settings.metricsFile.value,
  };
}
