import { type DevPlatform, type DevWorkspace, startDevPlatform } from "../dev_platform/mod.ts";
import { type Aftermath, aftermathOf } from "./aftermath.ts";
import { consumeLines } from "./consumer.ts";
import { DeliveringChild } from "./delivering_child.ts";
import type { Moment } from "./killer_worker.ts";
import { Ledger, type Verdict } from "./ledger.ts";
import type { Chance } from "./random.ts";
import { type Expected, finishOne, injectAll, keyOf, randomLength } from "./results.ts";
import type { ConsumerThread, KillerThread } from "./threads.ts";

/** The platform lists 50 rows; so many may be listed and not be safe yet. */
const MOST_ROWS = 40;
/** The longest a process may live beyond its last results, in milliseconds. */
const LONGEST_LIFE_MS = 250;
const MOMENTS: readonly Moment[] = ["intended", "aside", "appended", "published", "compacted"];
/** The most characters of three bytes in a text. */
const WIDEST = 30_000;
/** So long that a kill can hit the middle of the one write. */
const HUGE: { readonly length: number; readonly count: number } = { length: 120_000, count: 16 };

/** What trials share. */
export interface TrialOptions {
  readonly chance: Chance;
  readonly consumer: ConsumerThread;
  readonly killer: KillerThread;
}

/** What one round has seen. */
export interface RoundReport {
  /** When the process was killed, in words. */
  readonly killed: "while starting" | "at a moment" | "at random";
  readonly marks: Aftermath["marks"];
}

/**
 * A new workspace on a new platform, with its own results file: its sidecar is killed again and
 * again, and in the end everything must have come.
 */
export class Trial implements AsyncDisposable {
  readonly #options: TrialOptions;
  readonly #platform: DevPlatform;
  readonly #workspace: DevWorkspace;
  readonly #folder: string;
  readonly #ledger = new Ledger();
  readonly #damaged: string[] = [];
  /** How many rows each result that is not safe yet takes of the listing. */
  readonly #unsafe = new Map<string, number>();
  #children = 0;

  private constructor(
    options: TrialOptions,
    made: { platform: DevPlatform; workspace: DevWorkspace; folder: string },
  ) {
    this.#options = options;
    this.#platform = made.platform;
    this.#workspace = made.workspace;
    this.#folder = made.folder;
  }

  /** Sets one up. */
  static async start(options: TrialOptions): Promise<Trial> {
    const platform = await startDevPlatform();
    const workspace = platform.addWorkspace();
    const folder = await Deno.makeTempDir({ prefix: "workspace-beat-stress-" });
    await Deno.writeTextFile(`${folder}/.auth_token`, workspace.token ?? "", { mode: 0o600 });
    return new Trial(options, { platform, workspace, folder });
  }

