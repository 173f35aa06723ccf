import { assert, assertEquals } from "@std/assert";
import { MAIN, makeReportFolder, reportGrants, type ReportText } from "./_report.ts";

const ROUNDS = 60;
/** A test that waits longer than this has failed. */
const PATIENCE_MS = 20_000;

Deno.test("report start leaves a whole report, and nothing in the way of the next one, when it is killed at any moment", async () => {
  await using folder = await makeReportFolder();
  const { lock, report } = folder.files;
  const pond = "deep".repeat(10_000); // a long report takes longer to write
  await folder.write({ active_tasks: 0, pond });
  let changed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await Deno.remove(lock).catch(() => {}); // only the first round has none
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...reportGrants(report), MAIN, "report", "start", "x"],
      env: { RUNTIME_REPORT_FILE: report },
      stdin: "null",
    }).spawn();
    const late = performance.now() + PATIENCE_MS;
    while (!isThere(lock)) assert(performance.now() < late, "It has not locked anything");
    // Whatever the machine, some of these are too early for the change, and some are too late.
    const killed = performance.now() + 0.25 * 2 ** (7 * Math.random());
    while (performance.now() < killed) assertEquals(parsed(report).pond, pond); // nor torn meanwhile
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await process.status;
    const { active_tasks, pond: kept } = parsed(report);
    assertEquals(kept, pond);
    if (active_tasks !== changed) assertEquals(active_tasks, ++changed);
  }
  assert(changed > 0 && changed < ROUNDS, `${changed} of ${ROUNDS} were in time`);
  assertEquals((await folder.change("start", "x")).active_tasks, changed + 1);
});

function parsed(file: string): ReportText {
  return JSON.parse(Deno.readTextFileSync(file));
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
