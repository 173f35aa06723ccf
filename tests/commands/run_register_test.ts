import { assertEquals, assertMatch } from "@std/assert";
import type { Fault, RouteName } from "../../scripts/dev_platform/mod.ts";
import { type Session, startSession } from "./_session.ts";

const ONCE = ["--once", "--register", "poll"];

function answer(status: number, body: string | object = { error: "x" }): Fault {
  return { kind: "answer", status, body };
}

/** A session of a workspace that the platform has told no token yet. */
async function startFresh() {
  const session = await startSession();
  await Deno.remove(`${session.dir}/.auth_token`);
  const workspace = session.platform.addWorkspace({ token: null, status: "provisioning" });
  return { session, workspace, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

async function savedToken({ dir }: Session): Promise<string> {
  return await Deno.readTextFile(`${dir}/.auth_token`);
}

Deno.test("run --once --register ends with 0, and leaves the token on disk, when the workspace has none", async () => {
  await using fresh = await startFresh();
  const { session, workspace } = fresh;
  await using sidecar = session.start({ args: ONCE, workspaceId: workspace.id });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  assertEquals(await savedToken(session), workspace.token);
});

/** What the platform says, the exit code, and what is told. */
const ANSWERS: readonly (readonly [
  what: string,
  route: RouteName,
  fault: Fault,
  code: number,
  says: RegExp,
])[] = [
  [
    "registering is answered with 503",
    "register",
    answer(503),
    75,
    /WARN The workspace could not be registered: answered 503: x; /,
  ],
  [
    "registering is answered with 401",
    "register",
    answer(401),
    77,
    /ERROR The workspace cannot be registered: answered 401: x: the workspace has a token, and /,
  ],
  [
    "registering is answered with 400",
    "register",
    answer(400),
    78,
    /WARN The workspace could not be registered: answered 400: x: the platform may be too old /,
  ],
  [
    "the id is none of the platform's",
    "workspace",
    answer(400, { error: "invalid workspace ID" }),
    78,
    /WARN The workspace could not be registered: .*: answered 400: invalid workspace ID; /,
  ],
  [
    "the workspace was removed",
    "workspace",
    answer(410),
    77,
    /ERROR The workspace was removed from the platform \(answered 410: x\); stopping/,
  ],
];

for (const [what, route, fault, code, says] of ANSWERS) {
  Deno.test(`run --once --register ends with ${code} when ${what}`, async () => {
    await using session = await startSession();
    session.platform.fault(route, fault);
    await using sidecar = session.start({ args: ONCE });
    assertEquals(await sidecar.ended(), code, sidecar.stderr.join("\n"));
    assertEquals(sidecar.stderr.filter((line) => says.test(line)).length, 1);
  });
}

Deno.test("run --once --register ends with 69, and does nothing else, when the platform is not there", async () => {
  await using session = await startSession();
  session.platform.goDown();
  await using sidecar = session.start({ args: ONCE });
  assertEquals(await sidecar.ended(), 69, sidecar.stderr.join("\n"));
  const [line = "", ...more] = sidecar.stderr.filter((line) => line.includes(" WARN "));
  assertMatch(line, /WARN The workspace could not be registered: the platform does not say /);
  assertEquals(more, []);
});

Deno.test("run --once --register ends with 78, and beats all the same, when the agent card cannot be used", async () => {
  await using session = await startSession();
  await Deno.writeTextFile(`${session.dir}/agent_card.json`, "{");
  await using sidecar = session.start({ args: ONCE });
  assertEquals(await sidecar.ended(), 78, sidecar.stderr.join("\n"));
  assertEquals(session.workspace.beats.length, 1);
  assertEquals(session.platform.requestsTo("register"), []);
});

for (const args of [ONCE, ["--register", "poll"]]) {
  Deno.test(`run ${args.join(" ")} still keeps the token when SIGTERM comes while the registration is answered`, async () => {
    await using fresh = await startFresh();
    const { session, workspace } = fresh;
    session.platform.fault("register", { kind: "hang" });
    await using sidecar = session.start({ args, workspaceId: workspace.id });
    await session.platform.waitFor(({ route }) => route === "register", { whenReceived: true });
    sidecar.kill("SIGTERM");
    await sidecar.waitForLine(/INFO Stopping/);
    session.platform.clearFaults();
    assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
    assertEquals(await savedToken(session), workspace.token);
  });
}

Deno.test("run --register ends with 0 within 5 s when SIGTERM comes while the registration is never answered", async () => {
  await using fresh = await startFresh();
  const { session, workspace } = fresh;
  session.platform.fault("register", { kind: "hang" });
  const args = ["--register", "poll"];
  await using sidecar = session.start({ args, workspaceId: workspace.id });
  await session.platform.waitFor(({ route }) => route === "register", { whenReceived: true });
  assertEquals(await sidecar.stop(), 0, sidecar.stderr.join("\n"));
});
