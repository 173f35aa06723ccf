import type { Log } from "../log/mod.ts";

/** A workspace rests by somebody's will: it is paused or hibernated. Each change is told once. */
export class Rest {
  readonly #log: Log;
  #status: string | undefined;

  /** @param log Where to tell it. */
  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Learns that the workspace rests.
   *
   * @param status What the platform calls that.
   * @param options `isWaiting`: whether it is to be registered as soon as it rests no more.
   */
  is(status: string, { isWaiting }: { readonly isWaiting: boolean }): void {
    if (this.#status === status) return;
    this.#status = status;
    const registering = isWaiting
      ? "; it is not registered as long as that lasts, since that would end it"
      : "";
    this.#log.info(`The workspace is ${status} on the platform: beats go on${registering}`);
  }

  /**
   * Learns that the workspace does not rest.
   *
   * @param status What it is instead.
   */
  isOver(status: string): void {
    if (this.#status === undefined) return;
    this.#log.info(`The workspace is ${status} again, after it was ${this.#status}`);
    this.#status = undefined;
  }
}
