import { assertEquals, assertMatch } from "@std/assert";
import { probeTokenFile } from "../../lib/auth/mod.ts";
import { tokenObstacle } from "../../lib/presence/mod.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import { makeTempDir } from "../support/mod.ts";
import { makePresence, type Presence } from "./_presence.ts";

/** Keeps a token from being written; gives what ends that. */
async function obstruct({ dir }: Presence): Promise<() => Promise<void>> {
  const obstacle = `${dir}/.auth_token.tmp`;
  await Deno.mkdir(`${obstacle}/in-the-way`, { recursive: true });
  return () => Deno.remove(obstacle, { recursive: true });
}

Deno.test("tokenObstacle() is undefined, and nothing is left behind, when a token could be kept", async () => {
  await using dir = await makeTempDir();
  assertEquals(await tokenObstacle(() => probeTokenFile(`${dir.path}/.auth_token`)), undefined);
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
});

Deno.test("tokenObstacle() says what to check when the system refuses the file", async () => {
  await using dir = await makeTempDir();
  await Deno.mkdir(`${dir.path}/.auth_token`);
  assertMatch(
    (await tokenObstacle(() => probeTokenFile(`${dir.path}/.auth_token`)))?.message ?? "",
    /^the token that the platform would issue cannot be kept: .+it is not a regular file: check that it is a regular file that this user may read$/,
  );
});

const noSmallDisk = await whyNot(mountSmallDisk);

Deno.test({
  name: "tokenObstacle() says what to check when the disk is full" +
    (noSmallDisk === undefined ? "" : ` (ignored: ${noSmallDisk})`),
  ignore: noSmallDisk !== undefined,
  fn: async () => {
    await using disk = await mountSmallDisk();
    await disk.fill();
    assertMatch(
      (await tokenObstacle(() => probeTokenFile(`${disk.path}/.auth_token`)))?.message ?? "",
      /No space.+has room/,
    );
  },
});

Deno.test(
  "tokenObstacle() says what to grant when the manifest does not grant the file",
  { permissions: { read: true, write: false } },
  async () => {
    assertEquals(
      await tokenObstacle(() => probeTokenFile("/nowhere/.auth_token")),
      {
        message: "the token that the platform would issue cannot be kept: Requires write access " +
          "to '/nowhere/.auth_token': grant it, or put the workspace's token there",
        cause: 77,
      },
    );
  },
);

Deno.test("Registration.register() asks for no token, and says why, when it could not be kept (contract 1.0)", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const mend = await obstruct(presence);
  const result = await presence.register();
  assertEquals(result.kind, "failed");
  const { message = "", trouble = "" } = result.kind === "failed" ? result : {};
  assertMatch(message, /^the token that the platform would issue cannot be kept: /);
  assertEquals([trouble, platform.requests.length], [message, 0]);
  await mend();
  assertEquals((await presence.register()).kind, "registered");
});

Deno.test("Registration.register() registers all the same, where no token could be kept, when the one that is there is live (contract 1.5)", async () => {
  await using platform = await startDevPlatform();
  const { id, token } = platform.addWorkspace();
  await using presence = await makePresence(platform, { workspaceId: id, token });
  await obstruct(presence);
  assertEquals(await presence.register(), { kind: "registered", hasNewToken: false });
  assertEquals(presence.sender.sent, ["state", "register"]);
});

Deno.test("Registration.register() asks for no token, where it could not be kept, when the one that is there was revoked", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  const { id: workspaceId, token } = workspace;
  workspace.status = "removed"; // which revokes its tokens
  workspace.status = "provisioning";
  await using presence = await makePresence(platform, { workspaceId, token });
  await obstruct(presence);
  const result = await presence.register();
  assertEquals(result.kind, "failed");
  assertMatch("message" in result ? result.message : "", /cannot be kept/);
  assertEquals([presence.sender.sent, workspace.token], [["state"], undefined]);
});

Deno.test("Registration.register() asks for no token, where it could not be kept, when the platform does not say whether the one that is there is live", async () => {
  await using platform = await startDevPlatform();
  const { id, token } = platform.addWorkspace();
  platform.fault("state", { kind: "answer", status: 503, body: { error: "later" } });
  await using presence = await makePresence(platform, { workspaceId: id, token });
  await obstruct(presence);
  assertEquals((await presence.register()).kind, "failed");
  assertEquals(presence.sender.sent, ["state"]);
});
