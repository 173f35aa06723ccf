/**
 * Polls and delivers as the sidecar does, as often as it is told to on standard input, and says how
 * long each poll took and how much memory it holds.
 *
 * @module
 */

import { systemClock } from "../../lib/clock.ts";
import {
  Deliveries,
  FileResults,
  Journal,
  PollLoop,
  resultKey,
  WriterLock,
} from "../../lib/delegations/mod.ts";
import { createLog, Secrets } from "../../lib/log/mod.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { Contact, PlatformClient } from "../../lib/platform/mod.ts";
import { AuthorizedClient } from "../../lib/auth/mod.ts";

/** What the child says of one poll. */
export interface PolledOnce {
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** What is in use after a garbage collection, in bytes. */
  readonly heapBytes: number;
  /** What the process holds, in bytes. */
  readonly rssBytes: number;
}

const [platformUrl = "", workspaceId = "", token = "", path = ""] = Deno.args;
const { log } = createLog({ level: "warning", format: "text", secrets: new Secrets() });
const files = resultsFiles(path);
const current = () => Promise.resolve(token);
const journal = new Journal({ file: files.journal, workspaceId, log });
const deliveries = new Deliveries({
  output: new FileResults(path),
  journal,
  lock: new WriterLock({ file: files.lock, name: path, holder: "the benchmark", log }),
  maxBytes: 64 * 1024 * 1024,
  replayMaxAgeMs: 24 * 3600 * 1000,
  onUnwoken: (results) => journal.note([{ woken: results.map(resultKey) }]),
  onUnnotified: (results) => journal.note([{ notified: results.map(resultKey) }]),
  log,
  clock: systemClock,
});
const polls = new PollLoop({
  workspaceId,
  intervalMs: 30_000,
  sender: new AuthorizedClient(new PlatformClient({ platformUrl }), { current, refresh: current }),
  contact: new Contact(),
  deliveries,
  log,
  clock: systemClock,
});

const never = new AbortController().signal;
const collect: unknown = Reflect.get(globalThis, "gc");
for await (const _poll of Deno.stdin.readable) {
  const began = performance.now();
  await polls.poll(never, { grace: true });
  const ms = performance.now() - began;
  if (typeof collect === "function") collect();
  const { heapUsed, rss } = Deno.memoryUsage();
  console.log(JSON.stringify({ ms, heapBytes: heapUsed, rssBytes: rss } satisfies PolledOnce));
}
deliveries.close();
