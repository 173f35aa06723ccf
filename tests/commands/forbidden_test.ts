import { assert, assertEquals, assertMatch } from "@std/assert";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { SidecarProcess } from "../support/mod.ts";
import { type Session, startSession } from "./_session.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Takes from a process that root starts the right to pass over the modes of files. */
const SETPRIV = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];

/** Whether a command can be started, and ends well. */
async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  const options = { args, stdout: "null", stderr: "null" } as const;
  return await new Deno.Command(command, options).output().then(
    ({ success }) => success,
    () => false,
  );
}

/** Reads a file that nobody may read: who can is root, who has to be held back. */
async function findPrefix(): Promise<readonly string[] | undefined> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.chmod(path, 0);
    for (const [command = "", ...args] of [["cat"], [...SETPRIV, "cat"]]) {
      const runs = await succeeds(command, ...args, "/dev/null");
      if (runs && !await succeeds(command, ...args, path)) return command === "cat" ? [] : SETPRIV;
    }
    return undefined;
  } finally {
    await Deno.remove(path);
  }
}

const prefix = await findPrefix();

/** A test with a sidecar that the modes of files hold for. */
function testForbidden(name: string, fn: () => Promise<void>): void {
  Deno.test(name, { ignore: prefix === undefined }, fn); // this user may do everything
}

/** Starts the sidecar so that the modes of files hold for it. */
function startHeldBack({ dir, platform, workspace, token }: Session, command: string) {
  const configFile = `${dir}/config.yaml`;
  const resultsFile = `${dir}/results.jsonl`;
  const grants = leastGrants({
    platformUrls: [platform.url],
    resultsFile,
    configsDir: dir,
    configFile,
    reportFile: `${dir}/.runtime_report.json`,
  });
  const [program = "", ...args] = [
    ...(prefix ?? []),
    ...[Deno.execPath(), "run", "--no-prompt", ...grantFlags(grants), MAIN, command],
    ...["--platform-url", platform.url, "--workspace-id", workspace.id, "--configs-dir", dir],
    ...["--results-file", resultsFile, "--config", configFile],
    ...(command === "run" ? ["--once"] : []),
  ];
  const child = new Deno.Command(program, {
    args,
    env: { MOLECULE_WORKSPACE_TOKEN: token },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return new SidecarProcess(child);
}

/** Lets nobody make or rename anything in a folder until it is disposed of. */
async function makeUnwritable(dir: string): Promise<AsyncDisposable> {
  await Deno.chmod(dir, 0o500);
  return { [Symbol.asyncDispose]: () => Deno.chmod(dir, 0o700) };
}

testForbidden(
  "run names the owner, and not the manifest, when the system forbids the results file's folder",
  async () => {
    await using session = await startSession();
    const { dir, workspace } = session;
    await Deno.writeTextFile(`${dir}/results.jsonl`, "", { mode: 0o600 });
    await using _folder = await makeUnwritable(dir);
    workspace.finish(workspace.delegate(), "the answer");
    await using sidecar = startHeldBack(session, "run");
    assertEquals(await sidecar.ended(), 73, sidecar.stderr.join("\n"));
    const line = await sidecar.waitForLine(/ WARN Waiting to deliver 1 result/);
    assertMatch(line, /Permission denied.*this user may not write it: change its owner/);
    assert(!/manifest|rebuild|--allow/.test(line), line);
  },
);

testForbidden(
  "run warns and beats, and check fails with 78, when config.yaml cannot be read",
  async () => {
    await using session = await startSession();
    await session.writeConfig("observability: {heartbeat_interval_seconds: 45}");
    await Deno.chmod(`${session.dir}/config.yaml`, 0);
    await using sidecar = startHeldBack(session, "run");
    assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
    await sidecar.waitForLine(/ WARN Cannot read '.*config\.yaml': Permission denied/);
    assertEquals(session.workspace.beats.length, 1);
    await using check = startHeldBack(session, "check");
    assertEquals(await check.ended(), 78, check.stdout.join("\n"));
  },
);

testForbidden("check ends with 77 when the token file cannot be read", async () => {
  await using session = await startSession();
  await Deno.chmod(`${session.dir}/.auth_token`, 0);
  await using check = startHeldBack(session, "check");
  assertEquals(await check.ended(), 77, check.stdout.join("\n"));
  await check.waitForOutput(/failed {3}token file: Permission denied.* -> let this user read '/);
});

testForbidden(
  "check ends with 73, and names no grant, when the results file cannot be made",
  async () => {
    await using session = await startSession();
    await using _folder = await makeUnwritable(session.dir);
    await using check = startHeldBack(session, "check");
    assertEquals(await check.ended(), 73, check.stdout.join("\n"));
    const line = await check.waitForOutput(/failed {3}results file: Permission denied/);
    assertMatch(line, / -> let this user write it, and to its folder$/);
  },
);

testForbidden(
  "check ends with 73 when the results file can be written and its folder cannot",
  async () => {
    await using session = await startSession();
    await Deno.writeTextFile(`${session.dir}/results.jsonl`, "", { mode: 0o600 });
    await using _folder = await makeUnwritable(session.dir);
    await using check = startHeldBack(session, "check");
    assertEquals(await check.ended(), 73, check.stdout.join("\n"));
    await check.waitForOutput(/failed {3}results file: Permission denied.*, and to its folder$/);
  },
);

testForbidden(
  "check ends with 73, and names no grant, when the journal cannot be read",
  async () => {
    await using session = await startSession();
    await Deno.writeTextFile(`${session.dir}/results.jsonl.journal`, "?", { mode: 0 });
    await using check = startHeldBack(session, "check");
    assertEquals(await check.ended(), 73, check.stdout.join("\n"));
    const line = await check.waitForOutput(/failed {3}journal: Permission denied/);
    assertMatch(line, / -> let this user read it$/);
  },
);
