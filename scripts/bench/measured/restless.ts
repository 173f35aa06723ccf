/**
 * Lets the program take any interval, down to nothing: runs before the program. Nothing else of it is
 * changed.
 *
 * @module
 */

import { SETTING_DEFINITIONS } from "../../../lib/config/mod.ts";

Object.assign(SETTING_DEFINITIONS.intervalSeconds, { parse: Number });
