import { assert, assertEquals, assertMatch } from "@std/assert";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { type Session, startSession } from "./_session.ts";

// An exit code of 0 also says that it took less than 5 s: run gives up before, with 1.

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`run ends with 0 when it gets ${signal} between two beats`, async () => {
    await using session = await startSession();
    await using sidecar = session.start({ args: ["--log-level", "debug"] });
    await session.platform.waitFor(({ route }) => route === "heartbeat");
    sidecar.kill(signal);
    assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
    assertMatch(sidecar.stderr.slice(-2).join("\n"), / INFO Stopping\n.* DEBUG Stopped$/);
  });
}

Deno.test("run ends with 0 when it gets SIGTERM while the platform does not answer a beat", async () => {
  await using session = await startSession();
  session.platform.fault("heartbeat", { kind: "hang" });
  await using sidecar = session.start();
  await session.platform.waitFor(({ route }) => route === "heartbeat", { whenReceived: true });
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
});

Deno.test("run ends with 0 when it gets SIGTERM while a wake waits for the agent's turn", async () => {
  await using session = await startSession();
  const { platform, workspace } = session;
  workspace.agent = { kind: "blocks" };
  workspace.finish(workspace.delegate(), "the answer");
  await using sidecar = session.start({ args: ["--interval", "5"] });
  await platform.waitFor(({ route }) => route === "a2a", { whenReceived: true });
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
  assertEquals((await session.results()).length, 1);
});

Deno.test("run --once ends with 0 when it gets SIGTERM while the platform does not answer", async () => {
  await using session = await startSession();
  session.platform.fault("delegations", { kind: "hang" });
  await using sidecar = session.start({ args: ["--once"] });
  await session.platform.waitFor(({ route }) => route === "delegations", { whenReceived: true });
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
});

/** A sidecar that cannot finish its append: nobody reads the results on its standard output. */
function startStuck({ platform, token, workspace }: Session): Deno.ChildProcess {
  const body = Array.from({ length: 1000 }, (_, n) => ({
    delegation_id: `delegation-${n}`,
    status: "completed",
    source_id: workspace.id,
    target_id: "peer",
    summary: "x".repeat(200),
    response_preview: "y".repeat(200),
  }));
  platform.fault("delegations", { kind: "answer", status: 200, body });
  const settings = {
    platformUrls: [platform.url],
    resultsFile: "-",
    configsDir: "/nowhere",
    configFile: "/nowhere/config.yaml",
    reportFile: "/nowhere/.runtime_report.json",
  };
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const args = ["--platform-url", platform.url, "--workspace-id", workspace.id];
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", ...grantFlags(leastGrants(settings)), main, ...args],
      ...["--results-file", "-", "--once", "--configs-dir", "/nowhere"],
    ],
    env: { MOLECULE_WORKSPACE_TOKEN: token },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Stops a stuck sidecar with a number of signals; gives its exit code and what it logged. */
async function stopStuck(
  session: Session,
  signals: number,
): Promise<{ code: number; log: string }> {
  await using child = startStuck(session);
  const results = child.stdout.getReader();
  await results.read(); // now it is at its append, and stays there
  child.kill("SIGTERM");
  let log = "";
  let sent = 1;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    log += text;
    if (!log.includes("INFO Stopping\n") || sent === signals) continue;
    child.kill("SIGTERM");
    sent++;
  }
  const { code } = await child.status;
  await results.cancel();
  return { code, log };
}

Deno.test("run ends at once with 1 when it gets a second signal", async () => {
  await using session = await startSession();
  const { code, log } = await stopStuck(session, 2);
  assertEquals(code, 1, log);
  assert(!log.includes("Not everything ended"), log);
});

Deno.test("run ends with 1 within 5 s, and says so, when something cannot end", async () => {
  await using session = await startSession();
  const { code, log } = await stopStuck(session, 1);
  assertEquals(code, 1, log);
  assertMatch(log, / ERROR Not everything ended within 4\.5 s; exiting all the same\n/);
});
