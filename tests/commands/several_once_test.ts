import { assertEquals, assertMatch } from "@std/assert";
import type { Fault } from "../../scripts/dev_platform/mod.ts";
import { type SeveralOptions, type SeveralSession, startSeveral } from "./_several.ts";

const ONCE = ["--once"];

Deno.test("run --once does one beat and one poll for each of several workspaces, with its own token, and ends with 0", async () => {
  await using session = await startSeveral();
  const { all, platform } = session;
  await using sidecar = session.start({ args: ONCE });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  for (const { id, token } of all) {
    const sent = platform.requests.filter(({ workspaceId }) => workspaceId === id);
    assertEquals(
      sent.map(({ headers, route }) => `${route} ${headers.get("authorization")}`),
      [`heartbeat Bearer ${token}`, `delegations Bearer ${token}`],
    );
  }
  assertEquals(sidecar.stderr.length, 1, "there is only the line that says what it does");
});

Deno.test("run --once takes a workspace's token out of its own folder, before what the list says", async () => {
  await using session = await startSeveral();
  const { critic, platform, workspacesDir } = session;
  await Deno.mkdir(`${workspacesDir}/critic`, { recursive: true });
  await Deno.writeTextFile(`${workspacesDir}/critic/.auth_token`, critic.token ?? "", {
    mode: 0o600,
  });
  const entries = [{ id: "critic", token: "an-older-token" }];
  await using sidecar = session.start({ args: ONCE, entries });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  const [beat] = platform.requestsTo("heartbeat", "critic");
  assertEquals(beat?.headers.get("authorization"), `Bearer ${critic.token}`);
});

