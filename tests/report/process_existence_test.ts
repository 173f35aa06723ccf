import { assertEquals } from "@std/assert";
import { runModule } from "../support/mod.ts";

const PROBE = new URL("_process_probe.ts", import.meta.url).pathname;
const GRANT = "--allow-sys=getPriority";

/** A process that does nothing until it is ended. */
function startSleep(): AsyncDisposable & { readonly pid: number; end(): Promise<void> } {
  const child = new Deno.Command("sleep", { args: ["600"], stdin: "null" }).spawn();
  let isRunning = true;
  async function end() {
    if (isRunning) child.kill("SIGKILL");
    isRunning = false;
    await child.status; // and so it is reaped
  }
  return { pid: child.pid, end, [Symbol.asyncDispose]: end };
}

/** What another process, with these grants, can tell of processes. */
async function told(pids: readonly number[], grants: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runModule(PROBE, { grants, args: pids.map(String) });
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

Deno.test("processExists() is true while the process runs, and false when it has ended and was reaped", async () => {
  await using child = startSleep();
  assertEquals(await told([child.pid], [GRANT]), [true]);
  await child.end();
  assertEquals(await told([child.pid], [GRANT]), [false]);
});

Deno.test("processExists() tells those that it did not start from those that there never were", async () => {
  assertEquals(await told([1, 2 ** 31 - 1], [GRANT]), [true, false]);
});

Deno.test("processExists() is undefined when that is not granted", async () => {
  await using child = startSleep();
  const pids = [child.pid, 2 ** 31 - 1];
  assertEquals(await told(pids, []), [null, null]);
  assertEquals(await told(pids, ["--allow-sys=hostname", "--allow-read", "--allow-run"]), [
    null,
    null,
  ]);
});
