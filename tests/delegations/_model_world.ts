import { assertEquals } from "@std/assert";
import { resultsFiles } from "../../lib/permissions.ts";
import {
  type DevPlatform,
  type DevWorkspace,
  startDevPlatform,
} from "../../scripts/dev_platform/mod.ts";
import { type Aftermath, aftermathOf } from "../../scripts/stress/aftermath.ts";
import { consumeLines } from "../../scripts/stress/consumer.ts";
import { DeliveringChild } from "../../scripts/stress/delivering_child.ts";
import type { Moment } from "../../scripts/stress/killer_worker.ts";
import { Ledger } from "../../scripts/stress/ledger.ts";
import { injectAll, keyOf } from "../../scripts/stress/results.ts";
import type { ConsumerThread, KillerThread } from "../../scripts/stress/threads.ts";
import { bytesOf, type ModelBatch, type ModelCut, type ModelLimit } from "./_model_batch.ts";
import type { ModelDisk } from "./_model_disk.ts";

const INTERVAL_SECONDS = 0.01;
/** A moment that does not come in so many milliseconds is not waited for. */
const MOMENT_WITHIN_MS = 60;
const PAGE_BYTES = 4096;

/** What works beside a world, and outlasts it. */
export interface ModelThreads {
  readonly consumer: ConsumerThread;
  readonly killer: KillerThread;
}

/** What is known of one result. */
interface Progress {
  /** How many requests the platform had received when it was first listed. */
  readonly from: number;
  /** Whether the platform lists it. */
  isListed: boolean;
  /** Whether it is written down, whatever happens to the process or the listing. */
  isSafe: boolean;
  /** Whether nobody who could tell of it was left: it need not come. */
  isExcused: boolean;
}

/** The platform, the disk, the sidecar and the agent; and what must become of all results. */
export class ModelWorld implements AsyncDisposable {
  /** The disk that results and journal are on. */
  readonly disk: ModelDisk;
  readonly #platform: DevPlatform;
  readonly #workspace: DevWorkspace;
  readonly #threads: ModelThreads;
  readonly #ledger = new Ledger();
  readonly #progress = new Map<string, Progress>();
  /** What the last process that was killed has left. */
  #aftermath: Aftermath | undefined;
  #child: DeliveringChild | undefined;
  #children = 0;
  /** Whether the sidecar that runs may have been kept from writing, now or earlier. */
  #hadTrouble = false;

  private constructor(
    parts: { platform: DevPlatform; disk: ModelDisk; threads: ModelThreads },
  ) {
    this.#platform = parts.platform;
    this.disk = parts.disk;
    this.#threads = parts.threads;
    this.#workspace = parts.platform.addWorkspace();
  }

  /**
   * Makes a world in which a sidecar runs.
   *
   * @param disk An empty disk; it belongs to the world from here on.
   * @param threads What kills its sidecars, and what consumes.
   */
  static async begin(disk: ModelDisk, threads: ModelThreads): Promise<ModelWorld> {
    const world = new ModelWorld({ platform: await startDevPlatform(), disk, threads });
    const token = world.#workspace.token ?? "";
    await Deno.writeTextFile(`${disk.path}/.auth_token`, token, { mode: 0o600 });
    await world.start();
    return world;
  }

  /** The results file. */
  get path(): string {
    return resultsFiles(`${this.disk.path}/results.jsonl`).results;
  }

  /**
   * Starts a sidecar, and waits for its first poll.
   *
   * @param limit From the start on, it may make no file larger than so much more than one of them.
   */
  async start(limit?: ModelLimit): Promise<void> {
    const { visible } = await aftermathOf(this.path);
    this.#allowWindow((key) => this.#ledger.hasTaken(key) && !visible.has(key));
    await this.#start(limit);
  }

  /** Starts a sidecar while the agent consumes all the time. */
  async startWhileConsuming(): Promise<void> {
    // The agent may take everything that it can see before the sidecar looks.
    this.#allowWindow(() => true);
    await this.#threads.consumer.start(this.path, { pauseMs: 0 });
    await this.#start();
    this.#ledger.take(await this.#threads.consumer.stop());
  }

