/**
 * Shows that polls stay as quick and as small as they were: 50 new results with every poll, a
 * thousand times, against the development platform over real HTTP.
 *
 * @module
 */

import { startDevPlatform } from "../dev_platform/mod.ts";
import type { PolledOnce } from "./_polling_child.ts";

const POLLS = 1000;
const RESULTS_PER_POLL = 50;
/** A single poll says little: each figure is the median of so many. */
const WINDOW = 10;

const folder = await Deno.makeTempDir({ prefix: "workspace-beat-bench-" });
try {
  const polled = await pollOften(`${folder}/results.jsonl`);
  for (const poll of [10, 100, POLLS]) {
    console.log(figures(`poll ${poll}`, polled.slice(poll - WINDOW, poll)));
  }
  const early = median(polled.slice(0, WINDOW).map(({ ms }) => ms));
  const late = median(polled.slice(-WINDOW).map(({ ms }) => ms));
  const grown = median(polled.slice(-WINDOW).map(({ heapBytes }) => heapBytes)) /
    median(polled.slice(0, WINDOW).map(({ heapBytes }) => heapBytes));
  console.log(`ratio: time ${(late / early).toFixed(2)}, memory in use ${grown.toFixed(2)}`);
  console.log(
    `${POLLS * RESULTS_PER_POLL} results, journal ${await sizeOf(
      `${folder}/results.jsonl.journal`,
    )}, ` +
      `results file ${await sizeOf(`${folder}/results.jsonl`)}`,
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function pollOften(path: string): Promise<PolledOnce[]> {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  await using child = spawnChild([platform.url, workspace.id, workspace.token ?? "", path]);
  const polled: PolledOnce[] = [];
  for (let poll = 1; poll <= POLLS; poll++) {
    workspace.injectRows(
      Array.from({ length: RESULTS_PER_POLL }, (_, index) => ({
        delegation_id: `00000000-0000-4000-8000-${String(poll * 100 + index).padStart(12, "0")}`,
        source_id: workspace.id,
        target_id: "a-peer",
        status: "completed",
        summary: "Delegation completed",
        response_preview: "An answer of common length. ".repeat(8),
        created_at: new Date().toISOString(),
      })),
      { replace: true },
    );
    polled.push(await child.poll());
  }
  return polled;
}

interface Child extends AsyncDisposable {
  poll(): Promise<PolledOnce>;
}

function spawnChild(args: readonly string[]): Child {
  const script = new URL("_polling_child.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--v8-flags=--expose-gc", "--no-prompt", "-P=bench", script, ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const orders = child.stdin.getWriter();
  const answers = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async poll() {
      await orders.write(new Uint8Array(1));
      while (!text.includes("\n")) {
        const { done, value } = await answers.read();
        if (done) throw new Error("The polling process ended early");
        text += value;
      }
      const end = text.indexOf("\n");
      const polled: PolledOnce = JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
      return polled;
    },
    async [Symbol.asyncDispose]() {
      await orders.close();
      await answers.cancel();
      await child.status;
    },
  };
}

function figures(name: string, polled: readonly PolledOnce[]): string {
  const mebibytes = (pick: (polled: PolledOnce) => number) =>
    `${(median(polled.map(pick)) / 2 ** 20).toFixed(1)} MiB`;
  return `${name}: ${median(polled.map(({ ms }) => ms)).toFixed(1)} ms, ` +
    `${mebibytes(({ heapBytes }) => heapBytes)} in use, ${
      mebibytes(({ rssBytes }) => rssBytes)
    } held`;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

async function sizeOf(path: string): Promise<string> {
  return `${((await Deno.stat(path)).size / 2 ** 20).toFixed(1)} MiB`;
}
