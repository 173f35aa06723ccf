/** What stands in a line where a secret stood. */
const MASK = "[redacted]";

/** The secrets that this process has seen, so that no line it writes can hold one. */
export class Secrets {
  // A rotation leaves the former token behind: a few of them are kept, so that one that an answer
  // still quotes is masked too.
  static readonly #KEPT = 16;
  readonly #values = new Set<string>();
  readonly #kept: number;
  /** What to look for, the longest first: a secret may begin with another, half-written one. */
  #forms: readonly string[] | undefined;

  /**
   * Makes an empty one.
   *
   * @param options `workspaces`: how many of them have their secrets here; 1 by default.
   */
  constructor({ workspaces = 1 }: { readonly workspaces?: number } = {}) {
    this.#kept = Secrets.#KEPT * workspaces;
  }

  /**
   * Remembers a secret: from now on {@linkcode Secrets.mask} hides it.
   *
   * @param value The secret; text shorter than 4 characters is ignored, since masking it would
   * only garble every line, and so is what no line can hold: broken characters.
   */
  add(value: string): void {
    if (value.length < 4 || !value.isWellFormed()) return;
    const isKnown = this.#values.delete(value);
    this.#values.add(value); // the latest that was in use
    if (isKnown) return;
    for (const oldest of this.#values) {
      if (this.#values.size <= this.#kept) break;
      this.#values.delete(oldest);
    }
    this.#forms = undefined;
  }

  /**
   * Hides every known secret in a text, also where it was written as JSON or in a URL.
   *
   * @param text The text.
   */
  mask(text: string): string {
    this.#forms ??= formsOf(this.#values);
    for (const form of this.#forms) text = text.replaceAll(form, MASK);
    return text;
  }
}

/** Each secret as it is, as in JSON, and as in a URL. */
function formsOf(values: ReadonlySet<string>): string[] {
  const longestFirst = [...values].sort((a, b) => b.length - a.length);
  return [
    ...new Set(
      longestFirst.flatMap((value) => [
        value,
        JSON.stringify(value).slice(1, -1),
        encodeURIComponent(value),
      ]),
    ),
  ];
}
