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
    forgetOldest(this.#keys, (key) => listed.has(key));
  }
}

/**
 * Forgets the oldest entries beyond those that are kept: 2000, unless it says otherwise.
 *
 * @param remembered A map or a set, the oldest entry first.
 * @param isNeeded Whether an entry must not be forgotten, by its key.
 * @param kept How many are kept.
 */
export function forgetOldest(
  remembered: Pick<Map<string, unknown> | Set<string>, "delete" | "keys" | "size">,
  isNeeded: (key: string) => boolean,
  kept = KEPT,
): void {
  let surplus = remembered.size - kept;
  if (surplus <= 0) return;
  for (const key of remembered.keys()) {
    if (surplus <= 0) return;
    if (isNeeded(key)) continue;
    remembered.delete(key);
    surplus--;
  }
}
