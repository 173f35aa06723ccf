/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { consumeLines } from "./consumer.ts";

/** What the worker is told: what to consume, until the flag is no longer 0. */
export interface ConsumerOrder {
  readonly path: string;
  readonly stop: Int32Array<SharedArrayBuffer>;
  /** The longest pause between two looks, in milliseconds; 0 for none at all. */
  readonly pauseMs: number;
}

self.onmessage = ({ data: { path, stop, pauseMs } }: MessageEvent<ConsumerOrder>) => {
  const lines: string[] = [];
  self.postMessage("begun");
  while (Atomics.load(stop, 0) === 0) {
    lines.push(...consumeLines(path));
    if (pauseMs > 0) Atomics.wait(stop, 0, 0, Math.random() * pauseMs);
  }
  self.postMessage(lines);
};
