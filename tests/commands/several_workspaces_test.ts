import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import {
  type DevPlatform,
  type DevWorkspace,
  type Fault,
  startDevPlatform,
} from "../../scripts/dev_platform/mod.ts";
import { accepted, type SeveralSession, startSeveral } from "./_several.ts";
import { withMore } from "./_several_checked.ts";
import type { SidecarProcess } from "../support/mod.ts";

/** The least interval there is: the three start within 3.4 s, and poll half an interval later. */
const QUICK = ["--interval", "5"];

/** Waits until some of the workspaces have beaten so often: nobody holds them up. */
async function keepBeating(
  { platform }: SeveralSession,
  workspaces: readonly DevWorkspace[],
  count = 1,
): Promise<void> {
  await Promise.all(workspaces.map((workspace) => accepted(platform, workspace, count)));
  const times = workspaces.flatMap(({ beats }) => beats.map(({ at }) => at)).sort((a, b) => a - b);
  for (const [n, at] of times.slice(1).entries()) {
    const gap = at - (times[n] ?? 0);
    assert(gap < 4500, `there were ${gap} ms between two beats`);
  }
}

/** Lines of the process that are no INFO. */
function trouble({ stderr }: SidecarProcess): string[] {
  return stderr.filter((line) => !line.includes(" INFO "));
}

Deno.test("run keeps three workspaces alive, each with its own token, in one process", async () => {
  await using session = await startSeveral();
  const { all, platform } = session;
  await using sidecar = session.start({ args: QUICK });
  await keepBeating(session, all, 2);
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
  assertEquals(all.map(({ status }) => status), ["online", "online", "online"]);
  for (const { id, token } of all) {
    const sent = platform.requests.filter(({ workspaceId }) => workspaceId === id)
      .map(({ headers }) => headers.get("authorization"));
    assertEquals([...new Set(sent)], [`Bearer ${token}`]);
  }
  assertEquals(trouble(sidecar), []);
});

Deno.test("run starts three workspaces spread over the interval", async () => {
  await using session = await startSeveral();
  const { all, platform } = session;
  await using _sidecar = session.start({ args: QUICK });
  await Promise.all(all.map((workspace) => accepted(platform, workspace, 1)));
  const [first = 0, second = 0, third = 0] = all.map(({ beats }) => beats[0]?.at ?? 0);
  // A third of 5 s lies between two of them, but for what the machine is at.
  for (const gap of [second - first, third - second]) {
    assert(gap > 1000 && gap < 3500, `${gap} ms`);
  }
});

Deno.test("run delivers the results of three workspaces into their own folders, and wakes each once", async () => {
  await using session = await startSeveral();
  const { all } = session;
  const delegated = all.map((workspace) => {
    const id = workspace.delegate();
    workspace.finish(id, `the answer for ${workspace.id}`);
    return id;
  });
  await using sidecar = session.start({ args: QUICK });
  await Promise.all(all.map(async ({ id }) => {
    await session.platform.waitFor(({ route, workspaceId }) =>
      route === "a2a" && workspaceId === id
    );
  }));
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
  const results = await Promise.all(
    all.map((workspace) => session.read(workspace, "delegation_results.jsonl")),
  );
  const ids = results.map((text = "") =>
    text.trimEnd().split("\n").map((line) => JSON.parse(line).delegation_id)
  );
  assertEquals(ids, delegated.map((id) => [id]));
  assertEquals(all.map(({ delivered }) => delivered.length), [1, 1, 1]);
});

const refused: Fault = { kind: "answer", status: 401, body: { error: "no such token" } };

/** A session in which something goes wrong, and another platform. */
interface Troubled extends SeveralSession {
  readonly other: DevPlatform;
}

/** What goes wrong in one of them: the entry of "scribe", if it is another. */
const TROUBLES: readonly (readonly [
  what: string,
  make: (session: Troubled) => Partial<{ token: string; platform_url: string }> | void,
  says: RegExp,
])[] = [
  ["has a wrong token", () => ({ token: "another-token" }), / WARN \[scribe\] .*answered 401/],
  [
    "has a platform of its own where nobody listens",
    ({ other }) => {
      other.goDown();
      return { platform_url: other.url };
    },
    / WARN \[scribe\] The beat failed: .*; retrying$/,
  ],
  [
    "has a platform of its own that is not granted",
    () => ({ platform_url: "http://not-granted.test" }),
    / WARN \[scribe\] The beat failed: .*the manifest does not grant/,
  ],
  [
    "is refused",
    ({ platform }) => platform.fault("heartbeat", refused, { workspaceId: "scribe" }),
    / WARN \[scribe\] The beat failed: answered 401/,
  ],
  [
    "has a file where its folder is to be",
    ({ workspacesDir }) => {
      Deno.mkdirSync(workspacesDir);
      Deno.writeTextFileSync(`${workspacesDir}/scribe`, "");
    },
    / WARN \[scribe\] No result could be delivered: Not a directory .*; delivery goes on as soon/,
  ],
];

for (const [what, make, says] of TROUBLES) {
  Deno.test(`run keeps the others beating, and says which one it is, when a workspace ${what}`, async () => {
    await using session = await startSeveral();
    await using other = await startDevPlatform();
    const { critic, editor, scribe } = session;
    const entry = make({ ...session, other }) ?? {};
    await using sidecar = session.start({
      args: QUICK,
      entries: [{ id: "scribe", token: scribe.token, ...entry }],
      platformUrls: [other.url],
    });
    await keepBeating(session, [critic, editor]);
    await sidecar.waitForLine(says);
    assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
    assertEquals(
      sidecar.stderr.filter((line) => / (WARN|ERROR) \[(critic|editor)\]/.test(line)),
      [],
    );
  });
}

