/** The flags that a command line may have. */
export interface PlainFlagNames<Valued extends string, Switch extends string> {
  /** Those that take a value, without their dashes. */
  readonly valued: readonly Valued[];
  /** Those that take none. */
  readonly switches: readonly Switch[];
}

/** What a command line says. */
export interface PlainFlags<Valued extends string, Switch extends string> {
  /** The text of each flag that was given. */
  readonly texts: { readonly [Flag in Valued]?: string };
  /** The switches that were given. */
  readonly switched: ReadonlySet<Switch>;
}

/**
 * Reads flags that are written as people write them: `--flag value` or `--flag=value`, each once.
 * Whatever else may be meant, the command line's own parser knows.
 *
 * @param args The arguments behind the subcommand.
 * @param names The flags that there may be.
 * @returns What they say; undefined when they are anything else.
 *
 * @example
 * ```ts
 * import { plainFlags } from "./plain_flags.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const names = { valued: ["age"], switches: ["old"] } as const;
 * assertEquals(plainFlags(["--age", "90"], names)?.texts, { age: "90" });
 * assertEquals(plainFlags(["--help"], names), undefined);
 * ```
 */
export function plainFlags<Valued extends string, Switch extends string>(
  args: readonly string[],
  { switches, valued }: PlainFlagNames<Valued, Switch>,
): PlainFlags<Valued, Switch> | undefined {
  const texts: { [Flag in Valued]?: string } = {};
  const switched = new Set<Switch>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, name, attached] = /^--([a-z-]+)(?:=(.+))?$/.exec(arg) ?? [];
    const flag = switches.find((flag) => flag === name);
    if (flag !== undefined) {
      if (attached !== undefined || switched.has(flag)) return undefined;
      switched.add(flag);
      continue;
    }
    const taker = valued.find((flag) => flag === name);
    const value = attached ?? rest.shift();
    const isPlain = value !== undefined && value !== "" && !value.startsWith("-");
    if (taker === undefined || !isPlain || texts[taker] !== undefined) return undefined;
    texts[taker] = value;
  }
  return { texts, switched };
}
