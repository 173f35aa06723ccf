import type { GrantSettings } from "../permissions.ts";

/** What a compiled binary was built for; its grants reach no further. */
export interface Build extends GrantSettings {
  /**
   * Whether it exports traces and metrics over OpenTelemetry.
   *
   * @default {false}
   */
  readonly otel?: boolean | undefined;
}
