import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Fault } from "../../scripts/dev_platform/mod.ts";
import { startSidecar } from "../support/mod.ts";
import { type Session, startSession } from "./_session.ts";

/** Requests so far, as "POST heartbeat". */
function requests({ platform }: Session): string[] {
  return platform.requests.map(({ method, route }) => `${method} ${route}`);
}

Deno.test("run --once ends with 0 after exactly one beat and one poll", async () => {
  await using session = await startSession();
  await using sidecar = session.start({ args: ["--once"] });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  assertEquals(requests(session), ["POST heartbeat", "GET delegations"]);
  assertEquals(session.workspace.beats.length, 1);
  assertEquals(sidecar.stdout, []);
});

Deno.test("run --once delivers, wakes and notifies before it ends with 0", async () => {
  await using session = await startSession();
  const { workspace } = session;
  workspace.finish(workspace.delegate(), "the answer");
  await using sidecar = session.start({ args: ["--once"] });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  assertEquals((await session.results()).length, 1);
  assertEquals([workspace.delivered.length, workspace.chat.length], [1, 1]);
});

/** How the platform answers, and the exit code; where no route is named, it is the beat's. */
const ANSWERS: readonly (readonly [
  what: string,
  fault: Fault,
  code: number,
  says: RegExp,
  route?: "delegations" | "a2a",
])[] = [
  ["503", answer(503, { error: "draining" }), 75, /WARN The beat failed: answered 503: draining/],
  ["429", answer(429, { error: "rate", retry_after: 60 }), 75, /WARN .*answered 429/],
  ["401", answer(401, { error: "no" }), 77, /WARN .*answered 401.*token/],
  ["403", answer(403, { error: "no" }), 77, /WARN .*answered 403: no/],
  ["an empty 403", answer(403), 78, /WARN .*answered 403.*wrong tenant or Origin header/],
  ["a page of 401", answer(401, "<html>"), 78, /WARN .*answered 401.*a page/],
  ["410", answer(410, { error: "removed" }), 77, /WARN .*answered 410: removed.*was removed/],
  [
    "a redirect",
    { kind: "redirect", location: "https://login.test/" },
    78,
    /https:\/\/login.test\//,
  ],
  [
    "404 without JSON",
    answer(404),
    78,
    /WARN .*answered 404.*wrong tenant or Origin header: X-Molecule-Org-Id was not sent: set MOLECULE_ORG_ID/,
  ],
  ["a page", answer(200, "<!doctype html>"), 78, /WARN .*a page/],
  ["400", answer(400, { error: "bad body" }), 1, /WARN .*answered 400: bad body/],
  ["a reset connection", { kind: "reset" }, 69, /WARN The beat failed/],
  ["401 to the poll", answer(401), 77, /WARN Results cannot be asked for/, "delegations"],
  ["404 to the poll", answer(404), 78, /WARN Results .*MOLECULE_ORG_ID/, "delegations"],
  ["503 to the poll", answer(503), 75, /WARN Results cannot be asked for/, "delegations"],
  ["503 to the wake", answer(503, { restarting: true }), 75, /WARN The wake was not/, "a2a"],
];

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

for (const [what, fault, code, says, route = "heartbeat"] of ANSWERS) {
  Deno.test(`run --once ends with ${code} when the answer is ${what}`, async () => {
    await using session = await startSession();
    const { platform, workspace } = session;
    workspace.finish(workspace.delegate(), "the answer");
    platform.fault(route, fault);
    await using sidecar = session.start({ args: ["--once"] });
    assertEquals(await sidecar.ended(), code, sidecar.stderr.join("\n"));
    assertEquals(sidecar.stderr.filter((line) => says.test(line)).length, 1);
    if (fault.kind === "reset") {
      // Deno itself may try again: 2.7 does, 2.9 does not. But there is no poll.
      return assertEquals(platform.requestsTo("delegations").length, 0);
    }
    if (what === "429") assertEquals(platform.requestsTo("delegations").length, 0);
    // A token that is refused is read again, and sent exactly once more. A body that is refused is
    // sent without what the platform may not know: runtime_metadata, then the texts.
    const tries = platform.requestsTo(route).length;
    assertEquals(tries, what.startsWith("401") ? 2 : what === "400" ? 3 : 1);
  });
}

