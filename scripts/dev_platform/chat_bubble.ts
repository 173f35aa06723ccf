/** One bubble in the user's chat, from `POST …/notify`. */
export interface ChatBubble {
  /** When, on the platform's clock. */
  readonly at: number;
  /** The text. */
  readonly message: string;
  /** Whether it is still there after a reload. */
  readonly persisted: boolean;
}
