import { assert, assertEquals, assertMatch } from "@std/assert";
import { type SidecarProcess, startSidecar } from "../support/mod.ts";
import { type Session, startSession } from "./_session.ts";

/** Starts the session's sidecar, and waits until it beats and has the lock. */
async function startFirst(session: Session): Promise<SidecarProcess> {
  const sidecar = session.start({ args: ["--interval", "5"] });
  await session.platform.waitFor(({ route }) => route === "heartbeat");
  const lock = `${session.dir}/results.jsonl.lock`;
  while ((await Deno.readTextFile(lock).catch(() => "")) === ""); // it names its holder
  return sidecar;
}

/** How the one line begins that says who writes the results file. */
function busy({ dir }: Session, pid: number, workspaceId: string): RegExp {
  return new RegExp(
    `^Cannot write to '${dir}/results\\.jsonl': process ${pid}, workspace ${workspaceId}, since ` +
      "\\S+Z does already: stop that one, or give this one a --results-file of its own$",
  );
}

for (const args of [[], ["--once"]]) {
  const what = ["run", ...args].join(" ");
  Deno.test(`${what} ends with 73 at once, and sends nothing, when another sidecar writes the results file`, async () => {
    await using session = await startSession();
    const { dir, platform, workspace } = session;
    const other = platform.addWorkspace();
    await using first = await startFirst(session);
    const begun = performance.now();
    await using second = startSidecar({
      platformUrl: platform.url,
      workspaceId: other.id,
      dir,
      args,
    });
    assertEquals(await second.ended(), 73, second.stderr.join("\n"));
    assert(performance.now() - begun < 5000, `${performance.now() - begun} ms`);
    const [line = "", ...more] = second.stderr.filter((line) => !line.includes(" INFO "));
    assertMatch(line, busy(session, first.pid, workspace.id));
    assertEquals([more, second.stdout], [[], []]);
    assertEquals(other.beats.length, 0);
    assertEquals(platform.requests.filter(({ workspaceId }) => workspaceId === other.id), []);
  });
}

Deno.test("run goes on and delivers when a second sidecar was sent away", async () => {
  await using session = await startSession();
  const { platform, workspace } = session;
  await using first = await startFirst(session);
  await using second = session.start();
  assertEquals(await second.ended(), 73, second.stderr.join("\n"));
  const from = platform.requests.length;
  const id = workspace.delegate();
  workspace.finish(id, "the answer");
  await platform.waitFor(({ route }) => route === "heartbeat", { from });
  await first.waitForLine(/ INFO Delivered 1 new result/);
  assertEquals((await session.results()).map((line) => JSON.parse(line).delegation_id), [id]);
  assertEquals(first.stderr.filter((line) => !line.includes(" INFO ")), []);
  assertEquals(await first.stop(), 0);
});

Deno.test("run starts when the sidecar that wrote the results file was killed with SIGKILL", async () => {
  await using session = await startSession();
  await using first = await startFirst(session);
  first.kill("SIGKILL");
  await first.ended();
  await using next = session.start({ args: ["--once"] });
  assertEquals(await next.ended(), 0, next.stderr.join("\n"));
  assertEquals(next.stderr.filter((line) => !line.includes(" INFO ")), []);
});

Deno.test("run starts when the sidecar that wrote the results file was stopped with SIGTERM", async () => {
  await using session = await startSession();
  await using first = await startFirst(session);
  assertEquals(await first.stop(), 0);
  await using next = session.start({ args: ["--once"] });
  assertEquals(await next.ended(), 0, next.stderr.join("\n"));
});

Deno.test("run --once lets the next one write when it has ended", async () => {
  await using session = await startSession();
  for (let time = 0; time < 2; time++) {
    await using sidecar = session.start({ args: ["--once"] });
    assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  }
});

Deno.test("run is no second writer when its results file is another one", async () => {
  await using session = await startSession();
  await using _first = await startFirst(session);
  await using other = await startSession();
  await using second = other.start({ args: ["--once"] });
  assertEquals(await second.ended(), 0, second.stderr.join("\n"));
});

Deno.test("run is no second writer when its results go to standard output", async () => {
  await using session = await startSession();
  const { platform, token, workspace } = session;
  await using _first = await startFirst(session);
  const toStdout = {
    platformUrl: platform.url,
    workspaceId: workspace.id,
    env: { MOLECULE_WORKSPACE_TOKEN: token },
  };
  const from = platform.requests.length;
  await using second = startSidecar({ ...toStdout, args: ["--results-file", "-"] });
  await second.waitForLine(/ INFO Keeping workspace/);
  await platform.waitFor(({ route }) => route === "heartbeat", { from });
  await using third = startSidecar({ ...toStdout, args: ["--results-file", "-", "--once"] });
  assertEquals(await third.ended(), 0, third.stderr.join("\n"));
  assertEquals(await second.stop(), 0, second.stderr.join("\n"));
});
