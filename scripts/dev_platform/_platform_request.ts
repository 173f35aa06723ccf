/** What the endpoints see of a request. */
export interface PlatformRequest {
  /** The headers. */
  readonly headers: Headers;
  /** The query with its "?", or "". */
  readonly search: string;
  /** The whole body. */
  readonly body: Uint8Array;
  /** The workspace in the path, or "". */
  readonly workspaceId: string;
  /** The delegation in the path, or "". */
  readonly delegationId: string;
}
