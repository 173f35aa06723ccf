import { PlatformClock } from "./_clock.ts";
import { devAnswer } from "./_dev_surface.ts";
import { FaultTable } from "./_fault_table.ts";
import { HttpServer } from "./_http_server.ts";
import { LATEST, WHOLE } from "./_memory.ts";
import { faultWord, pageMessage } from "./_page_message.ts";
import type { PageSource } from "./_page_stream.ts";
import { PlatformState } from "./_platform_state.ts";
import { Reception } from "./_reception.ts";
import { rotate } from "./_tokens.ts";
import type { WorkspaceState } from "./_workspace_state.ts";
import type { AddWorkspaceOptions } from "./add_workspace_options.ts";
import { DevWorkspace } from "./dev_workspace.ts";
import type { Dialect } from "./dialect.ts";
import type { Fault, FaultOptions } from "./fault.ts";
import type { PlatformEvent } from "./platform_event.ts";
import type { RecordedRequest } from "./recorded_request.ts";
import { ROUTE_NAMES, type RouteName } from "./route_name.ts";
import type { RequestMatch, WaitForOptions } from "./wait_for.ts";

/** How a development platform is set up. */
export interface DevPlatformOptions {
  /**
   * The port, on 127.0.0.1; 0 for a free one.
   *
   * @default {0}
   */
  port?: number;
  /**
   * How it speaks.
   *
   * @default {"2026-04"}
   */
  dialect?: Dialect;
  /** The tenant: what isn't addressed to it is turned away. */
  orgId?: string;
  /** How many requests per minute are let through. Any number by default. */
  rateLimit?: number;
  /** Milliseconds since the epoch. Real time by default. */
  now?: () => number;
  /**
   * Whether it forgets what nobody asks a platform that runs for days: all but the latest requests,
   * broadcasts, beats, rows of activity and messages.
   *
   * @default {false}
   */
  forgets?: boolean;
  /**
   * Whether a listing of delegations has an `ETag`, and is answered with 304 where `If-None-Match` says
   * that it is known. No platform does so yet; what stands in front of one may.
   *
   * @default {false}
   */
  offersEtags?: boolean;
  /** Is told of each workspace that has got a new token. */
  onNewToken?: (workspace: DevWorkspace) => void;
}

const OF_WORKSPACES = ROUTE_NAMES.filter((route) => route !== "health");

/** An in-memory platform that speaks real HTTP. Requires `--allow-net=127.0.0.1`. */
export class DevPlatform implements AsyncDisposable {
  readonly #state: PlatformState;
  readonly #reception: Reception;
  readonly #server: HttpServer;
  readonly #workspaces = new Map<string, DevWorkspace>();
  readonly #onNewToken: ((workspace: DevWorkspace) => void) | undefined;

