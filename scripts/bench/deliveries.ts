/**
 * Shows that polls stay as quick and as small as they were: 50 new results with every poll, a
 * thousand times, against the development platform over real HTTP.
 *
 * @module
 */

import { startDevPlatform } from "../dev_platform/mod.ts";
import { denoEnvironment } from "../sidecar_process/mod.ts";
import { tokenFile } from "../../lib/permissions.ts";
import type { Held, Took } from "./measured/ordered.ts";
import { RunningProgram } from "./running_program.ts";
import { median } from "./statistics.ts";

/** What the child says of one poll. */
type PolledOnce = Took & Held;

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
  await Deno.writeTextFile(tokenFile(folder), workspace.token ?? "", { mode: 0o600 });
  const script = new URL("measured/ordered.ts", import.meta.url).pathname;
  await using child = new RunningProgram({
    program: Deno.execPath(),
    args: [
      ...["run", "--v8-flags=--expose-gc", "--no-prompt", "-P=bench", script],
      ...[platform.url, workspace.id, folder, path],
    ],
    env: denoEnvironment(),
    cwd: folder,
  });
  await child.answer<Took>(); // it is ready
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
    polled.push({ ...await child.order<Took>("poll"), ...await child.order<Held>("memory") });
  }
  return polled;
}

function figures(name: string, polled: readonly PolledOnce[]): string {
  const mebibytes = (pick: (polled: PolledOnce) => number) =>
    `${(median(polled.map(pick)) / 2 ** 20).toFixed(1)} MiB`;
  return `${name}: ${median(polled.map(({ ms }) => ms)).toFixed(1)} ms, ` +
    `${mebibytes(({ heapBytes }) => heapBytes)} in use, ${
      mebibytes(({ rssBytes }) => rssBytes)
    } held`;
}

async function sizeOf(path: string): Promise<string> {
  return `${((await Deno.stat(path)).size / 2 ** 20).toFixed(1)} MiB`;
}
