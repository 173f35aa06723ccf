import { type Answer, json } from "./_answer.ts";
import { type DevRequest, isForSurface } from "./_dev_surface.ts";
import { handle } from "./_endpoints.ts";
import { faultyAnswer } from "./_fault_answer.ts";
import type { FaultTable } from "./_fault_table.ts";
import { corsGate, RateLimit, tenantGate } from "./_gates.ts";
import type { Exchange } from "./_http_server.ts";
import type { PlatformState } from "./_platform_state.ts";
import { newRecord } from "./_record.ts";
import { noteRequest } from "./_timeline_requests.ts";
import { RequestLog } from "./_request_log.ts";
import { matchRoute, type RouteMatch } from "./_routes.ts";
import type { RecordedRequest } from "./recorded_request.ts";

/** How requests are received. */
export interface ReceptionOptions {
  /** The tenant, if the platform has one. */
  readonly orgId?: string;
  /** How many requests per minute are let through. */
  readonly rateLimit?: number;
  /** How many of the latest requests are kept. */
  readonly mostRequests: number;
  /** The faults in force. */
  readonly faults: FaultTable;
  /** Answers what is for the page or the control surface. */
  readonly surface: (request: DevRequest) => Promise<Answer> | Answer;
}

/** Where every request comes in: it is recorded, struck by a fault or not, and handled. */
export class Reception {
  /** The requests so far. */
  readonly log: RequestLog;
  /** The faults in force. */
  readonly faults: FaultTable;
  readonly #state: PlatformState;
  readonly #limit: RateLimit;
  readonly #orgId: string | undefined;
  readonly #surface: (request: DevRequest) => Promise<Answer> | Answer;

  /**
   * @param state What the endpoints work on.
   * @param options How requests are received.
   */
  constructor(state: PlatformState, options: ReceptionOptions) {
    this.#state = state;
    this.log = new RequestLog(options.mostRequests);
    this.#limit = new RateLimit(state.clock, options.rateLimit);
    this.#orgId = options.orgId;
    this.faults = options.faults;
    this.#surface = options.surface;
  }

  /**
   * Receives and answers a request.
   *
   * @param exchange The request.
   */
  async receive(exchange: Exchange): Promise<void> {
    const { request, hungUp } = exchange;
    const [path = "", ...query] = request.target.split("?");
    const search = query.length === 0 ? "" : `?${query.join("?")}`;
    this.#state.expire();
    if (isForSurface(request, path)) {
      const { method, headers, body } = request;
      const answer = await this.#surface({ method, path, search, headers, body, hungUp });
      return await exchange.send(answer);
    }
    const route = matchRoute(request.method, path);
    const record = this.log.add(newRecord(request, { path, search, route }));
    const onHangUp = () => {
      record.aborted ||= record.answeredAt === undefined;
      this.log.changed();
    };
    if (hungUp.aborted) onHangUp();
    hungUp.addEventListener("abort", onHangUp);
    const answer = await this.#answer(exchange, record, route);
    // Before the answer is sent: whoever has read it must find it recorded.
    record.status = answer?.status;
    const streamed = answer !== undefined && typeof answer.body !== "string";
    if (!streamed) record.answeredAt = performance.now();
    noteRequest(this.#state, record, answer?.cutShort !== true);
    if (answer !== undefined) await exchange.send(answer);
    record.answeredAt ??= performance.now();
    hungUp.removeEventListener("abort", onHangUp);
    this.log.changed();
  }

  async #answer(
    exchange: Exchange,
    record: RecordedRequest,
    route: RouteMatch | undefined,
  ): Promise<Answer | undefined> {
    const usual = () => this.#pass(exchange.request.body, record, route);
    const strike = this.faults.take(record.route, record.workspaceId);
    if (strike === undefined) return await usual();
    const { closing } = this.#state;
    const { hungUp } = exchange;
    try {
      return await faultyAnswer(strike, { record, handle: usual, hungUp, closing });
    } catch (error) {
      const what = `${record.method} ${record.path}`;
      return json(500, { error: `Cannot answer ${what} with the fault: ${error}` });
    }
  }

  /** The layers that every request passes through, from the outside in. */
  async #pass(
    body: Uint8Array,
    { path, search, headers }: RecordedRequest,
    route: RouteMatch | undefined,
  ): Promise<Answer> {
    const foreign = corsGate({ path, headers });
    if (foreign !== undefined) return foreign;
    const { headers: limitHeaders, refusal } = this.#limit.count();
    const answer = refusal ??
      tenantGate({ path, headers }, { orgId: this.#orgId, rules: this.#state.rules }) ??
      await handle(this.#state, route, {
        headers,
        search,
        body,
        workspaceId: route?.workspaceId ?? "",
        delegationId: route?.delegationId ?? "",
      });
    return { ...answer, headers: { ...limitHeaders, ...answer.headers } };
  }
}
