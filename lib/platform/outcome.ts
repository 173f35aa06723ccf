import { neutralise, reasonOf } from "../text.ts";
import { parseProblem } from "./schemas.ts";
import { parseRetryAfter } from "./retry_after.ts";

/** What became of a request, in the words that decide what to do next. */
export type OutcomeKind =
  /** 2xx: done. */
  | "ok"
  /** 400 and other 4xx: this request will never be accepted. */
  | "rejected"
  /** 401: the token is missing or not the live one. */
  | "unauthorized"
  /** 402: the workspace's budget is gone; hours, not minutes. */
  | "over_budget"
  /** 403: never allowed. */
  | "forbidden"
  /** 404 with a JSON body: the platform knows of no such thing. */
  | "not_found"
  /** Not an answer of the platform: 404 without a JSON body, a page, a redirect (contract 1.0). */
  | "misrouted"
  /** 410: the workspace was removed. */
  | "gone"
  /** 429. */
  | "rate_limited"
  /** 503 `busy`: the agent is in a turn, and has probably got the message (contract 1.8). */
  | "busy"
  /** 502 `delivery_confirmed`: the agent has the message, only its answer was lost. */
  | "confirmed"
  /** Any other 5xx: not done, may work later. */
  | "unavailable"
  /** No answer, or one that broke off. */
  | "unreachable"
  /** No whole answer within the deadline. */
  | "timed_out"
  /** The answer was larger than its cap. */
  | "oversized"
  /** The manifest does not grant this platform. */
  | "not_granted";

/** What became of a request. */
export interface Outcome {
  /** What it means. */
  readonly kind: OutcomeKind;
  /** The answer's JSON; undefined when there was none. */
  readonly body: unknown;
  /** What happened, for a log line: "answered 503: agent is busy". */
  readonly detail: string;
  /** How long the platform asked to wait, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
}

/** An answer that was read whole. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Whether an outcome says that nobody was there: neither the request nor the token is at fault. */
export function isUnreachable({ kind }: Outcome): boolean {
  return kind === "unreachable" || kind === "timed_out";
}

/**
 * The one place that looks at status codes (contract 1.1 and 1.8).
 *
 * @param answer The answer, read whole.
 */
export function classifyAnswer(answer: ReadAnswer): Outcome {
  const { status, headers, text } = answer;
  const body = parseJson(text);
  const problem = parseProblem(body);
  // Only the error text of a JSON answer is quoted: the rest of a body may hold secrets.
  const said = problem.error === undefined ? "" : `: ${neutralise(problem.error, 200)}`;
  const isPage = body === undefined && /^\s*</.test(text);
  const now = new Date(Date.parse(headers.get("date") ?? "") || Date.now());
  const retryAfterSeconds = parseRetryAfter(headers.get("retry-after"), now) ?? problem.retryAfter;
  const kind = kindOf(status, { body, isPage, problem });
  const misrouted = kind === "misrouted" ? misroute(answer, { body, isPage }) : "";
  const detail = `answered ${status}${said}${misrouted}`;
  return { kind, body, detail, retryAfterSeconds };
}

/** The outcome of an answer that was not read to its end. */
export function oversized(status: number, maxBytes: number): Outcome {
  const detail = `answered ${status} with more than ${maxBytes} bytes, which is not read`;
  return { kind: "oversized", body: undefined, detail };
}

/** The outcome of a request whose deadline passed. */
export function timedOut(deadlineMs: number): Outcome {
  const detail = `no whole answer within ${deadlineMs / 1000} s`;
  return { kind: "timed_out", body: undefined, detail };
}

/**
 * The outcome of a request that got no answer.
 *
 * @param error What `fetch` or the reading of the body threw.
 */
export function classifyError(error: unknown): Outcome {
  const kind = error instanceof Deno.errors.NotCapable ? "not_granted" : "unreachable";
  return { kind, body: undefined, detail: reasonOf(error) };
}

type Problem = ReturnType<typeof parseProblem>;

function kindOf(
  status: number,
  { body, isPage, problem }: { body: unknown; isPage: boolean; problem: Problem },
): OutcomeKind {
  if (status >= 300 && status < 400) return "misrouted";
  // A page where JSON belongs: a captive portal, or the canvas in front of the platform.
  if (status < 300) return isPage ? "misrouted" : "ok";
  switch (status) {
    case 400:
      return problem.code === "TENANT_ORG_HEADER_REQUIRED" ? "misrouted" : "rejected";
    case 401:
      return "unauthorized";
    case 402:
      return "over_budget";
    case 403:
      return "forbidden";
    case 404:
      return body === undefined ? "misrouted" : "not_found";
    case 408:
    case 425:
      return "unavailable";
    case 410:
      return "gone";
    case 429:
      return "rate_limited";
    case 502:
      return problem.deliveryConfirmed ? "confirmed" : "unavailable";
    case 503:
      return problem.busy ? "busy" : "unavailable";
    default:
      return status >= 500 ? "unavailable" : "rejected";
  }
}

function misroute(
  { status, headers }: ReadAnswer,
  { body, isPage }: { body: unknown; isPage: boolean },
): string {
  const stranger = ", which did not come from the platform";
  if (status >= 300 && status < 400) {
    const target = neutralise(headers.get("location") ?? "nowhere", 200);
    return `${stranger} (a redirect to ${target}, which is never followed)`;
  }
  const remedy = ": check the platform's address, the Origin header and MOLECULE_ORG_ID";
  if (isPage) return `${stranger} (a page)${remedy}`;
  return body === undefined ? `${stranger} (an answer without JSON)${remedy}` : remedy;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
