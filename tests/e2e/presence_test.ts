import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import {
  type AddWorkspaceOptions,
  type Dialect,
  startDevPlatform,
} from "../../scripts/dev_platform/mod.ts";
import { eachDialect, makeTempDir, type SidecarProcess, startSidecar } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";

const SECRET = "the-inbound-secret";

/** How the workspace and the sidecar begin. */
interface LifeOptions extends AddWorkspaceOptions {
  /** More arguments of the sidecar. */
  readonly args?: readonly string[];
}

/** A workspace on a platform, a real sidecar beside it, and the folder of both. */
async function startLife(dialect: Dialect, { args = [], ...options }: LifeOptions = {}) {
  await using made = new AsyncDisposableStack();
  const platform = made.use(await startDevPlatform({ dialect }));
  const { path: dir } = made.use(await makeTempDir());
  const workspace = platform.addWorkspace({ inboundSecret: SECRET, ...options });
  const { token } = workspace;
  if (token !== undefined) await Deno.writeTextFile(`${dir}/.auth_token`, token, { mode: 0o600 });
  const sidecar = made.use(startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    dir,
    args: ["--interval", "5", ...args],
  }));
  const parts = made.move();
  return {
    platform,
    workspace,
    dir,
    sidecar,
    /** Resolves when so many more beats have been accepted. */
    async beats(count: number): Promise<void> {
      const from = platform.requests.length;
      await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200, {
        from,
        count,
      });
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** The lines for people that are no good news. */
function troubles({ stderr }: SidecarProcess): string[] {
  return stderr.filter((line) => / (WARN|ERROR) /.test(line));
}

eachDialect.test("a fresh workspace without a token is online, with a token and a secret on disk, when it registers", async (dialect) => {
  await using life = await startLife(dialect, {
    token: null,
    status: "provisioning",
    args: ["--register", "poll"],
  });
  const { dir, sidecar, workspace } = life;
  await sidecar.waitForLine(/INFO The workspace is registered, and has got a token/);
  assertEquals([workspace.status, workspace.livenessKey], ["online", true]);
  await life.platform.waitFor(({ headers, route, status }) =>
    route === "delegations" && status === 200 &&
    headers.get("authorization") === `Bearer ${workspace.token}`
  );
  assertEquals(await sidecar.stop(), 0);
  for (
    const [name, text] of [[".auth_token", workspace.token], [".platform_inbound_secret", SECRET]]
  ) {
    const { mode } = await Deno.stat(`${dir}/${name}`);
    assertEquals([await Deno.readTextFile(`${dir}/${name}`), (mode ?? 0) & 0o777], [text, 0o600]);
  }
  assertFalse(sidecar.stderr.some((line) => line.includes(workspace.token ?? SECRET)));
});

eachDialect.test("a sidecar ends by itself with 77, and says why, when its workspace is removed", async (dialect) => {
  await using life = await startLife(dialect);
  const { platform, sidecar, workspace } = life;
  await platform.waitFor(({ route, status }) => route === "delegations" && status === 200);
  const beats = workspace.beats.length;
  workspace.status = "removed";
  assertEquals(await sidecar.ended(), 77);
  assert(workspace.beats.length - beats <= 3, "it took no more than three intervals");
  const told = sidecar.stderr.filter((line) => line.includes("removed from the platform"));
  assertEquals(told.length, 1);
  const why = { "2026-04": "its status is removed", "2026-06": "Make a new workspace" }[dialect];
  assertStringIncludes(told[0] ?? "", why);
});

eachDialect.test("a sidecar beats on for a workspace that is paused, says it once, and never registers it", async (dialect) => {
  await using life = await startLife(dialect, { status: "paused", args: ["--register", "poll"] });
  const { platform, sidecar, workspace } = life;
  await sidecar.waitForLine(/INFO The workspace is paused on the platform: beats go on; it is not/);
  await life.beats(2);
  assertEquals([workspace.status, platform.requestsTo("register")], ["paused", []]);
  assertEquals(sidecar.stderr.filter((line) => line.includes("paused")).length, 1);
  assertEquals(await sidecar.stop(), 0);
});

eachDialect.test("a sidecar touches the wake file when the workspace polls for its messages", async (dialect) => {
  await using life = await startLife(dialect, { deliveryMode: "poll" });
  const { dir, sidecar, workspace } = life;
  workspace.finish(workspace.delegate({ id: "d1" }), "done");
  await sidecar.waitForLine(/INFO Touched '.*results\.jsonl\.wake' for 1 result/);
  const { mode, isFile } = await Deno.lstat(`${dir}/results.jsonl.wake`);
  assertEquals([isFile, (mode ?? 0) & 0o777], [true, 0o600]);
  const { records } = consumeResults(`${dir}/results.jsonl`);
  assertEquals(records.map(({ delegation_id }) => delegation_id), ["d1"]);
  assertEquals(troubles(sidecar), []);
});

eachDialect.test("a sidecar delivers what a peer has sent as a message, and wakes for it, with --activity", async (dialect) => {
  await using life = await startLife(dialect, { args: ["--activity"] });
  const { dir, platform, sidecar, workspace } = life;
  await platform.waitFor(({ route, status }) => route === "activity" && status === 200);
  const id = workspace.receive({ text: "the answer" });
  await sidecar.waitForLine(/INFO The agent was woken for 1 result/);
  const { records } = consumeResults(`${dir}/results.jsonl`);
  assertEquals(
    records.map(({ delegation_id, response_preview }) => [delegation_id, response_preview]),
    [[`message:${id}`, "the answer"]],
  );
  assertEquals(troubles(sidecar), []);
});

Deno.test("a sidecar echoes the generation that the platform tells in the next beat", async () => {
  await using life = await startLife("2026-06");
  const { platform, workspace } = life;
  workspace.generation = 7;
  await life.beats(2);
  assertEquals(workspace.lastBeat?.observed_generation, 7);
  assertEquals(platform.requestsTo("heartbeat").at(0)?.text.includes("observed_generation"), false);
});
