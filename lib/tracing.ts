/**
 * Spans for OpenTelemetry, where Deno was told to export them.
 *
 * @module
 */

import type { Span, SpanStatusCode } from "@opentelemetry/api";
import { otelTracer } from "./otel.ts";
import type { Outcome } from "./platform/mod.ts";

/** What is traced. */
export type TracedName = "beat" | "poll" | "wake" | "notify";

/** What a span may tell: no text of somebody else ever, no token, no secret. */
export interface SpanNotes {
  /** Notes what became of the request that it is about. */
  ended(outcome: Outcome, options?: { readonly hasSucceeded?: boolean }): void;
  /** Notes how many results it is about. */
  results(count: number): void;
}

const ERROR: SpanStatusCode.ERROR = 2;
const NOBODY_READS: SpanNotes = { ended() {}, results() {} };

/**
 * Does something in a span of its own; the requests that are made meanwhile are its children, which
 * Deno makes.
 *
 * @param name What is done.
 * @param workspaceId For which workspace.
 * @param work Does it, and notes what there is to tell.
 * @returns What that gives.
 */
export async function traced<T>(
  name: TracedName,
  workspaceId: string,
  work: (notes: SpanNotes) => Promise<T>,
): Promise<T> {
  const tracer = otelTracer();
  if (tracer === undefined) return await work(NOBODY_READS);
  const attributes = { "workspace_beat.workspace": workspaceId };
  return await tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(notesIn(span));
    } catch (error) {
      span.setStatus({ code: ERROR }); // what was thrown may quote anything
      throw error;
    } finally {
      span.end();
    }
  });
}

function notesIn(span: Span): SpanNotes {
  return {
    ended({ httpStatus, kind }, { hasSucceeded = kind === "ok" } = {}) {
      span.setAttribute("workspace_beat.outcome", kind);
      if (httpStatus !== undefined) span.setAttribute("http.response.status_code", httpStatus);
      if (!hasSucceeded) span.setStatus({ code: ERROR });
    },
    results(count) {
      span.setAttribute("workspace_beat.results", count);
    },
  };
}
