import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Turns } from "../lib/turns.ts";
import { makeWorkspaceFolder, runWorkspaces } from "../lib/workspaces.ts";
import { HANGING_DISK, type StubWorkspace, stubWorkspace } from "./_stub_workspaces.ts";
import { makeTempDir, ManualClock, patient } from "./support/mod.ts";

const MINUTE_MS = 60_000;

/** Keeps one workspace alive, on a clock that a test turns. */
function run(workspace: StubWorkspace) {
  const clock = new ManualClock();
  const end = new AbortController();
  const ended = runWorkspaces([workspace], { signal: end.signal, intervalMs: 30_000, clock });
  return {
    clock,
    ended: patient(ended),
    stop: () => end.abort(),
    /** Lets the folder be looked at once more. */
    async nextLook(): Promise<void> {
      await clock.sleeping();
      clock.advance(MINUTE_MS);
      await clock.sleeping();
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await ended;
    },
  };
}

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

Deno.test("makeWorkspaceFolder() makes the folder, and the one that it is in, for their owner alone", async () => {
  await using dir = await makeTempDir();
  await makeWorkspaceFolder(`${dir.path}/all/a`);
  await makeWorkspaceFolder(`${dir.path}/all/b`);
  const folders = ["all", "all/a", "all/b"].map((name) => `${dir.path}/${name}`);
  assertEquals(await Promise.all(folders.map(modeOf)), [0o700, 0o700, 0o700]);
});

Deno.test("makeWorkspaceFolder() makes nothing above that, which is not granted", async () => {
  await using dir = await makeTempDir();
  await assertRejects(() => makeWorkspaceFolder(`${dir.path}/not/all/a`), Deno.errors.NotFound);
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
});

Deno.test("makeWorkspaceFolder() leaves a folder that is there as it is", async () => {
  await using dir = await makeTempDir();
  await Deno.chmod(dir.path, 0o750);
  await makeWorkspaceFolder(dir.path);
  assertEquals(await modeOf(dir.path), 0o750);
});

Deno.test("runWorkspaces() makes the folder before the workspace is run", async () => {
  await using dir = await makeTempDir();
  const modes: number[] = [];
  const workspace = stubWorkspace(`${dir.path}/all`, "a", async () => {
    modes.push(await modeOf(`${dir.path}/all/a`));
    return 0;
  });
  await run(workspace).ended;
  assertEquals([modes, workspace.lines], [[0o700], []]);
});

Deno.test("runWorkspaces() makes the folder when it may use the disk", async () => {
  await using dir = await makeTempDir();
  const disk = new Turns();
  const other = Promise.withResolvers<void>();
  const holding = disk.take(() => other.promise);
  const workspace = { ...stubWorkspace(dir.path, "a"), disk };
  await using _running = run(workspace);
  const folders: string[] = [];
  for (let look = 0; look < 20; look++) {
    for await (const { name } of Deno.readDir(dir.path)) folders.push(name);
  }
  assertEquals(folders, []);
  other.resolve();
  await holding;
  await workspace.ran(1);
  assertEquals(await modeOf(workspace.folder), 0o700);
});

Deno.test("runWorkspaces() makes the folder again, and says nothing, when it has gone", async () => {
  await using dir = await makeTempDir();
  const workspace = stubWorkspace(dir.path, "a");
  await using running = run(workspace);
  for (let times = 0; times < 2; times++) {
    await running.clock.sleeping();
    await Deno.remove(workspace.folder);
    await running.nextLook();
    assertEquals(await modeOf(workspace.folder), 0o700);
  }
  assertEquals(workspace.lines, []);
});

Deno.test("runWorkspaces() warns of a folder that cannot be made, and runs the workspace all the same", async () => {
  await using dir = await makeTempDir();
  const workspace = stubWorkspace(`${dir.path}/file`, "a");
  await Deno.writeTextFile(`${dir.path}/file`, "");
  await using _running = run(workspace);
  await workspace.ran(1);
  const [line, ...more] = workspace.lines;
  assertEquals([line?.level, more], ["WARN", []]);
  assertMatch(
    line?.message ?? "",
    /^Cannot make the folder '.*\/file\/a': .*: nothing can be kept in it until it is there$/,
  );
});

Deno.test("runWorkspaces() warns once while the folder cannot be made, and says when it is there at last", async () => {
  await using dir = await makeTempDir();
  const workspace = stubWorkspace(`${dir.path}/file`, "a");
  await Deno.writeTextFile(`${dir.path}/file`, "");
  await using running = run(workspace);
  for (let look = 0; look < 2; look++) await running.nextLook();
  await Deno.remove(`${dir.path}/file`);
  await running.nextLook();
  assertEquals(workspace.lines.map(({ level }) => level), ["WARN", "DEBUG", "DEBUG", "INFO"]);
  assertEquals(
    workspace.lines[3]?.message,
    `Making the folder '${workspace.folder}' recovered after 180.0 s and 3 failed attempts`,
  );
});

Deno.test("runWorkspaces() runs the workspace all the same, and ends when it is stopped, when the disk does not answer", async () => {
  await using dir = await makeTempDir();
  const workspace = { ...stubWorkspace(dir.path, "a"), disk: HANGING_DISK };
  const running = run(workspace);
  await workspace.ran(1);
  running.stop();
  assertEquals(await running.ended, 0);
});