  /** @param options How it is set up. It listens at once. */
  constructor(options: DevPlatformOptions = {}) {
    const memory = options.forgets ? LATEST : WHOLE;
    this.#state = new PlatformState(new PlatformClock(options.now), {
      dialect: options.dialect ?? "2026-04",
      memory,
      offersEtags: options.offersEtags ?? false,
    });
    this.#onNewToken = options.onNewToken;
    const faults = new FaultTable();
    const page: PageSource = {
      changes: this.#state.changes,
      message: (after) => pageMessage(this.#state, { url: this.url, faults, after }),
    };
    this.#reception = new Reception(this.#state, {
      ...options,
      mostRequests: memory.requests,
      faults,
      surface: (request) => devAnswer(this, page, request),
    });
    this.#server = new HttpServer(
      options.port ?? 0,
      (exchange) => this.#reception.receive(exchange),
    );
    this.#server.listen();
  }

  /** Where it listens: `http://127.0.0.1:PORT`. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** How it speaks. */
  get dialect(): Dialect {
    return this.#state.dialect;
  }

  /** Every request so far, in the order in which they came in; control requests aren't listed. */
  get requests(): readonly RecordedRequest[] {
    return this.#reception.log.requests;
  }

  /** How many TCP connections have been accepted so far. */
  get connections(): number {
    return this.#server.accepted;
  }

  /** What the platform has broadcast so far. */
  get events(): readonly PlatformEvent[] {
    this.#state.expire();
    return this.#state.events.kept;
  }

  /** The workspaces so far. */
  get workspaces(): readonly DevWorkspace[] {
    return [...this.#state.workspaces.values()].map((state) => this.#view(state));
  }

  /**
   * Makes a workspace.
   *
   * @param options What it is like.
   * @returns It.
   * @throws {Deno.errors.AlreadyExists} If there is one with this id.
   */
  addWorkspace(options: AddWorkspaceOptions = {}): DevWorkspace {
    const workspace = this.#view(this.#state.add(options));
    if (workspace.token !== undefined) this.#onNewToken?.(workspace);
    return workspace;
  }

  /**
   * Looks a workspace up.
   *
   * @param id Its id.
   * @returns It.
   * @throws {Deno.errors.NotFound} If there is none with this id.
   */
  workspace(id: string): DevWorkspace {
    return this.#view(this.#find(id));
  }

  /**
   * Revokes all tokens of a workspace and makes a new one.
   *
   * @param id The workspace's id.
   * @returns The new token.
   * @throws {Deno.errors.NotFound} If there is no such workspace.
   */
  rotateToken(id: string): string {
    const token = rotate(this.#find(id), this.#state.clock.now());
    this.#onNewToken?.(this.workspace(id));
    return token;
  }

  /**
   * Moves the platform's clock on: liveness keys expire, the rate limit's window ends.
   *
   * @param ms How far.
   */
  advance(ms: number): void {
    this.#state.clock.advance(ms);
    this.#state.expire();
  }

  /**
   * Puts a fault in force. Faults for a number of requests (`times`) strike one after another in the
   * order in which they were set; a fault for all requests strikes when there is none of those left,
   * and replaces the former fault for all requests.
   *
   * @param route The endpoint.
   * @param fault What happens to its requests.
   * @param options How often, and to which workspace.
   */
  fault(route: RouteName, fault: Fault, options: FaultOptions = {}): void {
    this.#reception.faults.set(route, fault, options);
    this.#faultsChanged();
  }

  /**
   * Ends faults; what hangs because of them is then handled.
   *
   * @param route The endpoint; all of them by default.
   */
  clearFaults(route?: RouteName): void {
    this.#reception.faults.clear(route);
    this.#faultsChanged();
  }

  /**
   * Puts a fault in force for all that a workspace asks for, in place of the former one of this kind.
   *
   * @param id The workspace's id.
   * @param fault What happens to its requests.
   * @throws {Deno.errors.NotFound} If there is no such workspace.
   */
  strike(id: string, fault: Fault): void {
    const { timeline } = this.#find(id);
    for (const route of OF_WORKSPACES) {
      this.#reception.faults.set(route, fault, { workspaceId: id });
    }
    const text = `every request: ${faultWord(fault)}`;
    timeline.add({ at: this.#state.clock.now(), kind: "fault", text });
  }

  /**
   * Ends the faults that are for one workspace alone; what hangs because of them is then handled.
   *
   * @param id The workspace's id.
   * @throws {Deno.errors.NotFound} If there is no such workspace.
   */
  mend(id: string): void {
    const { timeline } = this.#find(id);
    this.#reception.faults.mend(id);
    timeline.add({ at: this.#state.clock.now(), kind: "fault", text: "no faults any more" });
  }

  /**
   * Waits for a request, which may have come in already.
   *
   * @param match Tells which.
   * @param options Which of them, and how long to wait.
   * @returns The request, once the platform is done with it: answered, dropped or given up.
   * @throws {Error} If none comes in time, or the platform closes.
   */
  waitFor(match: RequestMatch, options: WaitForOptions = {}): Promise<RecordedRequest> {
    const request = this.#reception.log.waitFor(match, options);
    // A test that fails before it awaits this must not fail for a second reason.
    request.catch(() => {});
    return request;
  }

  /**
   * Lists the requests for an endpoint.
   *
   * @param route The endpoint.
   * @param workspaceId The workspace; any by default.
   * @returns The requests so far.
   */
  requestsTo(route: RouteName, workspaceId?: string): RecordedRequest[] {
    return this.#reception.log.requests.filter((request) =>
      request.route === route &&
      (workspaceId === undefined || request.workspaceId === workspaceId)
    );
  }

  /** Resolves when no delegation and no queued message is on its way to an agent any more. */
  settled(): Promise<void> {
    return this.#state.settled();
  }

  /** Stops listening and drops every connection, but forgets nothing: an outage. */
  goDown(): void {
    this.#server.stop();
  }

  /** Listens again, on the same port, after {@linkcode DevPlatform.goDown}. */
  comeBack(): void {
    if (this.#state.closing.aborted) throw new TypeError("Cannot come back: it was closed");
    this.#server.listen();
  }

  /** Stops listening and drops every connection; resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#state.close();
    this.#reception.log.close();
    await this.#server.close();
    await this.#state.settled();
  }

  /** Closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #faultsChanged(): void {
    for (const { timeline } of this.#state.workspaces.values()) timeline.changed();
  }

  #find(id: string): WorkspaceState {
    const state = this.#state.workspaces.get(id);
    if (state === undefined) throw new Deno.errors.NotFound(`Cannot find workspace '${id}'`);
    return state;
  }

  #view(state: WorkspaceState): DevWorkspace {
    const view = this.#workspaces.get(state.id) ?? new DevWorkspace(this.#state, state);
    this.#workspaces.set(state.id, view);
    return view;
  }
}
