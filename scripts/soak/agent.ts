import type { DevWorkspace } from "../dev_platform/mod.ts";
import { consumeLines } from "../stress/consumer.ts";
import { Chance } from "../stress/random.ts";
import type { Books } from "./books.ts";
import { pause } from "./pause.ts";

/** What the agent does to the files beside it, and how often of a hundred times. */
export const DEEDS = {
  "report changed": 62,
  "report broken": 6,
  "report too large": 5,
  "report removed": 5,
  "token file written again": 8,
  "status file removed": 5,
  "metrics file removed": 5,
  "wake file removed": 3,
  "journal removed": 1,
} as const;

/** One of those. */
export type Deed = keyof typeof DEEDS;

/** The results file, in the folder that a sidecar is given. */
export const RESULTS = "results.jsonl";
/** The metrics file there. */
export const METRICS = "beat.prom";
/** The status file there. */
export const STATUS = ".workspace_beat_status.json";
const REPORT = ".runtime_report.json";
/** The token file there. */
export const TOKEN = ".auth_token";
/** More than a report may have. */
const TOO_LARGE = 70_000;

/** Options of {@linkcode Agent}. */
export interface AgentOptions {
  /** The folder of configs and results. */
  readonly dir: string;
  readonly books: Books;
  readonly seed: number;
  /** The workspace: its token is what the token file is to hold. */
  readonly workspace: Pick<DevWorkspace, "token">;
}

/** The agent beside the sidecar: takes the results away, reports, and is careless with files. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #chance: Chance;
  readonly #deeds = new Map<Deed, number>();
  #takings = 0;
  #requests = 0;
  #errors = 0;

  /** @param options Where. */
  constructor(options: AgentOptions) {
    this.#options = options;
    this.#chance = new Chance(options.seed);
  }

  /** How often it has done what. */
  get deeds(): ReadonlyMap<Deed, number> {
    return this.#deeds;
  }

  /** How often it has found results and taken them away. */
  get takings(): number {
    return this.#takings;
  }

  /**
   * Goes on until it is ended.
   *
   * @param ended Ends it.
   */
  async live(ended: AbortSignal): Promise<void> {
    await Promise.all([this.#takeNowAndThen(ended), this.#bustle(ended)]);
  }

  /** Takes the results away. */
  take(): void {
    const { books, dir } = this.#options;
    const lines = consumeLines(`${dir}/${RESULTS}`);
    if (lines.length > 0) this.#takings++;
    books.take(lines);
  }

  async #takeNowAndThen(ended: AbortSignal): Promise<void> {
    const chance = new Chance(~this.#options.seed);
    while (!ended.aborted) {
      await pause(chance.int(1, 30) * 1000, ended);
      this.take();
    }
  }

  async #bustle(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      const deed = this.#choose();
      await this.#do(deed);
      this.#deeds.set(deed, (this.#deeds.get(deed) ?? 0) + 1);
      await pause(this.#chance.int(500, 8000), ended);
    }
  }

  #choose(): Deed {
    let left = this.#chance.int(1, 100);
    for (const [deed, weight] of Object.entries(DEEDS)) {
      left -= weight;
      if (left <= 0 && isDeed(deed)) return deed;
    }
    return "report changed";
  }

  async #do(deed: Deed): Promise<void> {
    const { workspace } = this.#options;
    switch (deed) {
      case "report changed":
        return await this.#write(REPORT, this.#report());
      case "report broken":
        return await this.#write(REPORT, this.#report().slice(0, 20));
      case "report too large":
        return await this.#write(REPORT, JSON.stringify({ current_task: "x".repeat(TOO_LARGE) }));
      case "token file written again":
        return await this.#write(TOKEN, workspace.token ?? "");
      case "report removed":
        return await this.#remove(REPORT);
      case "status file removed":
        return await this.#remove(STATUS);
      case "metrics file removed":
        return await this.#remove(METRICS);
      case "wake file removed":
        return await this.#remove(`${RESULTS}.wake`);
      case "journal removed":
        return await this.#remove(`${RESULTS}.journal`);
    }
  }

  #report(): string {
    this.#requests += this.#chance.int(0, 20);
    if (this.#chance.happens(0.3)) this.#errors++;
    return JSON.stringify({
      requests_total: this.#requests,
      errors_total: this.#errors,
      sample_error: "429 Too Many Requests",
      active_tasks: this.#chance.int(0, 1),
      current_task: `Task ${this.#requests}`,
      wedged: this.#chance.happens(0.1) ? "the model does not answer" : null,
      updated_at: new Date().toISOString(),
    });
  }

  /** As agents are told to: by rename. */
  async #write(name: string, text: string): Promise<void> {
    const { dir } = this.#options;
    await Deno.writeTextFile(`${dir}/${name}.new`, text, { mode: 0o600 });
    await Deno.rename(`${dir}/${name}.new`, `${dir}/${name}`);
  }

  async #remove(name: string): Promise<void> {
    await Deno.remove(`${this.#options.dir}/${name}`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

function isDeed(word: string): word is Deed {
  return Object.hasOwn(DEEDS, word);
}
