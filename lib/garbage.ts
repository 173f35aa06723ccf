import { later } from "./later.ts";
import type { Vitals } from "./vitals/mod.ts";

/**
 * A sidecar makes little garbage, and V8 collects none that has become old before there are 8 MB: as
 * much as all that is in use. It is requests that make it, so many in an hour by default; to collect
 * all of it takes 20 ms. What is new V8 collects soon enough by itself, told to by its flags
 * (`--minor-gc-task-trigger`).
 */
const REQUESTS = 240;
/** What the start has left is not kept for an hour. */
const FIRST_REQUESTS = 40;

/** Whoever tells of the requests of a workspace. */
export type RequestSource = Pick<Vitals, "onRequest">;

/** Options of {@linkcode whileCollecting}. */
export interface WhileCollectingOptions {
  /**
   * Collects all garbage of the process.
   *
   * @default {V8's `gc`, which there is with `--expose-gc`, as in the binary}
   */
  readonly collect?: (() => void) | undefined;
}

/**
 * Collects all garbage while something else is done: after every 240 requests of each workspace.
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
  const count = sources.length;
  let left = FIRST_REQUESTS * count;
  const onRequest = () => {
    left--;
    if (left > 0) return;
    left = REQUESTS * count;
    later(0, collect); // who tells of a request does not wait for it
  };
  const forget = sources.map((source) => source.onRequest(onRequest));
  try {
    return await work();
  } finally {
    for (const end of forget) end();
  }
}

function exposedCollector(): (() => void) | undefined {
  const gc: unknown = Reflect.get(globalThis, "gc");
  if (typeof gc !== "function") return undefined;
  // What is compiled, and may be compiled again, goes too.
  return () => gc({ type: "major", execution: "sync", flavor: "last-resort" });
}
