import { assert, assertEquals } from "@std/assert";
import { type RecordedRequest, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { eachDialect, makeTempDir, startSidecar } from "../support/mod.ts";

const isBeat = ({ route }: RecordedRequest) => route === "heartbeat";
const isAccepted = (request: RecordedRequest) => isBeat(request) && request.status === 200;

eachDialect.test("the sidecar logs an outage in two lines, and beats again when it is over", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using dir = await makeTempDir();
  const workspace = platform.addWorkspace({ token: null });
  await using sidecar = startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    dir: dir.path,
    args: ["--interval", "5", "--log-level", "debug"],
  });
  await platform.waitFor(isAccepted);
  await platform.waitFor(({ route }) => route === "delegations");
  platform.goDown();
  const began = await sidecar.waitForLine(/WARN The beat failed/);
  // The attempts in between are told of only at the level of debug.
  await sidecar.waitForLine(/DEBUG The beat failed/);
  const from = platform.requests.length;
  platform.comeBack();
  await platform.waitFor(isAccepted, { from });
  await platform.waitFor(({ route }) => route === "delegations", { from });
  const ended = await sidecar.waitForLine(/INFO Beats recovered after .* failed attempts?/);
  await sidecar.stop();
  const about = sidecar.stderr.filter((line) => !line.includes(" DEBUG "));
  const outage = about.slice(about.indexOf(began), about.indexOf(ended) + 1);
  assertEquals(outage, [began, ended]);
});

eachDialect.test("the sidecar beats on while the agent takes its turn after a wake", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using dir = await makeTempDir();
  const peer = platform.addWorkspace();
  const workspace = platform.addWorkspace();
  workspace.agent = { kind: "blocks" };
  workspace.finish(workspace.delegate({ to: peer.id }), "done");
  await using _sidecar = startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    dir: dir.path,
    args: ["--interval", "5"],
    env: { MOLECULE_WORKSPACE_TOKEN: workspace.token ?? "" },
  });
  const wake = await platform.waitFor(({ route }) => route === "a2a", { whenReceived: true });
  const from = platform.requests.length;
  await platform.waitFor(isAccepted, { from, count: 2 });
  await platform.waitFor(({ route }) => route === "delegations", { from });
  assertEquals(wake.status, undefined, "the turn ended before the beats came");
  workspace.release();
});

eachDialect.test("the sidecar goes on with a token that was replaced under it", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using dir = await makeTempDir();
  const workspace = platform.addWorkspace();
  await Deno.writeTextFile(`${dir.path}/.auth_token`, workspace.token ?? "", { mode: 0o600 });
  await using _sidecar = startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    dir: dir.path,
    args: ["--interval", "5"],
  });
  await platform.waitFor(isAccepted);
  const token = platform.rotateToken(workspace.id);
  const from = platform.requests.length;
  await platform.waitFor((request) => isBeat(request) && request.status === 401, { from });
  await Deno.writeTextFile(`${dir.path}/.auth_token`, token);
  const healed = await platform.waitFor(isAccepted, { from });
  assertEquals(healed.headers.get("authorization"), `Bearer ${token}`);
});

eachDialect.test("the sidecar beats with everything it may write gone", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  await using dir = await makeTempDir();
  const peer = platform.addWorkspace();
  const workspace = platform.addWorkspace({ inboundSecret: "inbound-secret" });
  workspace.finish(workspace.delegate({ to: peer.id }), "done");
  const folder = `${dir.path}/gone`;
  await using sidecar = startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    dir: folder,
    args: ["--interval", "5"],
    env: { MOLECULE_WORKSPACE_TOKEN: workspace.token ?? "" },
  });
  await sidecar.waitForLine(/WARN Cannot save the inbound secret/);
  await sidecar.waitForLine(/WARN Waiting to deliver 1 result/);
  await platform.waitFor(isAccepted, { from: platform.requests.length });
  await Deno.mkdir(folder);
  await sidecar.waitForLine(/INFO Writing results recovered/);
  await sidecar.waitForLine(/INFO Saving the inbound secret recovered/);
  const text = await Deno.readTextFile(`${folder}/results.jsonl`);
  assert(text.endsWith("\n"));
  assertEquals(text.split("\n").length, 2, "the result was written once");
});
