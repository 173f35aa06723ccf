import type { AgentBehaviour, DevWorkspace } from "../dev_platform/mod.ts";
import { Chance } from "../stress/random.ts";
import { completed, injectAll } from "../stress/results.ts";
import type { Books } from "./books.ts";
import { oneOf } from "./incidents.ts";
import { pause } from "./pause.ts";

const BEHAVIOURS: readonly AgentBehaviour[] = [
  { kind: "answers" },
  { kind: "answers" },
  { kind: "busy" },
  { kind: "busy-session" },
  { kind: "busy-session", delivered: true },
  { kind: "blocks" },
  { kind: "unreachable" },
  { kind: "restarting" },
  { kind: "waking" },
  { kind: "unconfirmed", delivered: false },
  { kind: "error", message: "the model is overloaded" },
];
const LONGEST_REPLY = 2000;

/** Options of {@linkcode Peers}. */
export interface PeersOptions {
  readonly workspace: DevWorkspace;
  readonly books: Books;
  readonly seed: number;
}

/**
 * The workspace's peers, and how busy its own agent is: they finish what is delegated to them, fail,
 * take it up late, and write.
 */
export class Peers {
  readonly #options: PeersOptions;
  readonly #chance: Chance;

  /** @param options Whose peers. */
  constructor(options: PeersOptions) {
    this.#options = options;
    this.#chance = new Chance(options.seed);
  }

  /**
   * Goes on until it is ended; what is under way then is finished.
   *
   * @param ended Ends it.
   */
  async live(ended: AbortSignal): Promise<void> {
    await Promise.all([this.#work(ended), this.#wearMoods(ended)]);
  }

  async #work(ended: AbortSignal): Promise<void> {
    const { books, workspace } = this.#options;
    const underWay = new Set<Promise<void>>();
    const goOn = (work: Promise<void>) => {
      underWay.add(work);
      work.finally(() => underWay.delete(work)).catch(() => {}); // it is awaited below
    };
    while (!ended.aborted) {
      const kind = this.#chance.next();
      const count = this.#chance.int(1, 4);
      if (!books.hasRoom) {
        // The agent has to come first.
      } else if (kind < 0.5) {
        for (let each = 0; each < count; each++) goOn(this.#finishLater(ended));
      } else if (kind < 0.7) {
        const ids = Array.from({ length: count + 1 }, () => crypto.randomUUID());
        const results = injectAll(workspace, { ids, length: this.#chance.int(1, LONGEST_REPLY) });
        books.list(ids.length);
        books.show(results);
      } else if (kind < 0.85) {
        goOn(this.#drainLater(ended));
      } else {
        books.send(workspace.receive({ text: `Message ${"m".repeat(count * 100)}` }));
      }
      await pause(this.#chance.int(2, 12) * 1000, ended);
    }
    await Promise.all(underWay);
  }

  async #finishLater(ended: AbortSignal): Promise<void> {
    const { books, workspace } = this.#options;
    const [id, to] = [crypto.randomUUID(), crypto.randomUUID()];
    const reply = this.#reply(id);
    const ms = this.#chance.int(0, 20_000);
    workspace.delegate({ id, to });
    books.list(1);
    await pause(ms, ended);
    workspace.finish(id, reply);
    books.list(1);
    books.show([completed(workspace, { id, to, reply })]);
  }

  async #drainLater(ended: AbortSignal): Promise<void> {
    const { books, workspace } = this.#options;
    const [id, to] = [crypto.randomUUID(), crypto.randomUUID()];
    const reply = this.#reply(id);
    const ms = this.#chance.int(2000, 40_000);
    workspace.delegate({ id, to });
    workspace.queueDelegation(id);
    books.list(2);
    books.keep(`completed ${id}`);
    await pause(ms, ended);
    workspace.drainDelegation(id, reply);
    books.show([completed(workspace, { id, to, reply })]);
  }

  #reply(id: string): string {
    return `${id} ${"x".repeat(this.#chance.int(1, LONGEST_REPLY))}`;
  }

  /** Whether the agent is there for a wake, and how. */
  async #wearMoods(ended: AbortSignal): Promise<void> {
    const { seed, workspace } = this.#options;
    const chance = new Chance(~seed);
    while (!ended.aborted) {
      workspace.agent = oneOf(BEHAVIOURS, chance);
      workspace.release();
      await pause(chance.int(10, 60) * 1000, ended);
    }
    workspace.agent = { kind: "answers" };
    workspace.release();
  }
}
