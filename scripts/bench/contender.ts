/**
 * Who is measured side by side.
 *
 * @module
 */

import type { ProgramStart } from "./running_program.ts";

/** The names of all of them; ratios are to the first. */
export const CONTENDERS = ["python", "node", "deno", "deno_with_flags", "binary"] as const;

/** One of {@linkcode CONTENDERS}. */
export type ContenderName = typeof CONTENDERS[number];

/** As a table names them. */
export const TITLES: Readonly<Record<ContenderName, string>> = {
  python: "Python, httpx",
  node: "Node, fetch",
  deno: "Deno, no flags",
  deno_with_flags: "Deno, our flags",
  binary: "the binary",
};

/** What was measured, by contender; who was not measured is not in it. */
export type ByContender<T> = Partial<Record<ContenderName, T>>;

/** One way to start a contender. */
export interface Role {
  /** The workspace that it keeps alive. */
  readonly workspaceId: string;
  /** The folder with its token, its results file and what stands beside that. */
  readonly folder: string;
  readonly start: ProgramStart;
}

/** One program that keeps a workspace alive, in the roles that it is measured in. */
export interface Contender {
  readonly name: ContenderName;
  /** As it is used: the interval is 30 s. */
  readonly asUsed: Role;
  /** With a beat a second. */
  readonly slow: Role;
  /** With a beat as soon as the last has been answered, or little later. */
  readonly fast: Role;
  /** Polls and appends when it is told to. */
  readonly ordered: Role;
}

/** The results file of a role. */
export function resultsFileOf({ folder }: Pick<Role, "folder">): string {
  return `${folder}/results.jsonl`;
}
