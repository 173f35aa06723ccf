import { assertEquals, assertMatch } from "@std/assert";
import type { Fault } from "../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../support/mod.ts";
import { check } from "./_checked.ts";
import { startSession } from "./_session.ts";

const POLL = ["--register", "poll"];

/** Who registers the workspace, and what is said of that. */
const REGISTERING = [
  ["it is registered", POLL, ", and it is not registered"],
  ["nobody registers it", [], ""],
] as const;

for (const status of ["paused", "hibernated"] as const) {
  for (const [what, args, says] of REGISTERING) {
    eachDialect.test(`check warns, and ends with 0, when the workspace is ${status} and ${what}`, async (dialect) => {
      await using session = await startSession({ dialect });
      session.workspace.status = status;
      const { code, finding } = await check(session, { args });
      assertEquals([code, finding("workspace")], [0, {
        name: "workspace",
        status: "warning",
        message: `it is ${status}: beats go on${says}`,
        remedy: "resume it on the platform",
      }]);
    });
  }
}

eachDialect.test("check ends with 77 when the workspace was removed", async (dialect) => {
  await using session = await startSession({ dialect });
  session.workspace.status = "removed";
  const { code, finding } = await check(session);
  assertEquals([code, finding("workspace")?.status], [77, "failed"]);
  assertMatch(finding("workspace")?.message ?? "", /^it was removed, or never was there: /);
});

Deno.test("check shows the hint of a platform that has removed the workspace, and when", async () => {
  await using session = await startSession();
  const body = { error: "gone", removed_at: "2026-06-01T00:00:00Z", hint: "Make a new\none." };
  session.platform.fault("workspace", answer(410, body));
  const { code, finding } = await check(session);
  assertEquals(code, 77);
  assertEquals(finding("workspace")?.remedy, "Make a new one");
  assertMatch(finding("workspace")?.message ?? "", /: answered 410: gone, removed at 2026-06-01T/);
});

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

/** What is said of a workspace that the platform does not know. */
const UNKNOWN = [
  ["nobody registers it", [], true, 77, "failed"],
  ["it is registered, but has a token", POLL, true, 77, "failed"],
  ["nobody registers it, and it has no token", [], false, 77, "failed"],
  ["it will be registered, and has no token", POLL, false, 0, "ok"],
] as const;

for (const [what, args, hasToken, code, status] of UNKNOWN) {
  Deno.test(`check ends with ${code} when the platform does not know the workspace and ${what}`, async () => {
    await using session = await startSession();
    if (!hasToken) await Deno.remove(`${session.dir}/.auth_token`);
    const workspaceId = crypto.randomUUID();
    const checked = await check(session, { args, workspaceId });
    assertEquals([checked.code, checked.finding("workspace")?.status], [code, status]);
  });
}

Deno.test("check says what to do about a workspace that the platform does not know", async () => {
  await using session = await startSession();
  const { finding } = await check(session, { workspaceId: crypto.randomUUID() });
  assertMatch(finding("workspace")?.remedy ?? "", /^check WORKSPACE_ID and the platform's address/);
});

Deno.test("check ends with 78, and says to check WORKSPACE_ID, when it is none of the platform's", async () => {
  await using session = await startSession();
  session.platform.fault("workspace", answer(400, { error: "invalid workspace ID" }));
  const { code, finding } = await check(session);
  assertEquals([code, finding("workspace")], [78, {
    name: "workspace",
    status: "failed",
    message: "answered 400: invalid workspace ID",
    remedy: "check WORKSPACE_ID: the platform's ids are UUIDs",
  }]);
});

Deno.test("check ends with 78 when the answer is something else than a workspace", async () => {
  await using session = await startSession();
  session.platform.fault("workspace", answer(200, []));
  const { code, finding } = await check(session);
  assertEquals([code, finding("workspace")], [78, {
    name: "workspace",
    status: "failed",
    message: "answered with something else than a workspace",
    remedy: "nobody knows whether it is there until this is mended",
  }]);
});

eachDialect.test("check ends with 78, and names X-Molecule-Org-Id, when the platform's tenant is not named", async (dialect) => {
  await using session = await startSession({ dialect, orgId: "org-1" });
  const { code, finding } = await check(session);
  assertEquals(code, 78);
  for (const name of ["workspace", "token"]) {
    assertMatch(
      finding(name)?.message ?? "",
      /X-Molecule-Org-Id was not sent: set MOLECULE_ORG_ID/,
    );
  }
});

Deno.test("check names both headers when neither is sent", async () => {
  await using session = await startSession({ orgId: "org-1" });
  const { finding } = await check(session, { args: ["--origin", "off"] });
  assertMatch(
    finding("workspace")?.message ?? "",
    /: Origin and X-Molecule-Org-Id were not sent: /,
  );
});

Deno.test("check ends with 0 when the tenant is named", async () => {
  await using session = await startSession({ orgId: "org-1" });
  assertEquals((await check(session, { env: { MOLECULE_ORG_ID: "org-1" } })).code, 0);
});

Deno.test("check ends with 75 when the platform cannot say whether the workspace is there", async () => {
  await using session = await startSession();
  session.platform.fault("workspace", answer(503));
  const { code, finding } = await check(session);
  assertEquals([code, finding("workspace")?.status], [75, "failed"]);
});
