import { type AnswerMark, isSameBody } from "./answer_mark.ts";
import { cutWords, neutralise, reasonOf } from "../text.ts";
import { clockOffset, type Exchange } from "./clock_offset.ts";
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
  /** 404 with a JSON body that says so: the platform knows of no such thing. */
  | "not_found"
  /**
   * Not an answer of the platform: 403 or 404 without the platform's JSON, a page, a redirect
   * (contract 1.0).
   */
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
  /** The answer's JSON; undefined when there was none, and when it is one that is known. */
  readonly body: unknown;
  /** Whether the answer is the one that the request said is known. */
  readonly isUnchanged?: boolean;
  /** What the answer is recognised by when it comes again, where that was asked for and it came whole. */
  readonly mark?: AnswerMark;
  /** What happened, for a log line: "answered 503: agent is busy". */
  readonly detail: string;
  /** How long the platform asked to wait, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** The answer's HTTP status; undefined when there was no answer. For people: nothing is decided by it. */
  readonly httpStatus?: number | undefined;
  /** How far the platform's clock is ahead of ours, in seconds, give or take half of one. */
  readonly clockOffsetSeconds?: number | undefined;
}

/** An answer that was read whole. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** When the request was sent and when the answer began, in epoch milliseconds. */
  readonly exchange?: Exchange | undefined;
  /** What it is recognised by; undefined when nobody asks. */
  readonly mark?: AnswerMark | undefined;
  /** What the request said is known; of an answer with that body no text is needed. */
  readonly known?: AnswerMark | undefined;
  /**
   * The headers that decide where a request goes and that this one did not have.
   *
   * @default {[]}
   */
  readonly lacks?: readonly RoutingHeader[];
}

/** What the platform's edge and its tenants are told apart by (contract 1.0). */
export type RoutingHeader = "Origin" | "X-Molecule-Org-Id";

/** Whether an outcome says that nobody was there: neither the request nor the token is at fault. */
export function isUnreachable({ kind }: Outcome): boolean {
  return kind === "unreachable" || kind === "timed_out";
}

const PASSING: readonly OutcomeKind[] = [
  "unavailable",
  "unreachable",
  "timed_out",
  "rate_limited",
  "busy",
  "oversized",
];

/**
 * What a person has to act on about a failure, as one word.
 *
 * @param outcome What became of the request.
 * @returns Its kind; undefined for a failure that passes by itself.
 */
export function lastingTrouble({ kind }: Outcome): OutcomeKind | undefined {
  return PASSING.includes(kind) ? undefined : kind;
}

/**
 * The one place that looks at status codes (contract 1.1 and 1.8).
 *
 * @param answer The answer, read whole.
 */
export function classifyAnswer(answer: ReadAnswer): Outcome {
  const { exchange, headers, known, mark, status, text } = answer;
  const body = parseJson(text);
  const problem = parseProblem(body);
  // Only the error text of a JSON answer is quoted: the rest of a body may hold secrets.
  const quote = quoted(problem.error ?? "");
  const said = quote === "" ? "" : `: ${quote}`;
  const isPage = body === undefined && /^\s*</.test(text);
  const now = new Date(Date.parse(headers.get("date") ?? "") || Date.now());
  const retryAfterSeconds = parseRetryAfter(headers.get("retry-after"), now) ?? problem.retryAfter;
  // Who was not asked whether it is the same cannot know what we know.
  const isNotModified = status === 304 && known?.etag !== undefined;
  const kind = isNotModified ? "ok" : kindOf(status, { body, isPage, problem });
  const misrouted = kind === "misrouted" ? misroute(answer, { body, isPage }) : "";
  const detail = `answered ${status}${said}${misrouted}`;
  // Who is not the platform may keep its pages for hours.
  const clockOffsetSeconds = kind === "misrouted" ? undefined : clockOffset(headers, exchange);
  return {
    kind,
    body,
    detail,
    retryAfterSeconds,
    httpStatus: status,
    clockOffsetSeconds,
    ...((isNotModified || isSameBody(mark, known)) && { isUnchanged: true }),
    ...(kind === "ok" && status === 200 && mark !== undefined && { mark }),
  };
}

/** Room for what the platform says of an error. */
const LONGEST_QUOTE = 200;

/** Cut between words: who masks secrets would not know a part of one. */
function quoted(text: string): string {
  return cutWords(neutralise(text, LONGEST_QUOTE * 5), LONGEST_QUOTE).trimEnd();
}

/** The outcome of an answer that was not read to its end. */
export function oversized(status: number, maxBytes: number): Outcome {
  const detail = `answered ${status} with more than ${maxBytes} bytes, which is not read`;
  return { kind: "oversized", body: undefined, detail, httpStatus: status };
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
      return isPage ? "misrouted" : "unauthorized";
    case 402:
      return "over_budget";
    case 403:
      // Who refuses an Origin says no word (contract 1.0).
      return body === undefined ? "misrouted" : "forbidden";
    case 404:
      // What stands in front of the platform may say it in JSON, too, but in other words.
      return problem.error === undefined ? "misrouted" : "not_found";
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
  { status, headers, lacks = [], text }: ReadAnswer,
  { body, isPage }: { body: unknown; isPage: boolean },
): string {
  const stranger = ", which did not come from the platform";
  if (status >= 300 && status < 400) {
    const target = neutralise(headers.get("location") ?? "nowhere", 200);
    return `${stranger} (a redirect to ${target}, which is never followed)`;
  }
  const remedy = `: wrong tenant or Origin header: ${headerRemedy(lacks)}`;
  if (isPage) return `${stranger} (a page)${remedy}`;
  if (status === 400) return remedy;
  if (body !== undefined) return `${stranger} (JSON of another kind)${remedy}`;
  return text.trim() === ""
    ? `${stranger} (an empty answer)${remedy}`
    : `${stranger} (an answer without JSON): check the platform's address`;
}

/** What was missing, and how to send it; or else what may be wrong about what was sent. */
function headerRemedy(lacks: readonly RoutingHeader[]): string {
  if (lacks.length === 0) {
    return "both were sent: check that MOLECULE_ORG_ID names this workspace's tenant, and the " +
      "platform's address";
  }
  const how = lacks.map((header) => HOW_TO_SEND[header]);
  return `${lacks.join(" and ")} ${lacks.length === 1 ? "was" : "were"} not sent: ${
    how.join(", and ")
  }`;
}

const HOW_TO_SEND: Readonly<Record<RoutingHeader, string>> = {
  "Origin": "run with --origin on",
  "X-Molecule-Org-Id": "set MOLECULE_ORG_ID to the workspace's tenant",
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
