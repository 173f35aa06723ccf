/**
 * Where values come from: each reader gives the value with its origin, or undefined when that
 * origin says nothing.
 *
 * @module
 */

import { readVariable } from "../grants.ts";
import { didYouMean } from "../nearest.ts";
import { neutralise } from "../text.ts";
import { withoutCredentials } from "./_credentials.ts";
import { configurationError, usageError } from "./errors.ts";
import type { SettingDefinition } from "./setting_definition.ts";
import type { FlagName, FlagValues, Setting } from "./settings.ts";

/** A row of the table whose flag, if any, is one that the command line knows. */
export type Definition<T> = SettingDefinition<T> & { readonly flag?: FlagName };

/** A setting's value from its flag. */
export function fromFlag<T>(definition: Definition<T>, flags: FlagValues): Setting<T> | undefined {
  const { flag, parse } = definition;
  const text = flag === undefined ? undefined : flags.texts[flag];
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value === undefined) throw usageError(notAllowed(text, `--${flag}`, definition));
  return { value, origin: `flag --${flag}` };
}

/** A setting's value from the first of its variables that is set. */
export function fromVariable<T>(definition: SettingDefinition<T>): Setting<T> | undefined {
  const { variables = [], parse, secret = false } = definition;
  for (const variable of variables) {
    const found = readVariable(variable);
    if (found === undefined || definition.isBlank?.(found)) continue;
    const value = parse(found);
    if (value === undefined) {
      const shown = secret ? "(not shown)" : found;
      const problem = definition.problem?.(found);
      throw configurationError(
        notAllowed(shown, `${variable} in the environment`, definition, problem),
      );
    }
    return { value, origin: `environment ${variable}` };
  }
  return undefined;
}

/** What holds where nothing is said. */
export function byDefault<T>(value: T): Setting<T> {
  return { value, origin: "default" };
}

/** What a binary was built for. */
export function builtIn<T>(value: T | undefined): Setting<T> | undefined {
  return value === undefined ? undefined : { value, origin: "build" };
}

function notAllowed(
  text: string,
  origin: string,
  { allowed, offered }: Pick<SettingDefinition<unknown>, "allowed" | "offered">,
  problem?: string,
): string {
  const shown = neutralise(withoutCredentials(text), 100);
  const why = problem === undefined ? "" : `${problem}: `;
  const hint = typeof offered === "object" ? didYouMean(text, offered) : "";
  return `Cannot use '${shown}' from ${origin}: ${why}${hint}expected ${allowed}`;
}
