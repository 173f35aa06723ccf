import type { Fault, FaultOptions } from "./fault.ts";
import type { RouteName } from "./route_name.ts";

/** A fault that strikes one request. */
export interface Strike {
  /** The fault. */
  readonly fault: Fault;
  /** Aborted when the fault is cleared. */
  readonly cleared: AbortSignal;
}

/** A fault in force. */
export interface FaultEntry {
  /** The endpoint. */
  readonly route: RouteName;
  /** What happens to its requests. */
  readonly fault: Fault;
  /** The only workspace whom it strikes; undefined for all. */
  readonly workspaceId: string | undefined;
  /** How many requests it still strikes. */
  readonly left: number;
}

interface Entry extends FaultEntry {
  left: number;
}

/** The requests that were struck by faults of one route, for all workspaces or for one. */
interface Struck {
  readonly route: RouteName;
  readonly workspaceId: string | undefined;
  readonly cleared: AbortController;
}

/** The faults in force. */
export class FaultTable {
  #entries: Entry[] = [];
  #struck: Struck[] = [];

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
    this.#end((of) => route === undefined || of.route === route);
  }

  /**
   * Ends the faults that are for one workspace alone, and what hangs of it.
   *
   * @param workspaceId The workspace.
   */
  mend(workspaceId: string): void {
    this.#end((of) => of.workspaceId === workspaceId);
  }

  /**
   * Tells the faults in force.
   *
   * @param workspaceId The workspace whom they strike.
   * @returns The faults, in the order in which they were set.
   */
  inForce(workspaceId: string): readonly FaultEntry[] {
    return this.#entries.filter((entry) =>
      entry.left > 0 && (entry.workspaceId ?? workspaceId) === workspaceId
    );
  }

  #end(ends: (of: Pick<Entry, "route" | "workspaceId">) => boolean): void {
    this.#entries = this.#entries.filter((entry) => !ends(entry));
    const ended = this.#struck.filter(ends);
    this.#struck = this.#struck.filter((struck) => !ends(struck));
    for (const { cleared } of ended) cleared.abort();
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
    let struck = this.#struck.find((struck) =>
      struck.route === route && struck.workspaceId === entry.workspaceId
    );
    if (struck === undefined) {
      struck = { route, workspaceId: entry.workspaceId, cleared: new AbortController() };
      this.#struck.push(struck);
    }
    return { fault: entry.fault, cleared: struck.cleared.signal };
  }
}
