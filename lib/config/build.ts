import type { GrantSettings } from "../permissions.ts";

/** What a compiled binary was built for; its grants reach no further. */
export type Build = GrantSettings;
