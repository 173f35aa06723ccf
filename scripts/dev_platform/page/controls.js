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
  await post(`workspaces/${encodeURIComponent(id)}/${action}`, body);
}

/**
 * Makes a workspace. Its token is not for the page.
 *
 * @param {string} name Its name.
 * @returns {Promise<void>} Resolves when it is there.
 * @throws {Error} The platform says why not, or cannot be reached.
 */
export async function makeWorkspace(name) {
  await post("workspaces", { name });
}

/**
 * Says what has become of a request to do something.
 *
 * @param {Promise<void>} doing The request.
 * @param {string} done What is to be said when it is done.
 * @returns {Promise<{ isDone: boolean, text: string }>} That, or why it is not done.
 */
export async function outcome(doing, done) {
  const problem = await doing.then(() => "", String);
  const isDone = problem === "";
  return { isDone, text: isDone ? `${done}.` : `Not done: ${problem.replace(/^\w*Error: /, "")}` };
}

/**
 * @param {string} path
 * @param {object} body
 */
async function post(path, body) {
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
