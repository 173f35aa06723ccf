import { type DevPlatform, type DevWorkspace, startDevPlatform } from "../dev_platform/mod.ts";
import type { SidecarProcess } from "../sidecar_process/mod.ts";
import { Agent, TOKEN } from "./agent.ts";
import { beatGaps } from "./beat_gaps.ts";
import { Books } from "./books.ts";
import type { Sample } from "./figures.ts";
import { journalSizes } from "./journal_sizes.ts";
import { judge, PARTS } from "./judgement.ts";
import { Observer } from "./observer.ts";
import { pause } from "./pause.ts";
import { Peers } from "./peers.ts";
import { makeProgram, type Program } from "./program.ts";
import { Sampler } from "./sampler.ts";
import type { SoakReport } from "./soak_report.ts";
import { Troubles } from "./troubles.ts";

const PRELUDE = new URL("prelude.ts", import.meta.url).href;
/** The samples of a part of the measured time. */
const SAMPLES_PER_PART = 5;
const [SHORTEST_STEP_SECONDS, LONGEST_STEP_SECONDS] = [0.2, 5];
const LONGEST_WARM_UP_SECONDS = 120;
/** The last results come within so many seconds when all is well again. */
const SETTLES_WITHIN_SECONDS = 90;
const SNAPSHOT_SECONDS = 60;
/** A process of which nothing is to be seen any more has ended after so many seconds. */
const ENDS_WITHIN_SECONDS = 5;
/** So many lines of its log are told when it ends by itself. */
const LAST_WORDS = 3;

/** Options of {@linkcode soak}. */
export interface SoakOptions {
  readonly minutes: number;
  /** Where the random choices begin; time makes its own choices besides. */
  readonly seed: number;
  /** The Deno that makes the binary; "none" for the bundle, and this one by default. */
  readonly compiler?: string | undefined;
  /**
   * The URL of what runs before the program and counts in it.
   *
   * @default {"prelude.ts"}
   */
  readonly prelude?: string;
  /** Ends it early, with the figures so far. */
  readonly signal?: AbortSignal;
  /** Is told how it goes, a line once a minute. */
  readonly onSnapshot?: (line: string) => void;
}

/**
 * Lets the sidecar live with a platform that fails in every way, and looks for what is never given
 * back.
 *
 * Requires `--allow-net=127.0.0.1`, `--allow-run`, `--allow-env` for what Deno needs to find its
 * cache, and `--allow-read` and `--allow-write` for a temporary folder.
 *
 * @param options How long, and with what.
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "workspace-beat-soak-" }));
  const dir = `${folder}/configs`;
  try {
    await Deno.mkdir(dir);
    await using platform = await startDevPlatform({ dialect: "2026-06", forgets: true });
    const workspace = platform.addWorkspace({ inboundSecret: crypto.randomUUID() });
    await Deno.writeTextFile(`${dir}/${TOKEN}`, workspace.token ?? "", { mode: 0o600 });
    const { compiler, prelude = PRELUDE } = options;
    const made = { platformUrl: platform.url, dir, folder, prelude, compiler };
    const program = await makeProgram(made);
    await using sidecar = program.start(workspace.id);
    return await live({ options, platform, workspace, program, sidecar, dir });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Cast {
  readonly options: SoakOptions;
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  readonly program: Program;
  readonly sidecar: SidecarProcess;
  readonly dir: string;
}

async function live(cast: Cast): Promise<SoakReport> {
  const { dir, options, platform, program, sidecar, workspace } = cast;
  const { minutes, seed, signal } = options;
  const observer = new Observer(platform, workspace);
  const books = new Books();
  const agent = new Agent({ dir, books, workspace, seed: seed + 1 });
  const troubles = new Troubles({ platform, workspace, tokenFile: `${dir}/${TOKEN}`, seed });
  const peers = new Peers({ workspace, books, seed: seed + 2 });
  // Messages are read from the next one on: none may come before the first look.
  const looked = platform.waitFor(({ route, status }) => route === "activity" && status === 200);
  const endedTooSoon = sidecar.ended().then((code) => {
    throw new Error(`The program has ended with ${code}: ${lastWords(sidecar)}`);
  });
  await Promise.race([looked, endedTooSoon]);
  const over = new AbortController();
  const ended = AbortSignal.any([over.signal, ...signal === undefined ? [] : [signal]]);
  let died: string | undefined;
  const end = sidecar.ended().then((code) => {
    // A terminal's SIGINT reaches it, too.
    if (!ended.aborted) died = lastWords(sidecar);
    over.abort();
    return code;
  });
  const lives = Promise.all([agent, troubles, peers].map((each) => each.live(ended)));
  lives.catch(() => over.abort());
  const samples = await watch({ ...cast, observer, books }, ended).finally(async () => {
    over.abort();
    await lives;
  });
  await settled({ agent, books, observer, end });
  await sidecar.stop().catch(() => {}); // it may have ended already
  const exitCode = await end;
  agent.take();
  observer.look();
  const warmUpSeconds = Math.min(LONGEST_WARM_UP_SECONDS, minutes * 60 / 5);
  const measured = samples.filter(({ at }) => at >= warmUpSeconds);
  return {
    seed,
    program: program.name,
    warmUpSeconds,
    measuredSeconds: (measured.at(-1)?.at ?? 0) - (measured[0]?.at ?? 0),
    figures: judge(measured),
    journal: journalSizes(samples.map(({ values }) => values.journalBytes)),
    beats: { accepted: observer.beats.length, ...beatGaps(observer.beats, troubles.spans) },
    ...books.verdict({ isInterrupted: signal?.aborted ?? false }),
    takings: agent.takings,
    thrown: Object.fromEntries(troubles.thrown),
    deeds: Object.fromEntries(agent.deeds),
    answers: Object.fromEntries([...observer.answers].toSorted()),
    connections: platform.connections,
    log: levelsOf(sidecar.stderr),
    errors: sidecar.stderr.filter((line) => line.includes(" ERROR ")),
    died,
    exitCode,
    samples,
  };
}

/** Waits until the agent has got what is under way, now that all is well. */
async function settled(
  { agent, books, end, observer }: {
    readonly agent: Agent;
    readonly books: Books;
    readonly observer: Observer;
    readonly end: Promise<number>;
  },
): Promise<void> {
  const late = AbortSignal.timeout(SETTLES_WITHIN_SECONDS * 1000);
  const enough = new AbortController();
  end.then(() => enough.abort());
  const signal = AbortSignal.any([late, enough.signal]);
  while (!books.isComplete && !signal.aborted) {
    observer.look();
    agent.take();
    await pause(500, signal);
  }
}

