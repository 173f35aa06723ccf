/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

/** A moment of a delivery, as files show it. */
export type Moment =
  /** The journal has grown: the intent is being written, or has been. */
  | "intended"
  /** `<file>.tmp` is there. */
  | "aside"
  /** `<file>.tmp` has grown: lines are being written, or have been. */
  | "appended"
  /** `<file>.tmp` was there and is gone: the lines can be seen, and are not committed. */
  | "published"
  /** `<journal>.tmp` is there: the journal is written anew. */
  | "compacted";

/** What the worker is told. */
export interface KillOrder {
  readonly pid: number;
  /** The results file. */
  readonly path: string;
  readonly moment: Moment;
  /** How long after the moment, in milliseconds. */
  readonly afterMs: number;
  /** How long to wait for the moment, in milliseconds; then it is killed whatever it does. */
  readonly withinMs: number;
}

/** The worker's answer: whether the moment came. */
export type KillReport = boolean;

function sizeOf(path: string): number | undefined {
  try {
    return Deno.lstatSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function watchFor({ moment, path }: KillOrder): () => boolean {
  const journal = `${path}.journal`;
  const next = `${path}.tmp`;
  const before = sizeOf(journal);
  let wasThere = false;
  switch (moment) {
    case "intended":
      return () => sizeOf(journal) !== before;
    case "aside":
      return () => sizeOf(next) !== undefined;
    case "appended": {
      let first: number | undefined;
      return () => {
        const size = sizeOf(next);
        first ??= size;
        return first !== undefined && size !== undefined && size > first;
      };
    }
    case "compacted":
      return () => sizeOf(`${journal}.tmp`) !== undefined;
    case "published":
      return () => {
        const isThere = sizeOf(next) !== undefined;
        if (isThere) wasThere = true;
        return wasThere && !isThere;
      };
  }
}

// It looks without a pause: from here a moment of a few microseconds can be hit.
self.onmessage = ({ data: order }: MessageEvent<KillOrder>) => {
  const hasCome = watchFor(order);
  const late = performance.now() + order.withinMs;
  let came = false;
  while (!(came = hasCome()) && performance.now() < late);
  const due = performance.now() + order.afterMs;
  while (came && performance.now() < due);
  try {
    Deno.kill(order.pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended already
  }
  self.postMessage(came satisfies KillReport);
};
