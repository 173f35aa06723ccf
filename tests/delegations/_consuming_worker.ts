/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { type ConsumedBatch, consumeResults } from "../support/reference_consumer.ts";

/** What the worker found until it was told to stop. */
export type ConsumedByWorker = Pick<ConsumedBatch, "records" | "skipped">;

// Consumes again and again, on a thread of its own, until the test says that nothing will follow.
self.onmessage = ({ data: path }: MessageEvent<string>) => {
  const records: Record<string, unknown>[] = [];
  const skipped: string[] = [];
  const consume = () => {
    const batch = consumeResults(path);
    records.push(...batch.records);
    skipped.push(...batch.skipped);
  };
  const consuming = setInterval(consume, 2);
  self.onmessage = () => {
    clearInterval(consuming);
    consume();
    self.postMessage({ records, skipped } satisfies ConsumedByWorker);
  };
  self.postMessage("ready");
};