/** Takes samples until the time is over. */
async function watch(
  { books, dir, observer, options, sidecar }: Cast & { observer: Observer; books: Books },
  ended: AbortSignal,
): Promise<Sample[]> {
  const { minutes, onSnapshot } = options;
  const sampler = new Sampler(sidecar, dir);
  const seconds = minutes * 60;
  const step = Math.min(
    Math.max(seconds / PARTS / SAMPLES_PER_PART, SHORTEST_STEP_SECONDS),
    LONGEST_STEP_SECONDS,
  );
  const samples: Sample[] = [];
  let next = SNAPSHOT_SECONDS;
  while (sampler.seconds < seconds && !ended.aborted) {
    observer.look();
    const sample = await sampler.sample().catch(async (error) => {
      // Where that is because it ends just now, its exit code says more.
      await pause(ENDS_WITHIN_SECONDS * 1000, ended);
      if (!ended.aborted) throw error;
      return undefined;
    });
    if (sample === undefined) break;
    samples.push(sample);
    if (sample.at >= next) {
      next += SNAPSHOT_SECONDS;
      onSnapshot?.(snapshotLine(sample, { beats: observer.beats.length, shown: books.shown }));
    }
    await pause(step * 1000, ended);
  }
  return samples;
}

function snapshotLine(
  { at, values }: Sample,
  { beats, shown }: { readonly beats: number; readonly shown: number },
): string {
  const { descriptors, heapUsed, journalBytes, listeners, rss, rssAnon, timers } = values;
  return `${(at / 60).toFixed(0)} min: ${rss.toFixed(1)} MiB resident, ${rssAnon.toFixed(1)} ` +
    `anonymous, heap ${heapUsed.toFixed(1)} MiB, ${descriptors} descriptors, ${timers} timers, ` +
    `${listeners} listeners, journal ${journalBytes.toFixed(0)} KiB, ${beats} beats, ` +
    `${shown} results`;
}

function lastWords({ stderr }: SidecarProcess): string {
  return stderr.slice(-LAST_WORDS).join(" | ");
}

/** How many lines of a log have which level. */
function levelsOf(lines: readonly string[]): Record<string, number> {
  const levels: Record<string, number> = {};
  for (const line of lines) {
    const [, level = "other"] = / (DEBUG|INFO|WARN|ERROR) /.exec(line) ?? [];
    levels[level] = (levels[level] ?? 0) + 1;
  }
  return levels;
}
