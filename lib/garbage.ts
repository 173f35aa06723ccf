import { later } from "./later.ts";
import type { Vitals } from "./vitals/mod.ts";

/**
 * What a request leaves that V8 takes for old, in bytes: by far most of it is what `fetch` itself needs.
 * A sidecar makes little garbage, and V8 collects none of that before there are 8 MB, as much as all
 * that is in use. What is new V8 collects soon enough by itself, told to by its flags
 * (`--minor-gc-task-trigger`).
 */
const GARBAGE_OF_REQUEST = 2600;
/**
 * To collect it takes the longer the more is in use: 8 ms for the 5 MB that are on Deno 2.9, 15 ms for
 * the 8.5 MB of the binary. So garbage may come to such a part of that, which are some 130 requests, and
 * 230: half an hour's, and an hour's, by default. What that costs a request is then the same.
 */
const GARBAGE_PART = 0.07;
/** What the start has left is not kept for so long. */
const FIRST_REQUESTS = 40;

/** Whoever tells of the requests of a workspace. */
export type RequestSource = Pick<Vitals, "onRequest">;

/** Options of {@linkcode whileCollecting}. */
export interface WhileCollectingOptions {
  /**
   * Collects all garbage of the process, and gives how many bytes are still in use.
   *
   * @default {V8's `gc`, which there is with `--expose-gc`, as in the binary}
   */
  readonly collect?: (() => number) | undefined;
}

/**
 * Collects all garbage while something else is done: as often as requests leave a fourteenth of what is
 * in use.
 *
 * @param sources What tells of the requests, for each workspace.
 * @param work What is done.
 * @returns What that gives.
 */
export async function whileCollecting<T>(
  sources: readonly RequestSource[],
  work: () => Promise<T>,
  { collect = exposedCollector() }: WhileCollectingOptions = {},
): Promise<T> {
  if (collect === undefined) return await work();
  let left = FIRST_REQUESTS * sources.length;
  const collectNow = () => left = collect() * GARBAGE_PART / GARBAGE_OF_REQUEST;
  const onRequest = () => {
    left--;
    if (left > 0) return;
    left = Infinity;
    later(0, collectNow); // who tells of a request does not wait for it
  };
  const forget = sources.map((source) => source.onRequest(onRequest));
  try {
    return await work();
  } finally {
    for (const end of forget) end();
  }
}

function exposedCollector(): (() => number) | undefined {
  const gc: unknown = Reflect.get(globalThis, "gc");
  if (typeof gc !== "function") return undefined;
  return () => {
    // What is compiled, and may be compiled again, goes too.
    gc({ type: "major", execution: "sync", flavor: "last-resort" });
    return Deno.memoryUsage().heapUsed;
  };
}
