/**
 * Paths of the system that this runs on. `@std/path` finds out which one that is by asking `process`, for
 * which Deno 2.9 loads all that it has for Node: 8 MB, and a tenth of a second.
 *
 * @module
 */

import { dirname as posixDirname } from "@std/path/posix/dirname";
import { normalize as posixNormalize } from "@std/path/posix/normalize";
import { dirname as windowsDirname } from "@std/path/windows/dirname";
import { normalize as windowsNormalize } from "@std/path/windows/normalize";

const isWindows = Deno.build.os === "windows";

/** The folder of a path. */
export const dirname: (path: string) => string = isWindows ? windowsDirname : posixDirname;

/** A path without what leads nowhere: `.`, `..` and slashes that are not needed. */
export const normalize: (path: string) => string = isWindows ? windowsNormalize : posixNormalize;