  /** The results file. */
  get #path(): string {
    return `${this.#folder}/results.jsonl`;
  }

  /** One life of the sidecar: it is started, given results, and killed. */
  async round(): Promise<RoundReport> {
    const { chance, consumer } = this.#options;
    const isConsumed = chance.happens(0.5);
    if (isConsumed) await consumer.start(this.#path, { pauseMs: chance.int(0, 4) });
    let killed: RoundReport["killed"];
    {
      await using child = this.#newChild();
      await child.started();
      if (chance.happens(0.2)) {
        killed = "while starting";
        await sleep(chance.next() * 30);
        await child.kill();
      } else {
        await child.polled();
        killed = await this.#liveAndDie(child, { isConsumed });
      }
    }
    // What is taken from here on is taken before the next start, whoever takes it.
    const { marks } = await this.#lookBack();
    this.#ledger.take(await consumer.stop());
    if (chance.happens(0.3)) this.#consume();
    return { killed, marks };
  }

  /** A last life: everything is delivered, the sidecar stops, and what is left is consumed. */
  async end(): Promise<Verdict> {
    await using child = this.#newChild();
    await child.settled();
    const code = await child.process.stop();
    if (code !== 0) {
      throw new Error(`The sidecar ended with ${code}:\n${child.process.stderr.join("\n")}`);
    }
    this.#consume();
    await this.#lookBack();
    const verdict = this.#ledger.verdict();
    return { ...verdict, torn: [...verdict.torn, ...this.#damaged] };
  }

  /** Removes all of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#platform.close();
    await Deno.remove(this.#folder, { recursive: true });
  }

  #newChild(): DeliveringChild {
    return new DeliveringChild({
      platform: this.#platform,
      workspace: this.#workspace,
      folder: this.#folder,
      name: `child-${this.#children++}`,
    });
  }

  async #liveAndDie(
    child: DeliveringChild,
    { isConsumed }: { readonly isConsumed: boolean },
  ): Promise<RoundReport["killed"]> {
    const { chance, killer } = this.#options;
    for (let batches = chance.int(0, 4); batches > 0; batches--) {
      this.#show();
      // Never two consumers at once: one would overwrite what the other has renamed (contract 5).
      if (!isConsumed && chance.happens(0.2)) this.#consume();
      if (chance.happens(0.5)) {
        await this.#settle(child);
      } else await sleep(chance.next() * 40);
    }
    if (chance.happens(0.35)) {
      this.#show();
      await sleep(chance.next() * 40);
      await child.kill();
      return "at random";
    }
    // So that the listing has room, and the moment is that of what comes now.
    await this.#settle(child);
    const moment = MOMENTS[chance.int(0, MOMENTS.length - 1)] ?? "aside";
    const isTearing = (moment === "intended" || moment === "appended") && chance.happens(0.6);
    const death = killer.kill({
      pid: child.process.pid,
      path: this.#path,
      moment,
      afterMs: isTearing || chance.happens(0.5) ? 0 : chance.next() * 3,
      withinMs: LONGEST_LIFE_MS,
    });
    this.#show(isTearing ? HUGE : undefined);
    const hasCome = await death;
    await child.process.ended();
    return hasCome ? "at a moment" : "at random";
  }

  async #settle(child: DeliveringChild): Promise<void> {
    await child.settled();
    this.#unsafe.clear();
  }

  /** Lists some more results, as many as the listing has room for. */
  #show(huge?: typeof HUGE): void {
    const { chance } = this.#options;
    const room = MOST_ROWS - [...this.#unsafe.values()].reduce((sum, rows) => sum + rows, 0);
    const count = Math.min(huge?.count ?? chance.int(1, 20), Math.floor(room / 2));
    if (count <= 0) return;
    const ids = Array.from({ length: count }, () => crypto.randomUUID());
    const isReal = huge === undefined && chance.happens(0.4);
    const length = huge?.length ?? randomLength(chance);
    // A listing of more than 8 MiB is not read.
    const isWide = length < WIDEST && chance.happens(0.3);
    const results = isReal
      ? this.#finishAll(ids)
      : injectAll(this.#workspace, { ids, length, isWide });
    if (!isReal) this.#ledger.add(results);
    for (const result of results) this.#unsafe.set(keyOf(result), isReal ? 2 : 1);
  }

  /** One after the other: a poll may come in between, so that each is a listing of its own. */
  #finishAll(ids: readonly string[]): Expected[] {
    return ids.map((id) => {
      const length = randomLength(this.#options.chance);
      const result = finishOne(this.#workspace, { id, length });
      this.#ledger.add([result]);
      return result;
    });
  }

  /** Reads what the killed process has left, before anything changes it. */
  async #lookBack(): Promise<Aftermath> {
    const aftermath = await aftermathOf(this.#path);
    this.#ledger.allow(aftermath);
    this.#damaged.push(...aftermath.damaged);
    for (const key of aftermath.committed) this.#unsafe.delete(key);
    const isJournaled = [...this.#unsafe.keys()].every((key) => aftermath.uncommitted.has(key));
    if (isJournaled && this.#options.chance.happens(0.7)) {
      // From here on only the journal knows them.
      this.#workspace.injectRows([], { replace: true });
    }
    return aftermath;
  }

  #consume(): void {
    this.#ledger.take(consumeLines(this.#path));
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
