import { assertEquals, assertRejects } from "@std/assert";
import { usageError } from "../lib/config/mod.ts";
import type { ExitCode } from "../lib/exit_code.ts";
import { workspacesOnce } from "../lib/workspaces.ts";
import { stubWorkspace, untilAborted } from "./_stub_workspaces.ts";
import { makeTempDir, patient } from "./support/mod.ts";

Deno.test("workspacesOnce() lets every workspace have its turn, in a folder of its own, and gives 0", async () => {
  await using dir = await makeTempDir();
  const folders: string[] = [];
  const all = ["a", "b"].map((id) =>
    stubWorkspace(dir.path, id, async () => {
      const { isDirectory, mode } = await Deno.stat(`${dir.path}/${id}`);
      if (isDirectory) folders.push(`${id} ${((mode ?? 0) & 0o777).toString(8)}`);
      return 0;
    })
  );
  assertEquals(await workspacesOnce(all, new AbortController().signal), 0);
  assertEquals(folders.sort(), ["a 700", "b 700"]);
});

Deno.test("workspacesOnce() lets 10 workspaces have their turn at once, and no more, and each of 25", async () => {
  await using dir = await makeTempDir();
  const ten = Promise.withResolvers<void>();
  const end = Promise.withResolvers<ExitCode>();
  let begun = 0;
  const all = Array.from({ length: 25 }, (_, n) =>
    stubWorkspace(dir.path, `w-${n}`, () => {
      if (++begun === 10) ten.resolve();
      return end.promise;
    }));
  const turns = workspacesOnce(all, new AbortController().signal);
  await patient(ten.promise);
  for (let look = 0; look < 20; look++) await Deno.stat(dir.path); // as making a folder takes
  assertEquals(begun, 10);
  end.resolve(0);
  await turns;
  assertEquals(all.map(({ runs }) => runs), all.map(() => 1));
});

Deno.test("workspacesOnce() begins with the next when one has ended, however long the others take", async () => {
  await using dir = await makeTempDir();
  const slow = Promise.withResolvers<ExitCode>();
  const last = stubWorkspace(dir.path, "last", () => {
    slow.resolve(0);
    return Promise.resolve(0);
  });
  const quick = Array.from(
    { length: 20 },
    (_, n) => stubWorkspace(dir.path, `quick-${n}`, () => Promise.resolve(0)),
  );
  const all = [stubWorkspace(dir.path, "slow", () => slow.promise), ...quick, last];
  assertEquals(await patient(workspacesOnce(all, new AbortController().signal)), 0);
});

Deno.test("workspacesOnce() warns of a folder that cannot be made, and lets the workspace have its turn", async () => {
  await using dir = await makeTempDir();
  const workspace = stubWorkspace(`${dir.path}/file`, "a", () => Promise.resolve(0));
  await Deno.writeTextFile(`${dir.path}/file`, "");
  assertEquals(await workspacesOnce([workspace], new AbortController().signal), 0);
  assertEquals([workspace.lines.map(({ level }) => level), workspace.runs], [["WARN"], 1]);
});

Deno.test("workspacesOnce() gives the code of the first in the list that failed, whichever ended first", async () => {
  await using dir = await makeTempDir();
  const slow = Promise.withResolvers<ExitCode>();
  const all = [
    stubWorkspace(dir.path, "fine", () => Promise.resolve(0)),
    stubWorkspace(dir.path, "slow", () => slow.promise),
    stubWorkspace(dir.path, "quick", () => {
      setTimeout(() => slow.resolve(77)); // when this one has ended
      return Promise.resolve(75);
    }),
  ];
  assertEquals(await workspacesOnce(all, new AbortController().signal), 77);
});

Deno.test("workspacesOnce() tells in its log what a workspace has thrown, and lets the others have their turn", async () => {
  await using dir = await makeTempDir();
  const wrong = stubWorkspace(dir.path, "wrong", () => Promise.reject(usageError("no such flag")));
  const broken = stubWorkspace(dir.path, "broken", () => Promise.reject(new Error("a fault")));
  const sound = stubWorkspace(dir.path, "sound", () => Promise.resolve(0));
  const { signal } = new AbortController();
  assertEquals(await workspacesOnce([wrong, broken, sound], signal), 64);
  assertEquals(await workspacesOnce([broken, wrong, sound], signal), 1);
  const [told] = [wrong, broken].map(({ lines }) => lines[0]);
  assertEquals([told, sound.runs], [{ level: "ERROR", message: "no such flag" }, 2]);
});

Deno.test("workspacesOnce() rejects with the signal's reason, and logs nothing, when it aborts", async () => {
  await using dir = await makeTempDir();
  const end = new AbortController();
  const workspace = stubWorkspace(dir.path, "a", async (signal) => {
    await untilAborted(signal);
    throw new Error("given up");
  });
  const turn = workspacesOnce([workspace], end.signal);
  await workspace.ran(1);
  end.abort(new Error("stopping"));
  await assertRejects(() => turn, Error, "stopping");
  assertEquals(workspace.lines, []);
});
