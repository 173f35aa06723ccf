/**
 * Does something to a workspace.
 *
 * @param {string} id The workspace.
 * @param {string} action The last part of the control's path.
 * @param {object} [body] What else to tell.
 * @returns {Promise<void>} Resolves when it is done.
 * @throws {Error} The platform says why not, or cannot be reached.
 */
export async function control(id, action, body = {}) {
  const path = `workspaces/${encodeURIComponent(id)}/${action}`;
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error("The platform does not answer");
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
}
