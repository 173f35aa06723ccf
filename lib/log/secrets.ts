/** What stands in a line where a secret stood. */
const MASK = "[redacted]";

/** The secrets that this process has seen, so that no line it writes can hold one. */
export class Secrets {
  // A rotation leaves the former token behind: a few of them are kept, so that one that an answer
  // still quotes is masked too.
  static readonly #KEPT = 16;
  readonly #values = new Set<string>();

  /**
   * Remembers a secret: from now on {@linkcode Secrets.mask} hides it.
   *
   * @param value The secret; text shorter than 4 characters is ignored, since masking it would
   * only garble every line, and so is what no line can hold: broken characters.
   */
  add(value: string): void {
    if (value.length < 4 || !value.isWellFormed()) return;
    this.#values.delete(value);
    this.#values.add(value);
    for (const oldest of this.#values) {
      if (this.#values.size <= Secrets.#KEPT) break;
      this.#values.delete(oldest);
    }
  }

  /**
   * Hides every known secret in a text, also where it was written as JSON or in a URL.
   *
   * @param text The text.
   */
  mask(text: string): string {
    // The longest first: a secret may begin with another, such as a token that was half written.
    const values = [...this.#values].sort((a, b) => b.length - a.length);
    for (const value of values) {
      for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]) {
        text = text.replaceAll(form, MASK);
      }
    }
    return text;
  }
}
