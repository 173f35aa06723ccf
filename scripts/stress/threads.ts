import type { ConsumerOrder } from "./consumer_worker.ts";
import type { KillOrder, KillReport } from "./killer_worker.ts";

/** A consumer that loops on a thread of its own. Requires `--allow-read` and `--allow-write`. */
export class ConsumerThread implements Disposable {
  readonly #worker: Worker;
  #stop: Int32Array<SharedArrayBuffer> | undefined;

  /** Starts the thread; it waits. */
  constructor() {
    this.#worker = startWorker("consumer_worker.ts");
  }

  /**
   * Begins to consume a file, until {@linkcode ConsumerThread.stop}; resolves when it does.
   *
   * @param path The file.
   * @param options The longest pause between two looks, in milliseconds.
   */
  async start(path: string, { pauseMs }: { readonly pauseMs: number }): Promise<void> {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    this.#stop = stop;
    const begun = answerOf<"begun">(this.#worker);
    this.#worker.postMessage({ path, stop, pauseMs } satisfies ConsumerOrder);
    await begun;
  }

  /** Stops consuming; what it gives are the lines since it started, in their order. */
  async stop(): Promise<string[]> {
    if (this.#stop === undefined) return [];
    const lines = answerOf<string[]>(this.#worker);
    Atomics.store(this.#stop, 0, 1);
    Atomics.notify(this.#stop, 0);
    this.#stop = undefined;
    return await lines;
  }

  /** Ends the thread. */
  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

/** Kills processes at a moment of what they do. Requires `--allow-read` and `--allow-run`. */
export class KillerThread implements Disposable {
  readonly #worker: Worker = startWorker("killer_worker.ts");

  /**
   * Kills a process with SIGKILL.
   *
   * @param order Which, and when.
   * @returns Whether the moment came; if not, it was killed all the same.
   */
  async kill(order: KillOrder): Promise<KillReport> {
    const report = answerOf<KillReport>(this.#worker);
    this.#worker.postMessage(order);
    return await report;
  }

  /** Ends the thread. */
  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

function startWorker(file: string): Worker {
  return new Worker(new URL(file, import.meta.url), { type: "module" });
}

function answerOf<T>(worker: Worker): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  worker.onmessage = ({ data }: MessageEvent<T>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  return promise;
}
