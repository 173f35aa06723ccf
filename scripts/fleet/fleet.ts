import { Chance } from "../stress/random.ts";
import { Address } from "./address.ts";
import { PlatformModel, type WatchedWorkspace } from "./platform_model.ts";
import { Tally } from "./tally.ts";
import { VirtualClock } from "./virtual_clock.ts";
import { runLoops } from "./workspace_loops.ts";

/** Options of {@linkcode Fleet}. */
export interface FleetOptions {
  /** How many workspaces. */
  readonly workspaces: number;
  /** How many of them share an address. */
  readonly perAddress: number;
  /** Seconds between beats. */
  readonly intervalSeconds: number;
  /** Where the random numbers begin. */
  readonly seed: number;
}

/** One workspace of a fleet, and when the platform has heard of it. */
export interface Member extends WatchedWorkspace {
  /** When the last beat was accepted, in milliseconds. */
  beatenAt: number;
  /** The longest time between two accepted beats. */
  longestGapMs: number;
  /** When the first beat was accepted since the last call of {@linkcode Fleet.mark}. */
  backAt: number | undefined;
  /** When it was registered last. */
  registeredAt: number | undefined;
}

/** Many workspaces that are started at once, and the platform they talk to. */
export class Fleet {
  /** When it is. */
  readonly clock: VirtualClock = new VirtualClock();
  /** What its requests are counted by. */
  readonly tally: Tally = new Tally();
  /** Where the requests go. */
  readonly platform: PlatformModel;
  /** The addresses that they come from. */
  readonly addresses: readonly Address[];
  /** The workspaces. */
  readonly members: readonly Member[];
  readonly #options: FleetOptions;
  readonly #chance: Chance;
  #ended: Promise<unknown> = Promise.resolve();
  #ends: readonly AbortController[] = [];

  /** @param options How many, and how they are spread over addresses. */
  constructor(options: FleetOptions) {
    const { perAddress, seed, workspaces } = options;
    this.#options = options;
    this.#chance = new Chance(seed);
    this.platform = new PlatformModel({
      clock: this.clock,
      chance: this.#chance,
      onRequest: () => this.tally.count(this.clock.now()),
    });
    const addresses = Array.from(
      { length: Math.ceil(workspaces / perAddress) },
      () => new Address(),
    );
    this.addresses = addresses;
    this.members = Array.from({ length: workspaces }, (_, index) => ({
      address: addresses[Math.floor(index / perAddress)] ?? new Address(),
      watchedUntil: undefined,
      declaredDeadAt: undefined,
      beatenAt: NaN,
      longestGapMs: 0,
      backAt: undefined,
      registeredAt: undefined,
    }));
  }

  /** Starts all workspaces at the same instant. */
  start(): void {
    const { intervalSeconds } = this.#options;
    const started = this.members.map((member, index) => {
      const end = new AbortController();
      const running = runLoops({
        workspaceId: `workspace-${index}`,
        intervalMs: intervalSeconds * 1000,
        sender: {
          send: async (request, { signal }) => {
            const answered = await this.platform.answer(request, { workspace: member, signal });
            const isAccepted = answered.outcome.kind === "ok";
            if (isAccepted && answered.purpose === "beat") this.#beaten(member);
            if (isAccepted && answered.purpose === "registration") {
              member.registeredAt = this.clock.now();
            }
            return answered.outcome;
          },
        },
        clock: this.clock,
        random: () => this.#chance.next(),
      }, end.signal);
      return { end, running };
    });
    this.#ends = started.map(({ end }) => end);
    this.#ended = Promise.allSettled(started.map(({ running }) => running));
  }

  /** From now on it is measured who is back. */
  mark(): void {
    for (const member of this.members) member.backAt = undefined;
  }

  /** Ends all workspaces. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) end.abort();
    await this.#ended;
  }

  #beaten(member: Member): void {
    const now = this.clock.now();
    member.backAt ??= now;
    if (now - member.beatenAt > member.longestGapMs) member.longestGapMs = now - member.beatenAt;
    member.beatenAt = now;
  }
}