Deno.test("run --once saves the inbound secret of each of several workspaces in its own folder", async () => {
  await using session = await startSeveral();
  const { all, workspacesDir } = session;
  for (const workspace of all) workspace.inboundSecret = `secret-of-${workspace.id}`;
  await using sidecar = session.start({ args: ONCE });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  for (const workspace of all) {
    const saved = await session.read(workspace, ".platform_inbound_secret");
    assertEquals(saved, `secret-of-${workspace.id}`);
    const { mode } = await Deno.stat(`${workspacesDir}/${workspace.id}/.platform_inbound_secret`);
    assertEquals((mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("run --once registers each of several workspaces that have no token, and saves what it gets in its own folder", async () => {
  await using session = await startSeveral();
  const { platform } = session;
  const fresh = [0, 1].map(() => platform.addWorkspace({ token: null, status: "provisioning" }));
  const list = JSON.stringify(fresh.map(({ id }) => ({ id })));
  await using sidecar = session.start({
    args: [...ONCE, "--register", "poll"],
    env: { MOLECULE_WORKSPACES: list },
  });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  const saved = await Promise.all(fresh.map((one) => session.read(one, ".auth_token")));
  assertEquals(saved, fresh.map(({ token }) => token));
});

Deno.test("run --once puts the report of each of several workspaces into its own beat", async () => {
  await using session = await startSeveral();
  const { all, workspacesDir } = session;
  for (const { id } of all) {
    await Deno.mkdir(`${workspacesDir}/${id}`, { recursive: true });
    const report = JSON.stringify({ active_tasks: 1, current_task: `the task of ${id}` });
    await Deno.writeTextFile(`${workspacesDir}/${id}/.runtime_report.json`, report);
  }
  await using sidecar = session.start({ args: ONCE });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  assertEquals(
    all.map(({ currentTask }) => currentTask),
    ["the task of scribe", "the task of critic", "the task of editor"],
  );
});

Deno.test("run --once writes the results of several workspaces to standard output, line by line", async () => {
  await using session = await startSeveral();
  const { all } = session;
  const ids = all.flatMap((workspace) =>
    Array.from({ length: 20 }, () => {
      const id = workspace.delegate();
      workspace.finish(id, "x".repeat(2000));
      return id;
    })
  );
  await using sidecar = session.start({ args: [...ONCE, "--results-file", "-"] });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  const printed = sidecar.stdout.map((line) => JSON.parse(line).delegation_id);
  assertEquals(printed.sort(), ids.sort());
});

Deno.test("run --once sends the tenant to the platform of the settings, and not to a workspace's own", async () => {
  await using session = await startSeveral({ orgId: "org-1" });
  await using other = await startSeveral();
  const { platform } = session;
  await using sidecar = session.start({
    args: ONCE,
    entries: [{ id: "critic", token: other.critic.token, platform_url: other.platform.url }],
    platformUrls: [other.platform.url],
    env: { MOLECULE_ORG_ID: "org-1" },
  });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  const tenants = [platform, other.platform].map(({ requests }) =>
    requests.map(({ headers }) => headers.get("x-molecule-org-id"))
  );
  assertEquals(tenants, [["org-1", "org-1", "org-1", "org-1"], [null, null]]);
});

/** What is wrong with "critic", and the exit code of all. */
const WRONG: readonly (readonly [
  what: string,
  make: (session: SeveralSession) => SeveralOptions | void,
  code: number,
  says: RegExp,
])[] = [
  [
    "one has a wrong token",
    () => ({ entries: [{ id: "critic", token: "another-token" }] }),
    77,
    / WARN \[critic\] The beat failed: answered 401/,
  ],
  [
    "the platform fails for one",
    ({ platform }) => platform.fault("heartbeat", answer(503), { workspaceId: "critic" }),
    75,
    / WARN \[critic\] The beat failed: answered 503/,
  ],
  [
    "one cannot write its results",
    ({ critic, workspacesDir }) => {
      Deno.mkdirSync(`${workspacesDir}/critic/delegation_results.jsonl`, { recursive: true });
      critic.finish(critic.delegate(), "the answer");
    },
    73,
    / WARN \[critic\] Waiting to deliver 1 result/,
  ],
  [
    "one was removed and --register is on",
    ({ critic }) => {
      critic.status = "removed";
      return { args: [...ONCE, "--register", "poll"] };
    },
    77,
    / ERROR \[critic\] The workspace was removed/,
  ],
];

function answer(status: number): Fault {
  return { kind: "answer", status, body: {} };
}

for (const [what, make, code, says] of WRONG) {
  Deno.test(`run --once ends with ${code}, and says which one it is, when of several workspaces ${what}`, async () => {
    await using session = await startSeveral();
    const options = make(session);
    await using sidecar = session.start({ args: ONCE, ...options });
    assertEquals(await sidecar.ended(), code, sidecar.stderr.join("\n"));
    await sidecar.waitForLine(says);
    assertEquals([session.scribe.beats.length, session.editor.beats.length], [1, 1]);
  });
}

Deno.test("run --once neither beats nor polls for the one of several workspaces that was removed when it registers them", async () => {
  await using session = await startSeveral();
  const { critic, platform } = session;
  critic.status = "removed";
  await using sidecar = session.start({ args: [...ONCE, "--register", "poll"] });
  await sidecar.ended();
  const sent = platform.requests.filter(({ workspaceId }) => workspaceId === critic.id);
  assertEquals(sent.map(({ route }) => route), ["workspace"]);
});

Deno.test("run --once ends with 73 when another sidecar holds the results file of one of several workspaces", async () => {
  await using session = await startSeveral();
  const { critic, editor, platform, scribe } = session;
  await using first = session.start({ args: ["--workspace-id", "critic"] });
  await platform.waitFor(({ route }) => route === "heartbeat");
  await using sidecar = session.start({ args: ONCE });
  assertEquals(await sidecar.ended(), 73, sidecar.stderr.join("\n"));
  await sidecar.waitForLine(
    / ERROR \[critic\] Cannot write to '.*critic\/delegation_results\.jsonl'/,
  );
  assertEquals([scribe, critic, editor].map(({ beats }) => beats.length), [1, 1, 1]);
  assertEquals(await first.stop(), 0);
});

Deno.test("run --once ends with 0 when it gets SIGTERM while several workspaces get no answer", async () => {
  await using session = await startSeveral();
  session.platform.fault("heartbeat", { kind: "hang" });
  await using sidecar = session.start({ args: ONCE });
  await session.platform.waitFor(({ route }) => route === "heartbeat", {
    whenReceived: true,
    count: 3,
  });
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
});

Deno.test("run --once keeps only the workspace of the list that --workspace-id names alive", async () => {
  await using session = await startSeveral();
  await using sidecar = session.start({ args: [...ONCE, "--workspace-id", "critic"] });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  assertEquals(session.all.map(({ beats }) => beats.length), [0, 1, 0]);
});

Deno.test("run --once ends with 78 in one line, without any token, when MOLECULE_WORKSPACES is wrong", async () => {
  await using session = await startSeveral();
  const { token = "" } = session.critic;
  const entries = [{ id: "critic", token: `${token} ${token}` }];
  await using sidecar = session.start({ args: ONCE, entries });
  assertEquals(await sidecar.ended(), 78);
  const [line = "", ...more] = sidecar.stderr;
  assertEquals(more, []);
  assertMatch(
    line,
    /^Cannot use '\(not shown\)' from MOLECULE_WORKSPACES .*: entry 2 \(critic\) has/,
  );
  assertEquals([line.includes(token), session.platform.requests.length], [false, 0]);
});

Deno.test("run warns when several workspaces beat more often than the platform lets through", async () => {
  await using session = await startSeveral();
  session.platform.goDown(); // nobody shall wait for 400 answers
  const list = Array.from({ length: 400 }, (_, n) => ({ id: `w-${n}`, token: "a-token" }));
  await using sidecar = session.start({
    args: ["--interval", "45"],
    env: { MOLECULE_WORKSPACES: JSON.stringify(list) },
  });
  const line = await sidecar.waitForLine(/400 workspaces that beat every 45 s make 533 requests/);
  assertMatch(line, / WARN 400 workspaces/);
});
