import type { EnvironmentVariable } from "./environment.ts";

/**
 * What a shell can offer for a value: these words, the files or the folders that are there; or
 * nothing, for any other text.
 */
export type Offered = readonly string[] | "file" | "folder" | "nothing";

/** One row of the table of settings. */
export interface SettingDefinition<T> {
  /** Reads the value; undefined when the text is not allowed. */
  readonly parse: (text: string) => T | undefined;
  /** What is allowed, as an error message says it. */
  readonly allowed: string;
  /** What it is for, as the help text says it. */
  readonly brief: string;
  /** The flag's name, without dashes. */
  readonly flag?: string;
  /**
   * What a shell offers for the flag's value. Words are all that there are, so that one that is
   * none of them was meant to be the nearest.
   *
   * @default {"nothing"}
   */
  readonly offered?: Offered;
  /** The variables it is read from, the first that is set. */
  readonly variables?: readonly EnvironmentVariable[];
  /** Whether a variable that says this says nothing, beside one that is empty. */
  isBlank?(text: string): boolean;
  /** Whether its value may never be shown. */
  readonly secret?: boolean;
  /** Says what is wrong about a text that is not allowed, without any secret that is in it. */
  problem?(text: string): string;
  /**
   * Writes the value as a flag would give it.
   *
   * @default {String}
   */
  show?(value: T): string;
}
