import { assert, assertEquals } from "@std/assert";
import { FileResults } from "../../lib/delegations/mod.ts";
import { type Result, resultLine } from "../../lib/delegations/result.ts";
import { consumeLines } from "../../scripts/stress/consumer.ts";
import { ConsumerThread } from "../../scripts/stress/threads.ts";
import { makeTempDir } from "../support/mod.ts";
import { makeDeliveries } from "./_deliveries.ts";
import { exampleResult } from "./_examples.ts";

const MOST_IN_BATCH = 50;

/** Results in batches of 1 to 50, with texts from nothing to more than a page. */
function* batches(count: number): Generator<Result[]> {
  for (let made = 0; made < count;) {
    const size = Math.min(1 + Math.floor(Math.random() * MOST_IN_BATCH), count - made);
    yield Array.from({ length: size }, () => {
      const length = Math.floor(Math.random() ** 4 * 6000);
      const responsePreview = "reply ".repeat(length / 6);
      return exampleResult({ delegationId: `d${made++}`, responsePreview });
    });
  }
}

/** A line without its stamp, which says when it was delivered. */
function unstamped(line: string): string {
  return line.replace(/"timestamp":[\d.]+\}$/, "}");
}

function unstampedLine(result: Result): string {
  return unstamped(resultLine(result, 0).trimEnd());
}

/** What one multiset has and the other has not, cut short: thousands of lines tell nobody more. */
function surplusOf(lines: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1);
  const surplus = lines.filter((line) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left <= 0;
  });
  return surplus.slice(0, 5).map((line) => line.slice(0, 200));
}

/** Writes while an agent consumes as fast as it can, and compares what came with what went in. */
async function race(
  path: string,
  count: number,
  write: (batch: readonly Result[]) => Promise<void>,
): Promise<void> {
  using consumer = new ConsumerThread();
  await consumer.start(path, { pauseMs: 0 });
  const written: string[] = [];
  for (const batch of batches(count)) {
    await write(batch);
    written.push(...batch.map(unstampedLine));
  }
  const raced = await consumer.stop();
  const consumed = [...raced, ...consumeLines(path)].map(unstamped);
  assert(raced.length > 0, "the agent was never there in time");
  assertEquals(
    { lost: surplusOf(written, consumed), torn_or_twice: surplusOf(consumed, written) },
    { lost: [], torn_or_twice: [] },
  );
  assertEquals(consumed.length, count);
}

Deno.test("FileResults.append() loses, splits and repeats none of 10 000 results while an agent consumes all the time", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  const output = new FileResults(path);
  await race(path, 10_000, async (batch) => {
    await output.append(batch.map((result) => resultLine(result, 1714.5)).join(""));
  });
});

Deno.test("Deliveries.deliver() loses, splits and repeats none of 2000 results while an agent consumes all the time", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/results.jsonl`;
  using made = makeDeliveries(path);
  await race(path, 2000, async (batch) => {
    assert(await made.deliveries.deliver(batch), made.lines("WARN").join("\n"));
  });
});
