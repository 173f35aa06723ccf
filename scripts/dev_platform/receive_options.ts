/** What comes into a workspace's messages, as a test makes it. */
export interface ReceiveOptions {
  /**
   * Who has sent it; null for the user.
   *
   * @default {crypto.randomUUID()}
   */
  from?: string | null | undefined;
  /** Its words. By default it has no message, but what `responseBody` says. */
  text?: string | undefined;
  /**
   * What was called: "message/send", or "delegate_result" for the outcome of a delegation that the
   * platform puts there.
   *
   * @default {"message/send"}
   */
  method?: string | undefined;
  /**
   * What became of it.
   *
   * @default {"ok"}
   */
  status?: string | undefined;
  /** One line about it. By default who sent it to whom. */
  summary?: string | undefined;
  /** "backpressure" for an echo of a busy queue, which older platforms do not tell as such. */
  messageType?: string | undefined;
  /** What was answered, as JSON. */
  responseBody?: object | undefined;
}