Deno.test("run --once ends with 69 and makes no poll when the connection is refused", async () => {
  await using session = await startSession();
  session.platform.goDown();
  await using sidecar = session.start({ args: ["--once"] });
  assertEquals(await sidecar.ended(), 69, sidecar.stderr.join("\n"));
  assertEquals(sidecar.stderr.filter((line) => line.includes(" WARN ")).length, 1);
});

Deno.test("run --once ends with 73 when the results file is a folder", async () => {
  await using session = await startSession();
  const { dir, workspace } = session;
  await Deno.mkdir(`${dir}/results.jsonl`);
  workspace.finish(workspace.delegate(), "the answer");
  await using sidecar = session.start({ args: ["--once"] });
  assertEquals(await sidecar.ended(), 73, sidecar.stderr.join("\n"));
  await sidecar.waitForLine(/WARN Waiting to deliver 1 result: .*results\.jsonl/);
  assertEquals([workspace.delivered.length, workspace.chat.length], [0, 0]);
});

Deno.test("run --once sends to the right paths when the platform's address ends with a slash (D22)", async () => {
  await using session = await startSession();
  const { platform } = session;
  await using sidecar = session.start({ platformUrl: `${platform.url}/`, args: ["--once"] });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  assertEquals(platform.requests.map(({ path }) => path)[0], "/registry/heartbeat");
});

Deno.test("run --once names the tenant and the Origin in every request when the platform has a tenant (D30)", async () => {
  await using session = await startSession({ orgId: "org-1" });
  const { platform, workspace } = session;
  workspace.finish(workspace.delegate(), "the answer");
  await using sidecar = session.start({ args: ["--once"], env: { MOLECULE_ORG_ID: "org-1" } });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  assertEquals((await session.results()).length, 1);
  assertEquals([workspace.delivered.length, workspace.chat.length], [1, 1]);
  for (const { route, headers } of platform.requests) {
    const sent = [headers.get("origin"), headers.get("x-molecule-org-id")];
    assertEquals(sent, [platform.url, "org-1"], route);
  }
});

Deno.test("run --once ends with 78 and names MOLECULE_ORG_ID when the platform's tenant is not named (D30, D33)", async () => {
  await using session = await startSession({ orgId: "org-1" });
  await using sidecar = session.start({ args: ["--once", "--origin", "off"] });
  assertEquals(await sidecar.ended(), 78, sidecar.stderr.join("\n"));
  await sidecar.waitForLine(/ WARN Results cannot be asked for: answered 404.*MOLECULE_ORG_ID/);
  assertEquals(session.platform.requests.map(({ headers }) => headers.get("origin")), [null, null]);
});

for (const format of ["text", "json"]) {
  Deno.test(`run --once --results-file - writes results to standard output and ${format} logs to standard error`, async () => {
    await using session = await startSession();
    const { platform, token, workspace } = session;
    const id = workspace.delegate();
    workspace.finish(id, "the answer");
    const args = ["--results-file", "-", "--log-format", format, "--once", "--log-level", "debug"];
    await using sidecar = startSidecar({
      platformUrl: platform.url,
      workspaceId: workspace.id,
      env: { MOLECULE_WORKSPACE_TOKEN: token },
      args,
    });
    assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
    const results = sidecar.stdout.map((line) => JSON.parse(line));
    assertEquals(results.map(({ delegation_id }) => delegation_id), [id]);
    assertEquals(platform.requestsTo("a2a").length, 1);
    assert(sidecar.stderr.length >= 3);
    for (const line of sidecar.stderr) assertLogLine(line, format);
  });
}

function assertLogLine(line: string, format: string): void {
  if (format === "text") return assertMatch(line, /^\d{4}-[-\d]{5}T[:.\d]+Z (DEBUG|INFO|WARN) \S/);
  const { time, level, message, ...rest } = JSON.parse(line);
  assertEquals([new Date(time).toISOString(), typeof message, rest], [time, "string", {}]);
  assertMatch(level, /^(DEBUG|INFO|WARN)$/);
}
