import { writeWhole } from "../write_whole.ts";

/** Where results go: it takes whole lines, all of them or none. */
export interface ResultsOutput {
  /** What to call it in a message. */
  readonly name: string;
  /**
   * Makes it ready, and lets the agent see what a killed process has left.
   *
   * @throws {Error} It cannot be written now.
   */
  open(): Promise<void>;
  /**
   * Appends lines, and resolves when they are safe and can be seen.
   *
   * @param lines Whole lines, each with its line break.
   * @throws {Error} Nothing was appended.
   */
  append(lines: string): Promise<void>;
  /** Whether there may be lines that the agent has not taken yet. */
  hasUnread(): Promise<boolean>;
  /** How many bytes wait for the agent; 0 where nobody can tell. */
  unreadBytes(): Promise<number>;
  /**
   * The keys of the results that wait for the agent, as far as anybody can tell. Asked for before
   * {@linkcode ResultsOutput.open}, since the agent may take what that lets it see.
   */
  unreadKeys(): Promise<ReadonlySet<string>>;
}

/** As much of it as somebody needs who wakes the agent. */
export type UnreadResults = Pick<ResultsOutput, "name" | "hasUnread">;

/** Results on standard output, for a program that reads them from a pipe. */
export class StdoutResults implements ResultsOutput {
  /** @inheritdoc */
  readonly name: string = "the sidecar's standard output";

  /** There is nothing to make ready. */
  open(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Writes lines.
   *
   * @param lines Whole lines.
   * @throws {Error} Nobody reads any more.
   */
  async append(lines: string): Promise<void> {
    await writeWhole(Deno.stdout, new TextEncoder().encode(lines));
  }

  /** Nobody can tell who reads a pipe: there may always be something unread. */
  hasUnread(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Nobody can tell. */
  unreadBytes(): Promise<number> {
    return Promise.resolve(0);
  }

  /** Nobody can tell. */
  unreadKeys(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set());
  }
}
