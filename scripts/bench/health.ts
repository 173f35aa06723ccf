// How long `workspace-beat health` takes in the compiled binary, compared with a program that does
// nothing: what a probe costs beside an agent. Exits with 0 only if its median is under 60 ms.
//   deno task bench:health [RUNS] [BINARY]
// Where the base binary cannot be downloaded, DENORT_BIN names one.

import { systemClock } from "../../lib/clock.ts";
import { defaultStatusFile } from "../../lib/permissions.ts";
import { statusOf } from "../../lib/status/mod.ts";
import { Vitals } from "../../lib/vitals/mod.ts";
import { compileArguments } from "../compile/arguments.ts";
import { makeBinary } from "../compile/binary.ts";
import { parseOptions } from "../compile/options.ts";
import { median } from "./statistics.ts";

const MOST_MS = 60;
const RUNS = 20;

/** Milliseconds of each run, shortest first. */
async function measure(binary: string, args: readonly string[], runs: number): Promise<number[]> {
  const took: number[] = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    const { code, stderr } = await new Deno.Command(binary, { args: [...args] }).output();
    took.push(performance.now() - began);
    if (code !== 0) {
      throw new Error(`${binary} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
    }
  }
  return took.sort((a, b) => a - b);
}

/** A status that says that all is well. */
function healthyStatus(): string {
  const vitals = new Vitals({
    gauges: () => ({
      resultsPending: 0,
      resultsUnwoken: 0,
      journalBytes: 0,
      token: { source: "file", changedAt: Date.now() },
    }),
    clock: systemClock,
  });
  vitals.beatEnded({ kind: "ok", body: undefined, detail: "answered 200", httpStatus: 200 }, 0.01);
  const status = statusOf(vitals.signs(), {
    workspaceId: "3f2b8f54-0c0e-4f4e-9d53-1b9a4b6f0a01",
    platformUrl: "https://platform.example.com",
    intervalSeconds: 300,
    refreshSeconds: 30,
    mask: (text) => text,
    at: Date.now(),
    ending: undefined,
  });
  return `${JSON.stringify(status, null, 2)}\n`;
}

/** Compiles a program that does nothing, with the flags of the real one. */
async function makeNothing(options: ReturnType<typeof parseOptions>, dir: string): Promise<string> {
  const output = `${dir}/nothing`;
  await Deno.writeTextFile(`${dir}/nothing.js`, "Deno.exit(0);\n");
  const args = compileArguments({ ...options, output }, `${dir}/nothing.js`);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return output;
}

const [runs = String(RUNS), binary] = Deno.args;
const dir = await Deno.makeTempDir({ prefix: "workspace-beat-bench-" });
try {
  const options = parseOptions([
    "--platform-url=https://platform.example.com",
    `--configs-dir=${dir}`,
    `--results-file=${dir}/results.jsonl`,
    `--output=${dir}/workspace-beat`,
  ]);
  if (binary === undefined) await makeBinary(options);
  const nothing = await makeNothing(options, dir);
  await Deno.writeTextFile(defaultStatusFile(dir), healthyStatus());
  const programs = [
    ["nothing", nothing, []],
    ["health", binary ?? options.output, ["health", "--status-file", defaultStatusFile(dir)]],
  ] as const;
  const medians: number[] = [];
  for (const [name, program, args] of programs) {
    const took = await measure(program, args, Number(runs));
    medians.push(median(took));
    const [fastest = NaN, slowest = NaN] = [took[0], took.at(-1)];
    console.log(
      `${name.padEnd(8)} median ${median(took).toFixed(1)} ms, ` +
        `${fastest.toFixed(1)} to ${slowest.toFixed(1)} ms in ${runs} runs`,
    );
  }
  const [least = NaN, own = NaN] = medians;
  console.log(`health takes ${(own / least).toFixed(2)} times as long as nothing`);
  if (!(own < MOST_MS)) {
    console.log(`FAIL  its median is not under ${MOST_MS} ms`);
    Deno.exitCode = 1;
  }
} finally {
  await Deno.remove(dir, { recursive: true });
}
