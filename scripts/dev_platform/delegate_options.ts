/** What a workspace's agent delegates. */
export interface DelegateOptions {
  /**
   * The target's id.
   *
   * @default {crypto.randomUUID()}
   */
  to?: string | undefined;
  /** What to do; the platform keeps it to itself. */
  task?: string | undefined;
  /**
   * The delegation's id.
   *
   * @default {crypto.randomUUID()}
   */
  id?: string | undefined;
}
