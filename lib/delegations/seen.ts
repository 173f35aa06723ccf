/** The most keys that are remembered beyond those that the platform still lists. */
const KEPT = 2000;

/**
 * Remembers which results have been delivered. The oldest are forgotten first, and never one that
 * the platform still lists: that one would be delivered again.
 */
export class Seen {
  readonly #keys = new Set<string>();

  /** How many keys are remembered. */
  get size(): number {
    return this.#keys.size;
  }

  /** Every key that is remembered, the oldest first. */
  keys(): string[] {
    return [...this.#keys];
  }

  /** Whether a key is remembered. */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Remembers a key. */
  add(key: string): void {
    this.#keys.add(key);
  }

  /**
   * Forgets the oldest keys beyond the 2000 that are kept.
   *
   * @param listed The keys that the platform lists now.
   */
  forget(listed: ReadonlySet<string>): void {
    let surplus = this.#keys.size - KEPT;
    if (surplus <= 0) return;
    for (const key of this.#keys) {
      if (surplus <= 0) return;
      if (listed.has(key)) continue;
      this.#keys.delete(key);
      surplus--;
    }
  }
}
