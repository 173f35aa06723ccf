import { assertEquals, assertMatch } from "@std/assert";
import { check, type Checked } from "./_checked.ts";
import { type Session, startSession } from "./_session.ts";

const NAME = "metrics file";

/** Checks a metrics file, which is granted. */
async function checkFile(session: Session, path: string): Promise<Checked> {
  const grants = session.grants({ metricsFile: path });
  return await check(session, { args: ["--metrics-file", path], grants });
}

Deno.test("check finds nothing to test when no metrics are written", async () => {
  await using session = await startSession();
  const { code, finding } = await check(session);
  assertEquals([code, finding(NAME)], [0, undefined]);
});

Deno.test("check finds that a metrics file can be made, and makes none", async () => {
  await using session = await startSession();
  const path = `${session.dir}/beat.prom`;
  const { code, finding } = await checkFile(session, path);
  assertEquals([code, finding(NAME)?.status], [0, "ok"]);
  assertMatch(finding(NAME)?.message ?? "", /^no '.*beat\.prom': it can be made/);
  const left = [...Deno.readDirSync(session.dir)].filter(({ name }) => name.startsWith("beat"));
  assertEquals(left, []);
});

Deno.test("check leaves alone what a sidecar has written", async () => {
  await using session = await startSession();
  const path = `${session.dir}/beat.prom`;
  await Deno.writeTextFile(path, "# HELP workspace_beat_info Always 1.\n");
  const { ino } = await Deno.stat(path);
  const { code, finding } = await checkFile(session, path);
  assertEquals([code, finding(NAME)?.message], [0, `'${path}' can be replaced`]);
  assertEquals((await Deno.stat(path)).ino, ino);
});

Deno.test("check ends with 78 when there is no folder for the metrics file", async () => {
  await using session = await startSession();
  const { code, finding } = await checkFile(session, `${session.dir}/not/beat.prom`);
  assertEquals([code, finding(NAME)?.status, finding(NAME)?.remedy], [
    78,
    "failed",
    "make its folder, and let this user write there",
  ]);
});

Deno.test("check ends with 78 when something else is in the metrics file", async () => {
  await using session = await startSession();
  const path = `${session.dir}/beat.prom`;
  await Deno.writeTextFile(path, "ducks 3\n");
  const { code, finding } = await checkFile(session, path);
  assertEquals([code, finding(NAME)?.status], [78, "failed"]);
  assertMatch(finding(NAME)?.message ?? "", /it holds something else: expected no file, or one w/);
});

Deno.test("check skips a metrics file that is not granted", async () => {
  await using session = await startSession();
  const path = `${session.dir}/beat.prom`;
  const { code, finding } = await check(session, { args: ["--metrics-file", path] });
  assertEquals([code, finding(NAME)?.message], [0, `not tested: '${path}' is not granted`]);
});

Deno.test("check warns of a metrics file that node_exporter would pass over", async () => {
  await using session = await startSession();
  const { code, finding } = await checkFile(session, `${session.dir}/beat.txt`);
  assertEquals([code, finding("config")?.status], [0, "warning"]);
  assertMatch(finding("config")?.message ?? "", /beat\.txt' \(from flag --metrics-file\) is not r/);
});
