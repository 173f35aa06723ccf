import * as v from "valibot";
import type { SidecarProcess } from "../sidecar_process/mod.ts";
import { METRICS, RESULTS, STATUS } from "./agent.ts";
import type { AliveCounts } from "./alive.ts";
import type { Sample } from "./figures.ts";

const MIB = 2 ** 20;
const KIB = 2 ** 10;
/** Linux counts CPU time in hundredths of a second, wherever it tells programs about it. */
const TICKS_PER_SECOND = 100;

const count = v.pipe(v.number(), v.minValue(0));
const aliveCounts = v.object({
  timers: count,
  listeners: count,
  resources: count,
  heapUsed: count,
  heapTotal: count,
  external: count,
}) satisfies v.GenericSchema<unknown, AliveCounts>;

/** What the system tells about a process. */
export interface Outside {
  readonly rssKib: number;
  readonly anonKib: number;
  readonly threads: number;
  readonly descriptors: number;
  readonly sockets: number;
  readonly cpuSeconds: number;
}

/** Looks at a sidecar that runs with the prelude, from outside and from inside. */
export class Sampler {
  readonly #sidecar: SidecarProcess;
  readonly #dir: string;
  readonly #began = performance.now();
  #samples = 0;

  /**
   * @param sidecar The process.
   * @param dir Its folder of configs and results.
   */
  constructor(sidecar: SidecarProcess, dir: string) {
    this.#sidecar = sidecar;
    this.#dir = dir;
  }

  /** Seconds since it began. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /**
   * Takes all figures. Requires `--allow-run=sh`, which may look at `/proc`, and `--allow-read` for the
   * folder.
   *
   * @throws {Error} The process has ended, or does not answer for a minute.
   */
  async sample(): Promise<Sample> {
    const at = this.seconds;
    const [inside, outside, sizes] = [
      await this.#inside(),
      await outsideOf(this.#sidecar.pid),
      await sizesIn(this.#dir),
    ];
    const kib = (name: string) => (sizes.get(name) ?? 0) / KIB;
    return {
      at,
      values: {
        rss: outside.rssKib / KIB,
        rssAnon: outside.anonKib / KIB,
        heapUsed: inside.heapUsed / MIB,
        heapTotal: inside.heapTotal / MIB,
        external: inside.external / MIB,
        threads: outside.threads,
        descriptors: outside.descriptors,
        sockets: outside.sockets,
        resources: inside.resources,
        timers: inside.timers,
        listeners: inside.listeners,
        files: sizes.size,
        statusBytes: kib(STATUS),
        metricsBytes: kib(METRICS),
        resultsBytes: kib(RESULTS),
        journalBytes: kib(`${RESULTS}.journal`),
        cpuSeconds: outside.cpuSeconds,
      },
    };
  }

  async #inside(): Promise<AliveCounts> {
    this.#sidecar.kill("SIGUSR2");
    const line = await this.#sidecar.waitForOutput(new RegExp(`^alive ${++this.#samples} `));
    return v.parse(aliveCounts, JSON.parse(line.slice(line.indexOf("{"))));
  }
}

/** A shell's `cat` and `ls`: Deno itself may look at `/proc` only with all permissions. */
async function outsideOf(pid: number): Promise<Outside> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", 'cat "/proc/$0/status" "/proc/$0/stat" && ls -l "/proc/$0/fd"', String(pid)],
    stdin: "null",
    stderr: "null",
  }).output();
  return readOutside(new TextDecoder().decode(stdout));
}

/**
 * Reads what Linux tells about a process.
 *
 * @param text Its `status`, its `stat`, and a long listing of its `fd`.
 * @throws {TypeError} Something is missing.
 */
export function readOutside(text: string): Outside {
  const number = (pattern: RegExp) => {
    const [, digits] = pattern.exec(text) ?? [];
    if (digits === undefined) throw new TypeError(`Cannot read /proc: nothing matches ${pattern}`);
    return Number(digits);
  };
  const stat = /^\d+ \(.*\) (\S.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
  // utime and stime are the 14th and the 15th of all, the name being the second.
  const ticks = Number(stat[11]) + Number(stat[12]);
  return {
    rssKib: number(/^VmRSS:\s+(\d+) kB$/m),
    anonKib: number(/^RssAnon:\s+(\d+) kB$/m),
    threads: number(/^Threads:\s+(\d+)$/m),
    descriptors: [...text.matchAll(/ -> \S/g)].length,
    sockets: [...text.matchAll(/ -> socket:/g)].length,
    cpuSeconds: ticks / TICKS_PER_SECOND,
  };
}

async function sizesIn(dir: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { name } of Deno.readDir(dir)) {
    const there = await Deno.lstat(`${dir}/${name}`).catch(() => undefined);
    // What was renamed or removed in between is of no account.
    if (there !== undefined) sizes.set(name, there.size);
  }
  return sizes;
}
