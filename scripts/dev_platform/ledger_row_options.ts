/** A row of the ledger of delegations, as a test puts it there. Times are in epoch milliseconds. */
export interface LedgerRowOptions {
  /** The delegation's id: what tells one row from another. */
  delegationId: string;
  /**
   * How far it is: "queued", "dispatched", "in_progress", "delivered", "completed", "failed",
   * "stuck", or what a later platform may write.
   */
  status: string;
  /**
   * Who delegates. Only a new row takes it; so it is with the next three.
   *
   * @default {the workspace}
   */
  from?: string | undefined;
  /** To whom; a new id by default, or the workspace when somebody else delegates. */
  to?: string | undefined;
  /**
   * What to do.
   *
   * @default {""}
   */
  task?: string | undefined;
  /** When it was delegated; now by default. */
  createdAt?: number | undefined;
  /** The reply, or what of it is listed. This and the following stay as they are by default. */
  responsePreview?: string | undefined;
  /** What went wrong. */
  error?: string | undefined;
  /** When the target last said that it is at it. */
  lastHeartbeat?: number | undefined;
  /** Until when it has to be done. */
  deadline?: number | undefined;
}
