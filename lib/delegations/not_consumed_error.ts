/** Why results were not consumed; its message is the one line that a person needs. */
export class NotConsumedError extends Error {
  /** What the consumer could not do. */
  readonly failed: "lock" | "set aside" | "print";

  /**
   * @param message What was attempted, what was wrong, and what becomes of the results.
   * @param failed What the consumer could not do.
   */
  constructor(message: string, failed: "lock" | "set aside" | "print") {
    super(message);
    this.name = "NotConsumedError";
    this.failed = failed;
  }
}
