/**
 * What `check` tests, one finding each.
 *
 * @module
 */

import { LARGEST_TOKEN_FILE_BYTES } from "../auth/mod.ts";
import type { Build, ResolvedSettings, Settings } from "../config/mod.ts";
import { EXIT_CODE, type ExitCode, exitCodeFor } from "../exit_code.ts";
import { mayRead } from "../grants.ts";
import { tokenFile } from "../permissions.ts";
import {
  delegationsRequest,
  healthRequest,
  type Outcome,
  type PlatformRequest,
  type Sender,
} from "../platform/mod.ts";
import { readSmallFile } from "../small_file.ts";
import { reasonOf } from "../text.ts";
import { parseToken } from "../token.ts";
import type { LackingGrants, Refusal } from "./required_grants.ts";

/** What one test found. */
export interface Finding {
  /** The workspace it was made for, where there are several. */
  readonly workspace?: string;
  /** What was tested. */
  readonly name: string;
  /** A warning does not fail the check; what is skipped could not be tested for another failure. */
  readonly status: "ok" | "warning" | "failed" | "skipped";
  /** What was found, on one line. */
  readonly message: string;
  /** What to do about it; "" when there is nothing to do. */
  readonly remedy: string;
  /** What the check ends with when this failed. */
  readonly exitCode: ExitCode;
}

/** Tests config.yaml, and passes on what is unwise about the settings. */
export function checkConfig({ workspaces, configFile, warnings }: ResolvedSettings): Finding {
  const path = workspaces[0].configFile.value;
  const [problem] = configFile.problems;
  if (problem !== undefined) {
    const more = configFile.problems.length - 1;
    const message = more === 0 ? problem : `${problem} (and ${more} more)`;
    return failed("config", message, "mend the file", EXIT_CODE.configuration);
  }
  const [advice] = warnings; // of no problem of the file's, since there is none
  if (advice !== undefined) return warning("config", advice, "change the setting");
  switch (configFile.state) {
    case "not granted":
      return warning("config", `'${path}' is not granted: defaults hold`, "grant it for reading");
    case "absent":
      return ok("config", `no '${path}': defaults hold`);
    default:
      return ok("config", `'${path}' is sound`);
  }
}

/** Tests what this process is granted. */
export function checkGrants({ refusal, without }: LackingGrants, build?: Build): Finding {
  if (refusal !== undefined) {
    return failed("grants", refusal.problem, refusal.remedy, EXIT_CODE.notAllowed);
  }
  if (without.length === 0) return ok("grants", "everything that the settings need is granted");
  const remedy = build === undefined
    ? "grant them, or go without"
    : "build a binary for them with deno task compile, or go without";
  return warning("grants", `not granted: ${without.join("; ")}`, remedy);
}

/** Tests that plain-text requests do not pass a proxy. */
export function checkProxy(refusal: Refusal | undefined): Finding {
  if (refusal === undefined) return ok("proxy", "no proxy can read the token");
  return failed("proxy", refusal.problem, refusal.remedy, EXIT_CODE.configuration);
}

/** Tests the token file. */
export async function checkTokenFile(settings: Settings): Promise<Finding> {
  const path = tokenFile(settings.configsDir.value);
  const { origin, value: fallback } = settings.environmentToken;
  const absent = (why: string, remedy: string) =>
    fallback !== undefined
      ? ok("token file", `${why}: the token from ${origin} is used`)
      : warning("token file", why, remedy);
  if (!mayRead(path)) return absent(`'${path}' is not granted`, "grant it for reading");
  try {
    const { isFile, mode } = await Deno.stat(path);
    if (!isFile) {
      const remedy = "put a file with the token there";
      return failed("token file", `'${path}' is no regular file`, remedy, EXIT_CODE.notAllowed);
    }
    const token = parseToken(await readSmallFile(path, LARGEST_TOKEN_FILE_BYTES) ?? "");
    if (token === undefined) {
      return absent(`'${path}' holds no token`, "write the workspace's token to it");
    }
    if (mode !== null && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8);
      return warning(
        "token file",
        `'${path}' can be read by others (mode ${octal})`,
        `chmod 600 '${path}'`,
      );
    }
    return ok("token file", `'${path}' holds a token`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return absent(
        `no '${path}'`,
        "beats work until the platform has issued a token; results need it: write it there",
      );
    }
    return failed(
      "token file",
      reasonOf(error),
      `let this user read '${path}'`,
      EXIT_CODE.notAllowed,
    );
  }
}

/** Tests whether the platform is there; the request carries no token. */
export async function checkPlatform(client: Sender, url: string): Promise<Finding> {
  const outcome = await ask(client, healthRequest());
  if (outcome.kind === "ok") return ok("platform", `'${url}' answers`);
  return failed(
    "platform",
    `'${url}': ${outcome.detail}`,
    "check --platform-url or PLATFORM_URL, and that the platform is up",
    exitCodeFor(outcome.kind),
  );
}

/** Tests whether the platform takes the token, by listing the delegations. */
export async function checkToken(sender: Sender, workspaceId: string): Promise<Finding> {
  const outcome = await ask(sender, delegationsRequest(workspaceId));
  if (outcome.kind === "ok") return ok("token", "the platform takes it");
  const remedy = outcome.kind === "unauthorized"
    ? "put the workspace's live token into the token file, or into MOLECULE_WORKSPACE_TOKEN"
    : "results cannot be listed until this is mended";
  return failed("token", outcome.detail, remedy, exitCodeFor(outcome.kind));
}

/**
 * What is said of a test that was not made.
 *
 * @param name What was to be tested.
 * @param why Why it was not.
 */
export function skipped(name: string, why: string): Finding {
  const message = `not tested: ${why}`;
  return { name, status: "skipped", message, remedy: "", exitCode: EXIT_CODE.fine };
}

/** Sends a request, however long that takes. */
export async function ask(sender: Sender, request: PlatformRequest): Promise<Outcome> {
  return await sender.send(request, { signal: new AbortController().signal });
}

/** What is said of a test that passed. */
export function ok(name: string, message: string): Finding {
  return { name, status: "ok", message, remedy: "", exitCode: EXIT_CODE.fine };
}

/** What is said of a test that found something unwise. */
export function warning(name: string, message: string, remedy: string): Finding {
  return { name, status: "warning", message, remedy, exitCode: EXIT_CODE.fine };
}

/** What is said of a test that failed. */
export function failed(name: string, message: string, remedy: string, exitCode: ExitCode): Finding {
  return { name, status: "failed", message, remedy, exitCode };
}
