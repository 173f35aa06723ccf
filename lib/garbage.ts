import { later } from "./later.ts";
import type { Vitals } from "./vitals/mod.ts";

/**
 * A sidecar makes little garbage, and V8 collects none of it before there are 8 MB: as much as all that
 * is in use. It is requests that make it, so many an hour by default; to collect all of it takes 20 ms.
 */
const REQUESTS = 240;
/** What the start has left is not kept for an hour. */
const FIRST_REQUESTS = 40;
/**
 * What is new has two spaces of 1 MB, which V8 fills one after the other before it looks what of that is
 * in use. Who has it look sooner, which takes 0.3 ms, leaves most of them untouched.
 */
const REQUESTS_OF_NEW = 8;

/** Whoever tells of the requests of a workspace. */
export type RequestSource = Pick<Vitals, "onRequest">;

/** What collects the garbage of the process. */
export interface Collector {
  /** Collects what has become garbage soon. */
  readonly collectNew: () => void;
  /** Collects all there is. */
  readonly collectAll: () => void;
}

/** Options of {@linkcode whileCollecting}. */
export interface WhileCollectingOptions {
  /**
   * What collects.
   *
   * @default {V8's `gc`, which there is with `--expose-gc`, as in the binary}
   */
  readonly collector?: Collector | undefined;
}

/**
 * Collects the garbage while something else is done: what is new after every 8 requests of each
 * workspace, and all after every 240.
 *
 * @param sources What tells of the requests, for each workspace.
 * @param work What is done.
 * @returns What that gives.
 */
export async function whileCollecting<T>(
  sources: readonly RequestSource[],
  work: () => Promise<T>,
  { collector = exposedCollector() }: WhileCollectingOptions = {},
): Promise<T> {
  if (collector === undefined) return await work();
  const count = sources.length;
  let left = FIRST_REQUESTS * count;
  const onRequest = () => {
    left--;
    // Who tells of a request does not wait for it.
    if (left === 0) {
      left = REQUESTS * count;
      later(0, collector.collectAll);
    } else if (left % (REQUESTS_OF_NEW * count) === 0) {
      later(0, collector.collectNew);
    }
  };
  const forget = sources.map((source) => source.onRequest(onRequest));
  try {
    return await work();
  } finally {
    for (const end of forget) end();
  }
}

function exposedCollector(): Collector | undefined {
  const gc: unknown = Reflect.get(globalThis, "gc");
  if (typeof gc !== "function") return undefined;
  return {
    collectNew: () => gc({ type: "minor", execution: "sync" }),
    // What is compiled, and may be compiled again, goes too.
    collectAll: () => gc({ type: "major", execution: "sync", flavor: "last-resort" }),
  };
}