Deno.test("run keeps the others beating when a workspace gets no answer to its beats", async () => {
  await using session = await startSeveral();
  const { critic, editor, platform } = session;
  platform.fault("heartbeat", { kind: "hang" }, { workspaceId: "scribe" });
  await using sidecar = session.start({ args: QUICK });
  await keepBeating(session, [critic, editor], 2);
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
});

Deno.test("run delivers to the others when a folder is in the way of one workspace's results file", async () => {
  await using session = await startSeveral();
  const { critic, scribe, workspacesDir } = session;
  await Deno.mkdir(`${workspacesDir}/scribe/delegation_results.jsonl`, { recursive: true });
  for (const workspace of [scribe, critic]) workspace.finish(workspace.delegate(), "the answer");
  await using sidecar = session.start({ args: QUICK });
  await sidecar.waitForLine(/ INFO \[critic\] Delivered 1 new result/);
  await sidecar.waitForLine(
    / WARN \[scribe\] Waiting to deliver 1 result: .*scribe\/delegation_res/,
  );
});

Deno.test("run ends the one workspace that is removed, and keeps the others alive", async () => {
  await using session = await startSeveral();
  const { critic, editor, platform, scribe } = session;
  await using sidecar = session.start({ args: QUICK });
  await accepted(platform, scribe, 1);
  scribe.status = "removed";
  const line = await sidecar.waitForLine(/ ERROR \[scribe\] The workspace was removed/);
  assertMatch(line, /stopping; --wait-for-restore/);
  const from = platform.requests.length;
  for (const { id } of [critic, editor]) {
    await platform.waitFor(
      ({ route, workspaceId }) => route === "heartbeat" && workspaceId === id,
      { from, count: 2 },
    );
  }
  assertEquals(
    platform.requests.slice(from).filter(({ workspaceId }) => workspaceId === "scribe"),
    [],
  );
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
});

Deno.test("run ends by itself with 77 when all of several workspaces are removed", async () => {
  await using session = await startSeveral();
  for (const workspace of session.all) workspace.status = "removed";
  await using sidecar = session.start({ args: QUICK });
  assertEquals(await sidecar.ended(), 77, sidecar.stderr.join("\n"));
  for (const { id } of session.all) {
    const said = sidecar.stderr.filter((line) => line.includes(` ERROR [${id}] The workspace was`));
    assertEquals(said.length, 1);
  }
});

Deno.test("run warns, and goes on, when several workspaces beat more often than the platform allows", async () => {
  await using session = await startSeveral();
  session.platform.goDown();
  const env = { MOLECULE_WORKSPACES: withMore(session, 35) };
  await using sidecar = session.start({ args: ["--once", ...QUICK], env });
  assertEquals(await sidecar.ended(), 69);
  const [first = "", second = ""] = sidecar.stderr;
  assertMatch(first, / WARN 38 workspaces that beat every 5 s make 456 requests a minute, beside /);
  assertMatch(second, / INFO Keeping 38 workspaces alive every 5 s$/);
});

Deno.test("run asks for results less often than it beats, when it looks for messages of 12 workspaces, too", async () => {
  await using session = await startSeveral();
  const { platform } = session;
  const env = { MOLECULE_WORKSPACES: withMore(session, 9) };
  await using _sidecar = session.start({ args: [...QUICK, "--activity"], env });
  // It starts after 3.3 s, and polls 6.3 s later: without messages that would be 1.5 s.
  const asked = await platform.waitFor(({ route, workspaceId }) =>
    route === "delegations" && workspaceId === "w-5"
  );
  const [first] = platform.requestsTo("heartbeat", "w-5");
  assert(asked.receivedAt - (first?.receivedAt ?? Infinity) > 5000);
});

Deno.test("run says with which id in JSON logs which workspace a line is about", async () => {
  await using session = await startSeveral();
  await using sidecar = session.start({
    args: ["--once", "--log-format", "json"],
    entries: [{ id: "critic", token: "another-token" }],
  });
  await sidecar.ended();
  const lines = sidecar.stderr.map((line) => JSON.parse(line));
  assertEquals(lines[0].message, "Keeping 3 workspaces alive every 30 s");
  assertFalse("workspace" in lines[0]);
  const warned = lines.filter(({ level }) => level === "WARN").map(({ workspace }) => workspace);
  assertEquals([...new Set(warned)], ["critic"]);
});

Deno.test("run ends with 0 when it gets SIGTERM while a beat of each of several workspaces is not answered", async () => {
  await using session = await startSeveral();
  const { all, platform } = session;
  platform.fault("heartbeat", { kind: "hang" });
  await using sidecar = session.start({ args: QUICK });
  for (const { id } of all) {
    await platform.waitFor(({ workspaceId }) => workspaceId === id, { whenReceived: true });
  }
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
  assertEquals(sidecar.stderr.filter((line) => line.includes("Stopping")).length, 1);
});

Deno.test("run ends with 0 when it gets SIGTERM before all of several workspaces have started", async () => {
  await using session = await startSeveral();
  const { critic, editor, platform, scribe } = session;
  await using sidecar = session.start({ args: ["--interval", "300"] });
  await accepted(platform, scribe, 1);
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
  assertEquals([critic.beats.length, editor.beats.length], [0, 0]);
});
