import { assertEquals } from "@std/assert";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { type Session, startSession } from "./_session.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Starts a sidecar that logs far more than a pipe holds; its log goes to a file or a pipe. */
function startLogging({ dir, platform, workspace }: Session, path: string): Deno.ChildProcess {
  const body = Array.from({ length: 4000 }, (_, n) => ({
    delegation_id: `delegation-${n}`,
    status: "completed",
    source_id: `somebody-else-${n}`,
  }));
  platform.fault("delegations", { kind: "answer", status: 200, body }); // a warning each
  const configFile = `${dir}/config.yaml`;
  const settings = {
    platformUrls: [platform.url],
    resultsFile: "-",
    configsDir: dir,
    configFile,
    reportFile: `${dir}/.runtime_report.json`,
  };
  return new Deno.Command("sh", {
    args: [
      ...["-c", 'exec "$@" 2> "$0"', path, Deno.execPath(), "run"],
      ...["--no-prompt", ...grantFlags(leastGrants(settings)), MAIN],
      ...["--platform-url", platform.url, "--workspace-id", workspace.id, "--results-file", "-"],
      ...["--configs-dir", dir, "--config", configFile, "--interval", "5", "--log-level", "debug"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** Waits until the sidecar has beaten after it had all that to log, and stops it. */
async function beatAndStop({ platform }: Session, sidecar: Deno.ChildProcess): Promise<number> {
  const poll = await platform.waitFor(({ route }) => route === "delegations");
  await platform.waitFor(({ route }) => route === "heartbeat", { from: poll.index + 1 });
  sidecar.kill("SIGTERM");
  return (await sidecar.status).code;
}

/** Ends a process that may be past hearing any other signal. */
function killedAtLast(child: Deno.ChildProcess): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await child.status;
    },
  };
}

/** Makes a pipe, and opens its end for reading. */
async function openPipe({ dir }: Session): Promise<{ path: string; pipe: Deno.FsFile }> {
  const path = `${dir}/log`;
  await new Deno.Command("mkfifo", { args: [path] }).output();
  // With its end for writing open too, opening waits for nobody.
  return { path, pipe: await Deno.open(path, { read: true, write: true }) };
}

Deno.test("run goes on beating, and ends with 0, when standard error is closed or never read", async () => {
  await using closing = await startSession();
  await using ignoring = await startSession();
  const [toClose, toIgnore] = [await openPipe(closing), await openPipe(ignoring)];
  const closed = startLogging(closing, toClose.path);
  await using _closed = killedAtLast(closed);
  const unread = startLogging(ignoring, toIgnore.path);
  await using _unread = killedAtLast(unread);
  using _ignored = toIgnore.pipe;
  await closing.platform.waitFor(({ route }) => route === "heartbeat");
  toClose.pipe.close();
  const codes = await Promise.all([beatAndStop(closing, closed), beatAndStop(ignoring, unread)]);
  assertEquals({ closed: codes[0], unread: codes[1] }, { closed: 0, unread: 0 });
});
