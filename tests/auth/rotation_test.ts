import { assertEquals } from "@std/assert";
import { spy } from "@std/testing/mock";
import { AuthorizedClient, TokenStore } from "../../lib/auth/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { delegationsRequest, heartbeatRequest, PlatformClient } from "../../lib/platform/mod.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeTempDir, recordingLog } from "../support/mod.ts";
import { writeUnnoticed } from "./_unnoticed.ts";

/** A workspace whose token is in a file, and the client that proves it. */
async function startWorkspace() {
  const dir = await makeTempDir();
  const platform = await startDevPlatform();
  const { id, token = "" } = platform.addWorkspace();
  const file = `${dir.path}/.auth_token`;
  await Deno.writeTextFile(file, token);
  const { log } = recordingLog();
  const tokens = new TokenStore({ file, secrets: new Secrets(), log });
  const client = new AuthorizedClient(new PlatformClient({ platformUrl: platform.url }), tokens);
  const { signal } = new AbortController();
  return {
    platform,
    id,
    file,
    beat: () => client.send(heartbeatRequest({ workspace_id: id }), { signal }),
    poll: () => client.send(delegationsRequest(id), { signal }),
    async [Symbol.asyncDispose]() {
      await platform.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

Deno.test("TokenStore finds the rotated token without a 401 when its file has changed", async () => {
  await using workspace = await startWorkspace();
  await workspace.beat();
  await Deno.writeTextFile(workspace.file, workspace.platform.rotateToken(workspace.id));
  assertEquals((await workspace.beat()).kind, "ok");
  assertEquals(workspace.platform.requests.map(({ status }) => status), [200, 200]);
});

Deno.test("TokenStore reads its file once when many requests are refused together", async () => {
  await using workspace = await startWorkspace();
  const { file, id, platform } = workspace;
  do await workspace.beat(); while (!await writeUnnoticed(file, platform.rotateToken(id)));
  const from = platform.requests.length;
  using reads = spy(Deno, "readTextFile");
  const outcomes = await Promise.all([
    ...[workspace.beat(), workspace.poll(), workspace.beat()],
    ...[workspace.poll(), workspace.beat(), workspace.poll()],
  ]);
  assertEquals(outcomes.map(({ kind }) => kind), Array(6).fill("ok"));
  assertEquals(reads.calls.length, 1);
  const statuses = platform.requests.slice(from).map(({ status }) => status);
  assertEquals(statuses.filter((status) => status === 401).length, 6);
  assertEquals(statuses.filter((status) => status === 200).length, 6);
});
