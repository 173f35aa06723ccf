import type { DeliveryMode, WorkspaceStatus } from "./workspace_status.ts";

/** What a new workspace is like. */
export interface AddWorkspaceOptions {
  /**
   * Its id.
   *
   * @default {crypto.randomUUID()}
   */
  id?: string | undefined;
  /**
   * Its name.
   *
   * @default {"Workspace"}
   */
  name?: string | undefined;
  /** The id of its parent. */
  parentId?: string | undefined;
  /** Its token; null for none. A fresh one by default. */
  token?: string | null | undefined;
  /**
   * Its status.
   *
   * @default {"online"}
   */
  status?: WorkspaceStatus | undefined;
  /**
   * "external" or the kind of container.
   *
   * @default {"langgraph"}
   */
  runtime?: string | undefined;
  /** The secret for inbound calls, which every beat's answer carries. */
  inboundSecret?: string | undefined;
  /** What newer platforms tell with every beat's answer, for the workspace to echo. */
  generation?: number | undefined;
  /**
   * How messages get to it. By default it is pushed to, until it registers otherwise; on newer
   * platforms an external workspace polls from its registration on.
   */
  deliveryMode?: DeliveryMode | undefined;
  /**
   * How many tasks it takes at once.
   *
   * @default {1}
   */
  maxConcurrentTasks?: number | undefined;
}