  async #start(limit?: ModelLimit): Promise<void> {
    const child = new DeliveringChild({
      platform: this.#platform,
      workspace: this.#workspace,
      folder: this.disk.path,
      name: `child-${this.#children++}`,
      intervalSeconds: INTERVAL_SECONDS,
      survivesLimits: true,
      isHeld: true,
    });
    this.#child = child;
    this.#hadTrouble = this.disk.isBroken;
    await child.started();
    if (limit !== undefined) await this.limit(limit);
    const polled = child.polled();
    child.release();
    await polled;
  }

  /** Kills the sidecar, some milliseconds from now. */
  async crash(afterMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await this.#running().kill();
    await this.#lookBack();
  }

  /** Results are listed, and the sidecar is killed some time after a moment of their delivery. */
  async crashDelivering(
    batch: ModelBatch,
    instant: { readonly moment: Moment; readonly afterMs: number },
  ): Promise<void> {
    const { process } = this.#running();
    const killed = this.#threads.killer.kill({
      ...instant,
      pid: process.pid,
      path: this.path,
      withinMs: MOMENT_WITHIN_MS,
    });
    this.show(batch);
    await killed;
    await process.ended();
    await this.#lookBack();
  }

  /** Results are listed, all at once. */
  show({ count, isWide, length }: ModelBatch): void {
    const from = this.#platform.requests.length;
    const ids = Array.from({ length: count }, (_, index) => `r${this.#ledger.size + index}`);
    const results = injectAll(this.#workspace, { ids, length, isWide });
    this.#ledger.add(results);
    for (const result of results) {
      const progress = { from, isListed: true, isSafe: false, isExcused: false };
      this.#progress.set(keyOf(result), progress);
    }
  }

  /**
   * Results are listed, and an append of them fails somewhere in its middle: the disk is full from
   * there on, or no file may grow beyond it.
   */
  async showAndCut(batch: ModelBatch, { by, file, percent }: ModelCut): Promise<void> {
    const child = this.#running();
    await this.disk.mend();
    const intent = bytesOf(batch, "journal");
    const lines = bytesOf(batch, "results");
    // An append to the results file comes after that of the intent, which takes room, too.
    const part = file === "journal" ? intent : lines;
    const more = (file === "journal" ? 0 : intent) + Math.floor(part * percent / 100);
    if (by === "disk") await this.fill(Math.ceil(more / PAGE_BYTES));
    else await this.limit({ file: "journal", more });
    this.show(batch);
    await child.settled();
  }

  /** Nothing that is listed so far is listed any more. */
  unlist(): void {
    this.#workspace.injectRows([], { replace: true });
    for (const progress of this.#progress.values()) {
      if (progress.isListed && !progress.isSafe && !this.#hasShown(progress)) {
        progress.isExcused = true;
      }
      progress.isListed = false;
    }
  }

  /** A poll happens, and what it finds is delivered, if that can be. */
  async poll(): Promise<void> {
    const wasBroken = this.disk.isBroken;
    await this.#running().settled();
    if (wasBroken) return;
    const { committed, visible } = await aftermathOf(this.path);
    const late = this.#required().filter((key) => !visible.has(key) && !this.#ledger.hasTaken(key));
    assertEquals(late, [], "results that a poll has shown, and that were not delivered after it");
    if (!this.#hadTrouble) {
      const open = this.#required().filter((key) => !committed.has(key));
      assertEquals(open, [], "results that were delivered, and whose commit is not in the journal");
    }
    for (const key of this.#required()) {
      const progress = this.#progress.get(key);
      if (progress !== undefined) progress.isSafe = true;
    }
  }

  /** The agent takes what is there. */
  consume(): void {
    this.#ledger.take(consumeLines(this.path));
  }

  /** Limits how large a file the sidecar may make: so much more than one of them is now. */
  async limit({ file, more }: ModelLimit): Promise<void> {
    this.#hadTrouble = true;
    const { size } = await Deno.stat(resultsFiles(this.path)[file]).catch(() => ({ size: 0 }));
    await this.disk.limit(this.#running().process.pid, size + more);
  }

  /** Fills the disk, but for so many pages. */
  async fill(leavePages: number): Promise<void> {
    this.#hadTrouble = true;
    await this.disk.fill(leavePages);
  }

  /** Everything is well again, and in the end everything must have come, whole and once. */
  async end(): Promise<void> {
    await this.disk.mend();
    if (this.#child === undefined) await this.start();
    await this.poll();
    assertEquals(await this.#running().process.stop(), 0);
    this.consume();
    const verdict = this.#ledger.verdict(this.#required());
    const { disordered, duplicated, lost } = verdict;
    const torn = verdict.torn.map((line) => line.slice(0, 200));
    assertEquals({ lost, torn, duplicated, disordered }, {
      lost: [],
      torn: [],
      duplicated: [],
      disordered: [],
    });
  }

  /** Removes all of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.kill();
    await this.#platform.close();
    await this.disk[Symbol.asyncDispose]();
  }

  /** Sees what a sidecar that was killed has left, and what must come all the same. */
  async #lookBack(): Promise<void> {
    this.#child = undefined;
    this.disk.forgetProcess();
    const aftermath = await aftermathOf(this.path);
    this.#aftermath = aftermath;
    assertEquals(aftermath.damaged, [], "damaged lines of the journal");
    const known = aftermath.committed.union(aftermath.uncommitted);
    for (const [key, progress] of this.#progress) {
      if (known.has(key) || this.#ledger.hasTaken(key)) progress.isSafe = true;
      if (!progress.isSafe && !progress.isListed) progress.isExcused = true;
    }
  }

  /** What the agent has taken, or must still find. */
  #required(): string[] {
    return [...this.#progress].filter(([, { isExcused }]) => !isExcused).map(([key]) => key);
  }

  /** Whether the sidecar that runs has been answered with a result, and so knows it. */
  #hasShown({ from }: Progress): boolean {
    const child = this.#child;
    return child !== undefined &&
      this.#platform.requests.slice(from).some((request) =>
        child.isPoll(request) && request.status === 200 && request.answeredAt !== undefined
      );
  }

  /** What is taken between a crash and the look of the next start, uncommitted, may come again. */
  #allowWindow(mayBeTaken: (key: string) => boolean): void {
    if (this.#aftermath === undefined) return;
    const { aside, uncommitted } = this.#aftermath;
    this.#ledger.allow({ aside, uncommitted: new Set([...uncommitted].filter(mayBeTaken)) });
    this.#aftermath = undefined;
  }

  #running(): DeliveringChild {
    if (this.#child === undefined) throw new TypeError("Cannot find the sidecar: it was killed");
    return this.#child;
  }
}
