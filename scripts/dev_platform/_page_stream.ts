import type { Changes } from "./_changes.ts";
import { sleep } from "./_sleep.ts";
import type { PageMessage } from "./page_workspace.ts";

/** How often it is looked whether a workspace has expired, which nothing else tells. */
const LOOK_MS = 1000;
/** A client that hears nothing for longer than this, twice over, connects again. */
const QUIET_MS = 10_000;
/** Changes that come faster are sent together. */
const GATHER_MS = 100;
const RETRY_MS = 1000;
const encoder = new TextEncoder();

/** Where the page's messages come from. */
export interface PageSource {
  /** Counts what changes. */
  readonly changes: Changes;
  /** Makes the message about what has changed after a change. */
  message(after: number): PageMessage;
}

/**
 * Streams messages to a page as server-sent events. What a client has not taken yet is never kept:
 * when it takes more, it gets everything as it is by then.
 *
 * @param source Where they come from.
 * @param options The header Last-Event-ID of a client that connects again, and what ends the stream.
 * @returns The events: `all` with all workspaces, unless the client knows those of this very
 * platform, then `changed` with those that have changed, and `quiet` when there are none.
 */
export async function* pageStream(
  source: PageSource,
  options: { lastEventId: string | null; hungUp: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const { hungUp } = options;
  let seen = source.changes.place(options.lastEventId);
  let sentAt = -Infinity;
  yield encoder.encode(`retry: ${RETRY_MS}\n\n`);
  while (!hungUp.aborted) {
    const message = source.message(seen ?? 0); // may make changes, as time has passed
    const now = performance.now();
    const type = seen === undefined ? "all" : message.workspaces.length > 0 ? "changed" : "quiet";
    seen = source.changes.count;
    if (type !== "quiet" || now - sentAt >= QUIET_MS) {
      sentAt = now;
      const id = source.changes.id(seen);
      yield encoder.encode(`event: ${type}\nid: ${id}\ndata: ${JSON.stringify(message)}\n\n`);
      await sleep(GATHER_MS, hungUp);
    }
    if (source.changes.count === seen) await changeOrTime(source.changes, hungUp);
  }
}

async function changeOrTime(changes: Changes, hungUp: AbortSignal): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  hungUp.addEventListener("abort", end, { once: true });
  const stop = changes.once(end);
  if (hungUp.aborted) end();
  await sleep(LOOK_MS, over.signal);
  stop();
  hungUp.removeEventListener("abort", end);
}
