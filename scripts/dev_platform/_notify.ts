import * as v from "valibot";
import { insertRow } from "./_activity_rows.ts";
import { type Answer, failure, json } from "./_answer.ts";
import { cutBytes, isStorable } from "./_byte_text.ts";
import { parseJson } from "./_json_body.ts";
import type { PlatformRequest } from "./_platform_request.ts";
import type { PlatformState } from "./_platform_state.ts";
import type { WorkspaceState } from "./_workspace_state.ts";

const PREVIEW_BYTES = 80;

const text = v.nullish(v.string(), "");
const notification = v.object({
  message: v.pipe(v.string(), v.nonEmpty()),
  attachments: v.nullish(v.array(v.object({ uri: text, name: text })), []),
});

/**
 * `POST /workspaces/:id/notify`: each call is one bubble in the user's chat.
 *
 * @param platform The platform.
 * @param request The request.
 * @param workspace The workspace.
 * @returns The answer.
 */
export function notify(
  platform: PlatformState,
  request: PlatformRequest,
  workspace: WorkspaceState,
): Answer {
  const result = v.safeParse(notification, parseJson(request.body));
  if (!result.success) return failure(400, "message is required");
  const { message, attachments } = result.output;
  const nameless = attachments.findIndex(({ uri, name }) => uri === "" || name === "");
  if (nameless >= 0) {
    return failure(400, `attachment[${nameless}]: uri and name are required`);
  }
  // The bubble is shown in any case; a row that the database refuses is missing after a reload.
  const preview = cutBytes(message, PREVIEW_BYTES);
  const persisted = !preview.broken && isStorable(message);
  if (persisted) {
    insertRow(platform, workspace, {
      type: "a2a_receive",
      method: "notify",
      targetId: workspace.id,
      summary: preview.text,
      status: "ok",
      response: message,
    });
  }
  workspace.chat.push({ at: platform.clock.now(), message, persisted });
  platform.emit("AGENT_MESSAGE", workspace, { message, attachments });
  return json(200, { status: "sent" });
}
