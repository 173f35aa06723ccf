import { type Dialect, DIALECTS } from "../../scripts/dev_platform/mod.ts";

/** What a test needs besides its name and what it does. */
export type DialectTestOptions = Omit<Deno.TestDefinition, "name" | "fn">;

/** Whatever talks to the platform is tested with each of its dialects. */
export const eachDialect = {
  // A member of this name, so that deno fmt lays its calls out as those of Deno.test().
  /**
   * Registers a test for each dialect, with the dialect at the end of its name.
   *
   * @param name What is tested.
   * @param fn The test, which starts its platform with the dialect.
   * @param options What else it needs.
   */
  test(
    name: string,
    fn: (dialect: Dialect) => Promise<void>,
    options: DialectTestOptions = {},
  ): void {
    for (const dialect of DIALECTS) {
      Deno.test({ ...options, name: `${name} (${dialect})`, fn: () => fn(dialect) });
    }
  },
};
