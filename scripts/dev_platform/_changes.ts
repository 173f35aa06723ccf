/** Counts what has changed, and tells those who show it. */
export class Changes {
  /** Two platforms, one after the other at one address, count from 1 both. */
  readonly #origin = crypto.randomUUID();
  readonly #watching = new Set<() => void>();
  #count = 0;

  /** How many there have been. */
  get count(): number {
    return this.#count;
  }

  /**
   * Counts a change, and tells of it.
   *
   * @returns Its number: the first is 1.
   */
  add(): number {
    this.#count++;
    const watching = [...this.#watching];
    this.#watching.clear();
    for (const tell of watching) tell();
    return this.#count;
  }

  /**
   * Tells of the next change.
   *
   * @param tell Is called then.
   * @returns Ends it.
   */
  once(tell: () => void): () => void {
    this.#watching.add(tell);
    return () => this.#watching.delete(tell);
  }

  /**
   * Names a change so that nobody takes it for one of another platform.
   *
   * @param number The change.
   * @returns Its name.
   */
  id(number: number): string {
    return `${this.#origin}:${number}`;
  }

  /**
   * Reads the name of a change.
   *
   * @param id What {@linkcode Changes.id} has given, or anything else.
   * @returns Its number; undefined when it is none of these changes.
   */
  place(id: string | null): number | undefined {
    const [origin, number = ""] = id?.split(":") ?? [];
    if (origin !== this.#origin || !/^\d{1,15}$/.test(number)) return undefined;
    return Number(number) <= this.#count ? Number(number) : undefined;
  }
}
