import { Parent } from "../../lib/delegations/parent.ts";
import { type Result, resultLine } from "../../lib/delegations/result.ts";
import { FileResults } from "../../lib/delegations/results_file.ts";
import { WakeLoop, type WakeLoopOptions } from "../../lib/delegations/wake_loop.ts";
import type { RecordedRequest } from "../../scripts/dev_platform/mod.ts";
import { patient } from "../support/mod.ts";
import { type Bench, running } from "./_bench.ts";
import { exampleResult } from "./_examples.ts";

/** The least time from one wake to the next. */
export const COOLDOWN_MS = 60_000;

/** A wake loop as the sidecar makes it. */
export function wakeLoop(bench: Bench, options: Partial<WakeLoopOptions> = {}): WakeLoop {
  return new WakeLoop({
    ...bench.common,
    parent: new Parent(bench.common),
    output: bench.output,
    onWoken: () => Promise.resolve(),
    ...options,
  });
}

/** Delivers results as a poll does: first to the results file, then to the loop. */
export async function deliver(bench: Bench, loop: WakeLoop, ...ids: string[]): Promise<Result[]> {
  const results = ids.map((delegationId) => exampleResult({ delegationId }));
  const lines = results.map((result) => resultLine(result, 1714.5)).join("");
  await bench.output.append(lines);
  loop.add(results);
  return results;
}

/** A loop under way whose agent is busy, and was sent a wake for "d1"; disposing of it ends it. */
export async function startBusy(
  bench: Bench,
  options: Partial<WakeLoopOptions> = {},
): Promise<AsyncDisposable & { readonly loop: WakeLoop; readonly first: RecordedRequest }> {
  bench.workspace.agent = { kind: "busy-session" };
  const loop = wakeLoop(bench, options);
  await using made = new AsyncDisposableStack();
  made.use(running((signal) => loop.run(signal)));
  await deliver(bench, loop, "d1");
  const first = await wake(bench, 1);
  const kept = made.move();
  return { loop, first, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The wake that was sent as the nth; it resolves when it has been answered. */
export async function wake(bench: Bench, count: number): Promise<RecordedRequest> {
  return await bench.platform.waitFor(({ route }) => route === "a2a", { count });
}

/** How many wakes have been sent. */
export function wakes({ platform }: Bench): number {
  return platform.requestsTo("a2a").length;
}

/** The message that a wake carries. */
export function messageOf({ text }: RecordedRequest): { messageId: string; text: string } {
  const { message } = JSON.parse(text).params;
  return { messageId: message.messageId, text: message.parts[0].text };
}

/** A results file that tells when the wake loop has looked into it. */
export class WatchedResults extends FileResults {
  #looked = Promise.withResolvers<boolean>();

  /** Resolves with what the next look finds. */
  nextLook(): Promise<boolean> {
    this.#looked = Promise.withResolvers();
    return patient(this.#looked.promise);
  }

  /** @inheritdoc */
  override async hasUnread(): Promise<boolean> {
    const found = await super.hasUnread();
    this.#looked.resolve(found);
    return found;
  }
}
