/**
 * What is measured of the sidecars of a process, and who it is shown to.
 *
 * @module
 */

export { exposition } from "./exposition.ts";
export { FAMILIES, type FamilyDefinition, type FamilyName } from "./families.ts";
export type { Family, HistogramValue, Labels, Measured, Series } from "./measured.ts";
export {
  inspectMetricsFile,
  MetricsFile,
  type MetricsFileOptions,
  probeMetricsFile,
} from "./metrics_file.ts";
export { offerToOtel } from "./otel_metrics.ts";
export { ProcessMetrics } from "./process_metrics.ts";
export {
  type FamilySeries,
  WorkspaceMetrics,
  type WorkspaceMetricsOptions,
} from "./workspace_metrics.ts";
