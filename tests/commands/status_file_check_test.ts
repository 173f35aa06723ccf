import { assertEquals, assertMatch } from "@std/assert";
import { defaultStatusFile } from "../../lib/permissions.ts";
import { check } from "./_checked.ts";
import { untilHealth } from "./_status.ts";
import { startSession } from "./_session.ts";

Deno.test("check finds that the status file can be written, and leaves nothing there", async () => {
  await using session = await startSession();
  const path = defaultStatusFile(session.dir);
  const { code, finding } = await check(session);
  assertEquals(
    [code, finding("status file")?.status, finding("status file")?.message],
    [0, "ok", `'${path}' can be written`],
  );
  for (const file of [path, `${path}.tmp`]) {
    assertEquals(await Deno.lstat(file).catch(({ name }) => name), "NotFound");
  }
});

Deno.test("check says how the sidecar is that keeps the status file", async () => {
  await using session = await startSession();
  await using sidecar = session.start({ args: ["--interval", "5"] });
  await untilHealth(session.dir, /^healthy/);
  const { finding } = await check(session);
  const { message = "", status } = finding("status file") ?? {};
  assertEquals(status, "ok");
  assertMatch(
    message,
    new RegExp(`process ${sidecar.pid}, which is healthy: last beat \\d s ago$`),
  );
});

Deno.test("check warns of a status file that holds something else, and leaves it as it is", async () => {
  await using session = await startSession();
  const path = defaultStatusFile(session.dir);
  await Deno.writeTextFile(path, "mine");
  const { code, finding } = await check(session);
  assertEquals([code, finding("status file")?.status], [0, "warning"]);
  assertMatch(
    finding("status file")?.message ?? "",
    /it holds something else: name another --stat/,
  );
  assertEquals(await Deno.readTextFile(path), "mine");
});

Deno.test("check finds nothing to test when no status file is kept", async () => {
  await using session = await startSession();
  const { finding } = await check(session, { args: ["--status-file", "off"] });
  assertEquals(finding("status file")?.message, "none is kept");
});
