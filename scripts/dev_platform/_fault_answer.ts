import { type Answer, empty } from "./_answer.ts";
import type { Strike } from "./_fault_table.ts";
import { firstOf, sleep, untilAborted } from "./_sleep.ts";
import type { RecordedRequest } from "./recorded_request.ts";

const JSON_TYPE = { "Content-Type": "application/json; charset=utf-8" };
const HUGE_CHUNK = 64 * 1024;
const encoder = new TextEncoder();

/** One request, and what a fault may need for it. */
export interface StruckRequest {
  /** The record. */
  readonly record: RecordedRequest;
  /** The usual handling. */
  readonly handle: () => Promise<Answer>;
  /** Aborted when the client has hung up. */
  readonly hungUp: AbortSignal;
  /** Aborted when the platform closes. */
  readonly closing: AbortSignal;
}

/**
 * Answers a request that a fault has struck.
 *
 * @param strike The fault.
 * @param request The request.
 * @returns The answer, or undefined to drop the connection.
 */
export async function faultyAnswer(
  strike: Strike,
  request: StruckRequest,
): Promise<Answer | undefined> {
  const { fault, cleared } = strike;
  const { record, handle, hungUp, closing } = request;
  switch (fault.kind) {
    case "answer":
      return {
        status: fault.status,
        headers: { ...(typeof fault.body === "object" ? JSON_TYPE : {}), ...fault.headers },
        body: typeof fault.body === "object" ? JSON.stringify(fault.body) : fault.body ?? "",
      };
    case "delay":
      await sleep(fault.ms, closing);
      return closing.aborted ? undefined : await handle();
    case "hang":
      // Closing the platform drops the connection.
      await untilAborted([cleared, hungUp]);
      return hungUp.aborted ? undefined : await handle();
    case "reset":
      return undefined;
    case "truncate":
      return truncated(await handle());
    case "drip": {
      const answer = fault.body === undefined
        ? await handle()
        : { status: 200, headers: JSON_TYPE, body: fault.body };
      const ended = firstOf([hungUp, closing]);
      return dripping(answer, fault.bytesPerSecond, ended);
    }
    case "redirect":
      return empty(fault.status ?? 302, { Location: fault.location });
    case "huge":
      return huge(fault.bytes);
    case "handle": {
      const closed = untilAborted([closing]).then(() => undefined);
      const response = await Promise.race([fault.handler(record), closed]);
      return response && fromResponse(response, firstOf([hungUp, closing]));
    }
  }
}

function truncated(answer: Answer): Answer {
  const bytes = encoder.encode(typeof answer.body === "string" ? answer.body : "");
  return {
    status: answer.status,
    headers: { ...answer.headers, "Content-Length": String(bytes.length) },
    body: once(bytes.subarray(0, Math.floor(bytes.length / 2))),
    cutShort: true,
  };
}

function dripping(answer: Answer, bytesPerSecond: number, ended: AbortSignal): Answer {
  const bytes = encoder.encode(typeof answer.body === "string" ? answer.body : "");
  return {
    status: answer.status,
    headers: { ...answer.headers, "Content-Length": String(bytes.length) },
    body: drops(bytes, bytesPerSecond, ended),
  };
}

async function* drops(
  bytes: Uint8Array,
  bytesPerSecond: number,
  ended: AbortSignal,
): AsyncGenerator<Uint8Array> {
  // A timer can't be finer than a millisecond.
  const size = Math.ceil(bytesPerSecond / 1000);
  for (let at = 0; at < bytes.length; at += size) {
    await sleep(size * 1000 / bytesPerSecond, ended);
    if (ended.aborted) return;
    yield bytes.subarray(at, at + size);
  }
}

function huge(bytes: number): Answer {
  return {
    status: 200,
    headers: { ...JSON_TYPE, "Content-Length": String(bytes) },
    body: longString(bytes),
  };
}

/** A JSON string of this length, its quotes included. */
async function* longString(bytes: number): AsyncGenerator<Uint8Array> {
  const filler = new Uint8Array(HUGE_CHUNK).fill("x".charCodeAt(0));
  const quote = encoder.encode('"');
  yield quote;
  for (let left = bytes - 2; left > 0; left -= filler.length) {
    yield await Promise.resolve(filler.subarray(0, left));
  }
  yield quote;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function fromResponse(response: Response, ended: AbortSignal): Answer {
  const { status, body } = response;
  const headers = Object.fromEntries(response.headers);
  return { status, headers, body: body === null ? "" : chunksOf(body, ended) };
}

/** Ends with `ended` even while the stream has nothing to give. */
async function* chunksOf(
  stream: ReadableStream<Uint8Array>,
  ended: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  const cancel = () => reader.cancel();
  ended.addEventListener("abort", cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    ended.removeEventListener("abort", cancel);
    await reader.cancel();
  }
}
