import type { Histogram, Observable } from "@opentelemetry/api";
import { otelMeter } from "../otel.ts";
import { BEAT_SECONDS_BOUNDS } from "./beat_seconds.ts";
import { FAMILIES, type FamilyDefinition } from "./families.ts";
import type { ProcessMetrics } from "./process_metrics.ts";

/**
 * Shows the same metrics to OpenTelemetry, where Deno was told to export them.
 *
 * @param measured What is measured when it is time to export.
 */
export function offerToOtel(measured: ProcessMetrics): void {
  const meter = otelMeter();
  if (meter === undefined) return;
  const observables = new Map<string, Observable>();
  for (const family of Object.values<FamilyDefinition>(FAMILIES)) {
    const { help: description, type } = family;
    const { name, unit } = otelName(family);
    if (type === "histogram") {
      const advice = { explicitBucketBoundaries: [...BEAT_SECONDS_BOUNDS] };
      tellOfBeats(meter.createHistogram(name, { description, unit, advice }), measured);
      continue;
    }
    const observable = type === "counter"
      ? meter.createObservableCounter(name, { description, unit })
      : meter.createObservableGauge(name, { description, unit });
    observables.set(family.name, observable);
  }
  meter.addBatchObservableCallback((result) => {
    for (const { family, series } of measured.measure()) {
      const observable = observables.get(family.name);
      if (observable === undefined) continue;
      for (const { labels, value } of series) {
        if (typeof value === "number") result.observe(observable, value, labels);
      }
    }
  }, [...observables.values()]);
}

/** How long beats take cannot be asked for: it has to be told at once. */
function tellOfBeats(histogram: Histogram, { workspaces }: ProcessMetrics): void {
  for (const { vitals, workspaceId: workspace } of workspaces) {
    vitals.onRequest((purpose, { seconds }) => {
      if (purpose === "beat") histogram.record(seconds, { workspace });
    });
  }
}

/** Units as OpenTelemetry writes them (UCUM). */
const UNITS = { seconds: "s", bytes: "By" } as const;

/**
 * What a family is called there. Prometheus makes its name of that again, so that the same queries
 * serve for both: dots become underscores, the unit and `_total` are put behind it
 * (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
 *
 * @param family The family.
 *
 * @example
 * ```ts
 * import { otelName } from "./otel_metrics.ts";
 * import { FAMILIES } from "./families.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(otelName(FAMILIES.beatSeconds), { name: "workspace_beat.beat", unit: "s" });
 * ```
 */
export function otelName({ name }: Pick<FamilyDefinition, "name">): {
  readonly name: string;
  readonly unit: string;
} {
  const [, own = name, word] = /^workspace_beat_(.*?)(?:_total|_(seconds|bytes))?$/.exec(name) ??
    [];
  const unit = word === "seconds" || word === "bytes" ? UNITS[word] : ""; // "1" would make it a ratio
  return { name: `workspace_beat.${own}`, unit };
}
