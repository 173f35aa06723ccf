/**
 * OpenTelemetry as Deno brings it along. The package of its API would only find the same objects, and
 * take 3 ms of every start for that: of it there are only the types here.
 *
 * @module
 */

import type { Meter, Tracer } from "@opentelemetry/api";
import { VERSION } from "./version.ts";

const NAME = "workspace-beat";
/** Where an implementation makes itself known to the API's package, of any version 1. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/** Whether Deno was told to export. Where it was not, its tracers fail rather than do nothing. */
function isExporting(): boolean {
  return REGISTERED in globalThis;
}

/** What makes spans; undefined where nobody exports them. */
export function otelTracer(): Tracer | undefined {
  return isExporting() ? Deno.telemetry.tracerProvider.getTracer(NAME, VERSION) : undefined;
}

/** What makes instruments; undefined where nobody exports what they measure. */
export function otelMeter(): Meter | undefined {
  return isExporting() ? Deno.telemetry.meterProvider.getMeter(NAME, VERSION) : undefined;
}
