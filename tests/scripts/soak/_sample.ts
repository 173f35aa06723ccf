import type { Sample } from "../../../scripts/soak/figures.ts";

/**
 * A sample in which all figures are the same.
 *
 * @param at When, in seconds.
 * @param value Each figure.
 */
export function sampleOf(at: number, value: number): Sample {
  return {
    at,
    values: {
      rss: value,
      rssAnon: value,
      heapUsed: value,
      heapTotal: value,
      external: value,
      threads: value,
      descriptors: value,
      sockets: value,
      resources: value,
      timers: value,
      listeners: value,
      files: value,
      statusBytes: value,
      metricsBytes: value,
      resultsBytes: value,
      journalBytes: value,
      cpuSeconds: value,
    },
  };
}
