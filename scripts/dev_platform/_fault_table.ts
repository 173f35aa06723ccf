import type { Fault, FaultOptions } from "./fault.ts";
import { ROUTE_NAMES, type RouteName } from "./route_name.ts";

/** A fault that strikes one request. */
export interface Strike {
  /** The fault. */
  readonly fault: Fault;
  /** Aborted when the fault is cleared. */
  readonly cleared: AbortSignal;
}

interface Entry {
  readonly route: RouteName;
  readonly fault: Fault;
  readonly workspaceId: string | undefined;
  left: number;
}

/** The faults in force. */
export class FaultTable {
  #entries: Entry[] = [];
  readonly #cleared = new Map<RouteName, AbortController>();

  /**
   * Puts a fault in force. Faults for a number of requests strike one after another, in the order
   * in which they were set; a fault for all requests strikes when there is none of those, and
   * replaces the former one of its kind.
   *
   * @param route The endpoint.
   * @param fault What happens.
   * @param options How often, and to whom.
   */
  set(route: RouteName, fault: Fault, options: FaultOptions = {}): void {
    const { times = Infinity, workspaceId } = options;
    if (times === Infinity) {
      this.#entries = this.#entries.filter((entry) =>
        entry.left !== Infinity || entry.route !== route || entry.workspaceId !== workspaceId
      );
    }
    this.#entries.push({ route, fault, workspaceId, left: times });
  }

  /**
   * Ends faults, and what hangs because of them.
   *
   * @param route The endpoint; all of them by default.
   */
  clear(route?: RouteName): void {
    this.#entries = this.#entries.filter((entry) => route !== undefined && entry.route !== route);
    for (const name of route === undefined ? ROUTE_NAMES : [route]) {
      this.#cleared.get(name)?.abort();
      this.#cleared.delete(name);
    }
  }

  /**
   * Takes the fault that strikes a request.
   *
   * @param route The request's endpoint.
   * @param workspaceId The request's workspace.
   * @returns The fault, or undefined.
   */
  take(route: RouteName | "other", workspaceId: string | undefined): Strike | undefined {
    if (route === "other") return undefined;
    const fitting = this.#entries.filter((entry) =>
      entry.left > 0 && entry.route === route &&
      (entry.workspaceId === undefined || entry.workspaceId === workspaceId)
    );
    const entry = fitting.find(({ left }) => left !== Infinity) ?? fitting[0];
    if (entry === undefined) return undefined;
    entry.left--;
    const cleared = this.#cleared.get(route) ?? new AbortController();
    this.#cleared.set(route, cleared);
    return { fault: entry.fault, cleared: cleared.signal };
  }
}
