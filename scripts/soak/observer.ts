import type { DevPlatform, DevWorkspace, RecordedRequest } from "../dev_platform/mod.ts";

/** Counts what a platform that forgets gets to see. */
export class Observer {
  readonly #platform: DevPlatform;
  readonly #workspace: DevWorkspace;
  readonly #beats: number[] = [];
  readonly #answers = new Map<string, number>();
  #next = 0;
  #open: RecordedRequest[] = [];

  /**
   * @param platform The platform.
   * @param workspace Whose requests.
   */
  constructor(platform: DevPlatform, workspace: DevWorkspace) {
    this.#platform = platform;
    this.#workspace = workspace;
  }

  /** When beats were accepted, in epoch milliseconds. */
  get beats(): readonly number[] {
    return this.#beats;
  }

  /** How many requests were answered how: by `route status`, with "none" for no answer. */
  get answers(): ReadonlyMap<string, number> {
    return this.#answers;
  }

  /** Looks at what is new; that has to be often enough for nothing to be forgotten before. */
  look(): void {
    const isNew = this.#workspace.beatCount - this.#beats.length;
    if (isNew > 0) {
      this.#beats.push(...this.#workspace.beats.slice(-isNew).map(({ at }) => at));
    }
    this.#open.push(...this.#platform.requests.filter(({ index }) => index >= this.#next));
    this.#next = (this.#platform.requests.at(-1)?.index ?? -1) + 1;
    const isDone = ({ answeredAt, aborted }: RecordedRequest) =>
      answeredAt !== undefined || aborted;
    for (const { route, status } of this.#open.filter(isDone)) {
      const answer = `${route} ${status ?? "none"}`;
      this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
    }
    this.#open = this.#open.filter((request) => !isDone(request));
  }
}
