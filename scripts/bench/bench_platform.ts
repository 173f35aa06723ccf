/**
 * A platform that costs as little as it can, so that what is measured is who talks to it. It answers
 * the requests that the contenders send as the real one does, and counts.
 *
 * @module
 */

/** What a workspace's delegations listing shows. */
export type Rows = "none" | "known" | "new";

/** How many rows a listing has that has some. */
const ROWS = 50;

/** What has come for one workspace since it was opened. */
export class Visits {
  /** What the next listing shows. */
  rows: Rows = "none";
  /** How many beats have been accepted. */
  beats = 0;
  /** How many requests there were in all. */
  requests = 0;
  readonly #workspaceId: string;
  readonly #ports = new Set<number>();
  #connectionsAtFirst = 0;
  #listings = 0;
  readonly #awaited = new Map<number, PromiseWithResolvers<number>>();

  /** @param workspaceId Whose they are. */
  constructor(workspaceId: string) {
    this.#workspaceId = workspaceId;
  }

  /** How many connections were opened after the first beat had been accepted. */
  get laterConnections(): number {
    return this.#ports.size - this.#connectionsAtFirst;
  }

  /**
   * Resolves when so many beats have been accepted, with when that was (`performance.now()`).
   *
   * @param beats How many: more than there are now.
   */
  reached(beats: number): Promise<number> {
    const awaited = this.#awaited.get(beats) ?? Promise.withResolvers<number>();
    this.#awaited.set(beats, awaited);
    return awaited.promise;
  }

  /**
   * Counts a request.
   *
   * @param port Where it came from: a connection has one of its own.
   */
  came(port: number): void {
    this.requests++;
    this.#ports.add(port);
  }

  /** Counts an accepted beat. */
  beatAccepted(): void {
    this.beats++;
    if (this.beats === 1) this.#connectionsAtFirst = this.#ports.size;
    this.#awaited.get(this.beats)?.resolve(performance.now());
  }

  /** The listing of its delegations, as JSON. */
  listing(): string {
    if (this.rows === "none") return "[]";
    if (this.rows === "new") this.#listings++;
    const first = this.#listings * ROWS;
    return JSON.stringify(Array.from({ length: ROWS }, (_, row) => this.#row(first + row)));
  }

  #row(number: number): object {
    const at = new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString();
    return {
      delegation_id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
      source_id: this.#workspaceId,
      target_id: "a-peer",
      status: "completed",
      summary: "Delegation completed",
      response_preview: "An answer of common length. ".repeat(8),
      created_at: at,
      updated_at: at,
    };
  }
}

/** The platform. Requires `--allow-net=127.0.0.1`. */
export class BenchPlatform implements AsyncDisposable {
  readonly #visits = new Map<string, Visits>();
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => this.#answer(request, remoteAddr.port),
  );

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /**
   * The token of a workspace.
   *
   * @param workspaceId The workspace.
   */
  static token(workspaceId: string): string {
    return `token-of-${workspaceId}`;
  }

  /**
   * Begins to count for a workspace, and forgets what came before.
   *
   * @param workspaceId The workspace.
   */
  open(workspaceId: string): Visits {
    const visits = new Visits(workspaceId);
    this.#visits.set(workspaceId, visits);
    return visits;
  }

  async #answer(request: Request, port: number): Promise<Response> {
    const { method, url } = request;
    const path = url.slice(this.url.length);
    const workspaceId = request.headers.get("authorization")?.replace("Bearer token-of-", "") ?? "";
    const visits = this.#visits.get(workspaceId);
    if (visits === undefined) return Response.json({ error: "unauthorized" }, { status: 401 });
    visits.came(port);
    if (method === "POST" && path === "/registry/heartbeat") {
      const { workspace_id } = await request.json();
      if (workspace_id !== workspaceId) {
        return Response.json({ error: "invalid request body" }, { status: 400 });
      }
      visits.beatAccepted();
      return Response.json({ status: "ok" });
    }
    if (path === `/workspaces/${workspaceId}/delegations`) return json(visits.listing());
    if (path === `/workspaces/${workspaceId}`) {
      return Response.json({ id: workspaceId, name: "Bench", parent_id: null, status: "online" });
    }
    await request.body?.cancel();
    return Response.json({ status: "ok" });
  }

  /** Stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function json(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json" } });
}
