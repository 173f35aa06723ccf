/** @import { PageMessage } from "../page_workspace.ts" */

/** The platform says something every 10 s. */
const SILENCE_MS = 25_000;

/**
 * Listens to the platform for as long as the page is open. A connection that is lost is made again.
 *
 * @param {object} told
 * @param {(message: PageMessage, isAll: boolean) => void} told.message Is told each message.
 * @param {(connected: boolean) => void} told.connected Is told when the connection is there or lost.
 */
export function listen(told) {
  /** @type {number | undefined} */
  let watchdog;
  const source = new EventSource("events");
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      told.connected(false);
      source.close();
      listen(told);
    }, SILENCE_MS);
  };
  for (const type of ["all", "changed", "quiet"]) {
    source.addEventListener(type, (event) => {
      alive();
      told.connected(true);
      told.message(JSON.parse(event.data), type === "all");
    });
  }
  source.addEventListener("error", () => {
    told.connected(false);
    // It tries again by itself, but not after an answer that is no stream.
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(watchdog);
    setTimeout(() => listen(told), 2000);
  });
  alive();
}
