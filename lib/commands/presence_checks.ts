/**
 * What `check` finds out about the workspace on the platform, and about registering it.
 *
 * @module
 */

import { probeTokenFile } from "../auth/mod.ts";
import type { Settings } from "../config/mod.ts";
import { EXIT_CODE, exitCodeFor } from "../exit_code.ts";
import { tokenFile } from "../permissions.ts";
import { type Sender, workspaceRequest } from "../platform/mod.ts";
import { foundPresence, registrationBody, tokenObstacle } from "../presence/mod.ts";
import type { CompleteOptions } from "../sidecar_options.ts";
import { reasonOf } from "../text.ts";
import { ask, failed, type Finding, ok, warning } from "./checks.ts";

/**
 * Shows what would be registered, and tests whether a token could be kept.
 *
 * @param settings The settings.
 * @param options The same, as the sidecar takes them.
 * @param hasToken Whether the workspace has a token already.
 * @returns What was found; undefined when the workspace is not registered by the sidecar.
 */
export async function checkRegistration(
  settings: Settings,
  options: CompleteOptions,
  hasToken: boolean,
): Promise<Finding | undefined> {
  const { registerMode: mode } = options;
  if (mode === "off") return undefined;
  const name = "register";
  let body: object;
  try {
    body = await registrationBody({ ...options, mode });
  } catch (error) {
    const remedy = "beats work without, but the workspace is not registered";
    return failed(name, reasonOf(error), remedy, EXIT_CODE.configuration);
  }
  const message = `would send POST /registry/register ${JSON.stringify(body)}`;
  const file = tokenFile(settings.configsDir.value);
  const obstacle = hasToken ? undefined : await tokenObstacle(() => probeTokenFile(file));
  if (obstacle === undefined) return ok(name, message);
  return warning(name, `${message}, but not without a token`, obstacle.message);
}

/**
 * Tests whether the platform knows the workspace.
 *
 * @param sender Who asks.
 * @param options Which workspace, and whether it is registered by the sidecar.
 * @param hasToken Whether the workspace has a token already.
 */
export async function checkPresence(
  sender: Sender,
  { registerMode, workspaceId }: Pick<CompleteOptions, "registerMode" | "workspaceId">,
  hasToken: boolean,
): Promise<Finding> {
  const name = "workspace";
  const registers = registerMode !== "off";
  const outcome = await ask(sender, workspaceRequest(workspaceId));
  const found = foundPresence(outcome);
  switch (found.kind) {
    case "present":
      return ok(name, `it is ${found.status}`);
    case "resting":
      return warning(
        name,
        `it is ${found.status}: beats go on${registers ? ", and it is not registered" : ""}`,
        "resume it on the platform",
      );
    case "unknown_to_platform":
      if (registers && !hasToken) {
        return ok(name, "the platform does not know it yet: it will be registered");
      }
      break;
    case "not_told": {
      const isWrongId = outcome.kind === "rejected";
      const remedy = isWrongId
        ? "check WORKSPACE_ID: the platform's ids are UUIDs"
        : "nobody knows whether it is there until this is mended";
      const isOurs = isWrongId || outcome.kind === "ok";
      const code = isOurs ? EXIT_CODE.configuration : exitCodeFor(outcome.kind);
      return failed(name, found.detail, remedy, code);
    }
  }
  return failed(
    name,
    `it was removed, or never was there: ${found.detail}`,
    found.hint || "check WORKSPACE_ID and the platform's address, or make a new workspace",
    EXIT_CODE.notAllowed,
  );
}
