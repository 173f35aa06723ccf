/**
 * Polls and delivers as the sidecar does, as often as it is told to: runs before the program, in
 * whose place it is measured. Each line on standard input is an order, which is answered with a
 * line of JSON:
 * - `poll`: one poll for results, with what is delivered of it
 * - `append N`: so many results that nobody has seen are delivered
 * - `memory`: what is in use, after a garbage collection where that can be asked for
 *
 * The first line of all comes when the deliveries are open. Its arguments are the platform's URL,
 * the workspace's id, the configs folder and the results file.
 *
 * @module
 */

import { AuthorizedClient, PromptTokens, TokenStore } from "../../../lib/auth/mod.ts";
import { systemClock } from "../../../lib/clock.ts";
import {
  Deliveries,
  FileResults,
  Journal,
  PollLoop,
  type Result,
  resultKey,
  WriterLock,
} from "../../../lib/delegations/mod.ts";
import { later } from "../../../lib/later.ts";
import { createLog, Secrets } from "../../../lib/log/mod.ts";
import { resultsFiles, tokenFile } from "../../../lib/permissions.ts";
import { Contact, PlatformClient } from "../../../lib/platform/mod.ts";

/** What is answered to `poll`, to `append`, and first of all. */
export interface Took {
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/** What is answered to `memory`. */
export interface Held {
  /** What is in use, in bytes. */
  readonly heapBytes: number;
  /** What the process holds, in bytes. */
  readonly rssBytes: number;
}

// Somebody always sleeps in a sidecar: with nobody each deadline would leave a timeout for a while.
later(24 * 3600 * 1000, () => {});

const [platformUrl = "", workspaceId = "", configsDir = "", path = ""] = Deno.args;
const secrets = new Secrets();
const { log } = createLog({ level: "warning", format: "text", secrets });
const files = resultsFiles(path);
const journal = new Journal({ file: files.journal, workspaceId, log });
/** What a delivery leaves to be written down later, and the next would wait for. */
let noted: Promise<void> = Promise.resolve();
const deliveries = new Deliveries({
  output: new FileResults(path),
  journal,
  lock: new WriterLock({ file: files.lock, name: path, holder: "the benchmark", log }),
  maxBytes: 64 * 1024 * 1024,
  replayMaxAgeMs: 24 * 3600 * 1000,
  onUnwoken: (results) => noted = journal.note([{ woken: results.map(resultKey) }]),
  onUnnotified: (results) => noted = journal.note([{ notified: results.map(resultKey) }]),
  log,
  clock: systemClock,
});
const tokens = new TokenStore({ file: tokenFile(configsDir), secrets, log });
const polls = new PollLoop({
  workspaceId,
  intervalMs: 30_000,
  sender: new AuthorizedClient(
    new PlatformClient({ platformUrl }),
    new PromptTokens(tokens, { log }),
  ),
  contact: new Contact(),
  deliveries,
  log,
  clock: systemClock,
});

function madeResult(number: number): Result {
  return {
    delegationId: `10000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    targetId: "a-peer",
    sourceId: workspaceId,
    status: "completed",
    summary: "Delegation completed",
    responsePreview: "An answer of common length. ".repeat(8),
    error: "",
    changedAt: Date.now(),
  };
}

/** Does something, and gives how long that took. */
async function timed(work: () => Promise<unknown>): Promise<Took> {
  const began = performance.now();
  const isDone = await work();
  const ms = performance.now() - began;
  await noted;
  if (isDone === false) throw new Error("Cannot measure this: the results were not delivered");
  return { ms };
}

function memory(): Held {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect();
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heapBytes: heapUsed, rssBytes: rss };
}

const never = new AbortController().signal;
let made = 0;

async function obey(order: string): Promise<Took | Held> {
  if (order === "memory") return memory();
  if (order === "poll") return await timed(() => polls.poll(never, { grace: true }));
  const count = Number(/^append (\d+)$/.exec(order)?.[1]);
  const results = Array.from({ length: count }, () => madeResult(made++));
  return await timed(() => deliveries.deliver(results));
}

console.log(JSON.stringify(await timed(() => deliveries.open())));
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const orders = (rest + text).split("\n");
  rest = orders.pop() ?? "";
  for (const order of orders) console.log(JSON.stringify(await obey(order)));
}
deliveries.close();
Deno.exit();
