/** A timer's name: a number, or in later Denos an object. */
type TimerId = ReturnType<typeof setTimeout>;

/** The listeners of one signal; it may be gone. */
interface Watched {
  readonly signal: WeakRef<AbortSignal>;
  readonly listeners: Set<unknown>;
}

/** What is alive inside of a program. */
export interface AliveCounts {
  /** Timers and timeouts that have neither fired for the last time nor been cleared. */
  readonly timers: number;
  /** Listeners of signals that are still there and have not been aborted. */
  readonly listeners: number;
  /** What Deno has open: files, connections, bodies; 0 where it does not say. */
  readonly resources: number;
  /** Bytes of JavaScript's heap that are in use. */
  readonly heapUsed: number;
  /** Bytes that JavaScript's heap takes. */
  readonly heapTotal: number;
  /** Bytes outside of the heap that JavaScript's objects hold. */
  readonly external: number;
}

/** So many signals are kept in mind before those that are gone are looked for. */
const MOST_SIGNALS = 1000;

/** Counts what is alive in this process. It has to begin before the program does. */
export class Alive {
  readonly #timers = new Set<unknown>();
  /** Nothing tells of their end: who listened to them would keep the program alive. */
  #timeouts: AbortSignal[] = [];
  readonly #bySignal = new WeakMap<AbortSignal, Watched>();
  #watched: Watched[] = [];

  /** Puts itself in the place of timers' and signals' functions. */
  watch(): void {
    this.#watchTimers();
    this.#watchTimeouts();
    this.#watchSignals();
  }

  /** Counts. */
  counts(): AliveCounts {
    this.#forgetGone();
    this.#forgetFired();
    const { heapUsed, heapTotal, external } = Deno.memoryUsage();
    return {
      timers: this.#timers.size + this.#timeouts.length,
      listeners: this.#watched.reduce((sum, { listeners }) => sum + listeners.size, 0),
      resources: openResources(),
      heapUsed,
      heapTotal,
      external,
    };
  }

  #watchTimers(): void {
    const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
    const timers = this.#timers;
    type Callback = (...args: unknown[]) => void;
    // Assigned one by one they would have to have what Node's have besides.
    Object.assign(globalThis, {
      setTimeout(callback: Callback, ms?: number, ...args: unknown[]): TimerId {
        const id = setTimeout(() => {
          timers.delete(id);
          callback(...args);
        }, ms);
        timers.add(id);
        return id;
      },
      setInterval(callback: Callback, ms?: number, ...args: unknown[]): TimerId {
        const id = setInterval(callback, ms, ...args);
        timers.add(id);
        return id;
      },
      clearTimeout(id?: TimerId): void {
        timers.delete(id);
        clearTimeout(id);
      },
      clearInterval(id?: TimerId): void {
        timers.delete(id);
        clearInterval(id);
      },
    });
  }

  #watchTimeouts(): void {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (ms) => {
      const signal = timeout(ms);
      this.#timeouts.push(signal);
      if (this.#timeouts.length > MOST_SIGNALS) this.#forgetFired();
      return signal;
    };
  }

  #forgetFired(): void {
    this.#timeouts = this.#timeouts.filter(({ aborted }) => !aborted);
  }

  /** Deno's own parts use other ways: these are the program's listeners. */
  #watchSignals(): void {
    const { addEventListener, removeEventListener } = AbortSignal.prototype;
    const onAdd = (signal: AbortSignal, listener: unknown) => this.#added(signal, listener);
    const onRemove = (signal: AbortSignal, listener: unknown) =>
      this.#bySignal.get(signal)?.listeners.delete(listener);
    AbortSignal.prototype.addEventListener = function (
      this: AbortSignal,
      ...args: Parameters<typeof addEventListener>
    ) {
      onAdd(this, args[1]);
      addEventListener.apply(this, args);
    };
    AbortSignal.prototype.removeEventListener = function (
      this: AbortSignal,
      ...args: Parameters<typeof removeEventListener>
    ) {
      onRemove(this, args[1]);
      removeEventListener.apply(this, args);
    };
  }

  #added(signal: AbortSignal, listener: unknown): void {
    let watched = this.#bySignal.get(signal);
    if (watched === undefined) {
      watched = { signal: new WeakRef(signal), listeners: new Set() };
      this.#bySignal.set(signal, watched);
      this.#watched.push(watched);
      if (this.#watched.length > MOST_SIGNALS) this.#forgetGone();
    }
    watched.listeners.add(listener);
  }

  #forgetGone(): void {
    this.#watched = this.#watched.filter(({ signal, listeners }) => {
      const isThere = signal.deref()?.aborted === false;
      if (!isThere) listeners.clear();
      return isThere;
    });
  }
}

/** Deno tells it its own tests, and nobody else. */
function openResources(): number {
  const internal = within(Deno, within(Deno, "internal"));
  const resources = within(within(internal, "core"), "resources");
  return typeof resources === "function" ? Object.keys(resources()).length : 0;
}

function within(value: unknown, key: unknown): unknown {
  const isKey = typeof key === "string" || typeof key === "symbol";
  return typeof value === "object" && value !== null && isKey ? Reflect.get(value, key) : undefined;
}
