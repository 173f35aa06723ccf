import { type Answer, empty, json } from "./_answer.ts";
import type { PlatformClock } from "./_clock.ts";
import type { DialectRules } from "./_dialect_rules.ts";

const WINDOW_MS = 60_000;
const CANVAS_ORIGINS = new Set(["http://localhost:3000", "http://localhost:3001"]);
const TENANT_HEADER = "X-Molecule-Org-Id";

/** What the gates look at. */
export interface GateRequest {
  /** The path. */
  readonly path: string;
  /** The headers. */
  readonly headers: Headers;
}

/**
 * Refuses a foreign origin.
 *
 * @param request The request.
 * @returns The refusal, or undefined when the request may pass.
 */
export function corsGate(request: GateRequest): Answer | undefined {
  const origin = request.headers.get("origin");
  if (origin === null || CANVAS_ORIGINS.has(origin)) return undefined;
  const host = request.headers.get("host");
  return origin === `http://${host}` || origin === `https://${host}` ? undefined : empty(403);
}

/** Which tenant there is, and how strangers are turned away. */
export interface TenantGateOptions {
  /** The tenant, if the platform has one. */
  readonly orgId: string | undefined;
  /** The dialect's rules. */
  readonly rules: Pick<DialectRules, "withoutTenant" | "tellsMissingTenant">;
}

/**
 * Refuses what isn't addressed to the tenant, as if there were nothing; newer platforms tell it to
 * those who name no tenant at all.
 *
 * @param request The request.
 * @param options Which tenant there is, and how strangers are turned away.
 * @returns The refusal, or undefined when the request may pass.
 */
export function tenantGate(request: GateRequest, options: TenantGateOptions): Answer | undefined {
  const { path, headers } = request;
  const { orgId, rules } = options;
  if (orgId === undefined || rules.withoutTenant.has(path) || path.startsWith("/cp/")) {
    return undefined;
  }
  const given = headers.get(TENANT_HEADER);
  if (given === orgId) return undefined;
  return given || !rules.tellsMissingTenant ? empty(404) : json(400, {
    error: "missing tenant routing header",
    code: "TENANT_ORG_HEADER_REQUIRED",
    required_header: TENANT_HEADER,
    detail: `Requests to a tenant name it in ${TENANT_HEADER}.`,
  });
}

/** The limit on requests per minute. All clients of this platform have one address. */
export class RateLimit {
  readonly #clock: PlatformClock;
  readonly #limit: number | undefined;
  #used = 0;
  #resetAt = 0;

  /**
   * @param clock The platform's clock.
   * @param limit Requests per minute; undefined for any number.
   */
  constructor(clock: PlatformClock, limit: number | undefined) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /**
   * Counts a request.
   *
   * @returns The headers for its answer, and the refusal when it is one too many.
   */
  count(): { headers: Readonly<Record<string, string>>; refusal: Answer | undefined } {
    const limit = this.#limit;
    // Not a number, on the real platform too.
    if (limit === undefined) {
      return { headers: { "X-RateLimit-Limit": "unlimited" }, refusal: undefined };
    }
    const now = this.#clock.now();
    if (now >= this.#resetAt) {
      this.#used = 0;
      this.#resetAt = now + WINDOW_MS;
    }
    const seconds = Math.max(1, Math.ceil((this.#resetAt - now) / 1000));
    const refused = this.#used >= limit;
    if (!refused) this.#used++;
    const headers = {
      "X-RateLimit-Limit": String(limit),
      "X-RateLimit-Remaining": String(limit - this.#used),
      "X-RateLimit-Reset": String(seconds),
    };
    const refusal = refused
      ? json(429, { error: "rate limit exceeded", retry_after: seconds }, {
        "Retry-After": String(seconds),
      })
      : undefined;
    return { headers, refusal };
  }
}
