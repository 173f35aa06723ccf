import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { DevPlatform, Fault, RouteName } from "../scripts/dev_platform/mod.ts";
import { makeSidecar } from "./_running_sidecar.ts";
import { eachDialect } from "./support/mod.ts";

const { signal } = new AbortController();
const REGISTERED = { workspace: { token: null }, registerMode: "poll" } as const;

function routes({ requests }: DevPlatform): string[] {
  return requests.map(({ route }) => route);
}

eachDialect.test("Sidecar.once() looks, registers, beats and polls, in this order, and gives 0", async (dialect) => {
  await using made = await makeSidecar(dialect, REGISTERED);
  assertEquals(await made.sidecar.once(signal), 0);
  assertEquals(routes(made.platform), ["workspace", "register", "heartbeat", "delegations"]);
});

eachDialect.test("Sidecar.once() has saved the token that it was issued when it ends", async (dialect) => {
  await using made = await makeSidecar(dialect, REGISTERED);
  await made.sidecar.once(signal);
  assertEquals(await Deno.readTextFile(`${made.dir}/.auth_token`), made.workspace.token);
});

eachDialect.test("Sidecar.once() proves who it is with the token that it was just issued", async (dialect) => {
  await using made = await makeSidecar(dialect, REGISTERED);
  await made.sidecar.once(signal);
  const bearers = made.platform.requests.map(({ headers }) => headers.get("authorization"));
  const issued = `Bearer ${made.workspace.token}`;
  assertEquals(bearers, [null, null, issued, issued]);
});

eachDialect.test("Sidecar.once() gives 77, and neither beats nor polls, when the workspace that it registers was removed", async (dialect) => {
  const options = { workspace: { status: "removed" }, registerMode: "poll" } as const;
  await using made = await makeSidecar(dialect, options);
  assertEquals(await made.sidecar.once(signal), 77);
  assertEquals(routes(made.platform), ["workspace"]);
  assertMatch(
    made.logged(/^ERROR/).join("\n"),
    /^ERROR The workspace was removed from the platform/,
  );
});

eachDialect.test("Sidecar.once() gives 77, and says why, when the workspace was removed and somebody else registers it", async (dialect) => {
  await using made = await makeSidecar(dialect, { workspace: { status: "removed" } });
  assertEquals(await made.sidecar.once(signal), 77);
  assertEquals(made.logged(/^ERROR The workspace was removed from the platform/).length, 1);
});

eachDialect.test("Sidecar.once() neither looks nor registers when nobody has asked for that", async (dialect) => {
  await using made = await makeSidecar(dialect);
  assertEquals(await made.sidecar.once(signal), 0);
  assertEquals(routes(made.platform), ["heartbeat", "delegations"]);
});

/** The sidecar does not know the token that its workspace has. */
const UNKNOWING = {
  ...REGISTERED,
  workspace: { token: "issued-token" },
  token: undefined,
} as const;

/** Makes the disk refuse the token between the probe and the save: while it is issued. */
function obstruct(platform: DevPlatform, dir: string): void {
  const handler = () => {
    Deno.mkdirSync(`${dir}/.auth_token.tmp/in-the-way`, { recursive: true });
    return Response.json({ status: "registered", auth_token: "issued-token" });
  };
  platform.fault("register", { kind: "handle", handler });
}

eachDialect.test("Sidecar.once() gives 1, and says an error, when the token that it was issued could not be saved", async (dialect) => {
  await using made = await makeSidecar(dialect, UNKNOWING);
  obstruct(made.platform, made.dir);
  assertEquals(await made.sidecar.once(signal), 1);
  assertEquals(routes(made.platform), ["workspace", "register", "heartbeat", "delegations"]);
  assertMatch(
    made.logged(/^ERROR/).join("\n"),
    /^ERROR Cannot save the token that the platform has/,
  );
});

eachDialect.test("Sidecar.once() gives 1, and says that the token is lost, whatever else has failed", async (dialect) => {
  await using made = await makeSidecar(dialect, UNKNOWING);
  obstruct(made.platform, made.dir);
  made.platform.fault("heartbeat", { kind: "answer", status: 503 });
  assertEquals(await made.sidecar.once(signal), 1);
  assertEquals(made.logged(/^ERROR The token that the platform has issued .* is lost/).length, 1);
});

/** Where it is when it is stopped. */
const stops: RouteName[] = ["heartbeat", "delegations"];
for (const route of stops) {
  eachDialect.test(`Sidecar.once() has saved the token that it was issued when it is stopped during ${route}`, async (dialect) => {
    await using made = await makeSidecar(dialect, REGISTERED);
    const { dir, platform, workspace } = made;
    platform.fault(route, { kind: "hang" });
    const end = new AbortController();
    const turn = made.sidecar.once(end.signal);
    await platform.waitFor((request) => request.route === route, { whenReceived: true });
    end.abort(new Error("stopping"));
    await assertRejects(() => turn, Error, "stopping");
    assertEquals(await Deno.readTextFile(`${dir}/.auth_token`), workspace.token);
  });
}

eachDialect.test("Sidecar.once() has saved the token that it was issued when it is stopped while the registration is answered", async (dialect) => {
  await using made = await makeSidecar(dialect, REGISTERED);
  const { dir, platform, workspace } = made;
  platform.fault("register", { kind: "hang" });
  const end = new AbortController();
  const turn = made.sidecar.once(end.signal);
  await platform.waitFor(({ route }) => route === "register", { whenReceived: true });
  end.abort(new Error("stopping"));
  platform.clearFaults();
  await assertRejects(() => turn, Error, "stopping");
  assertEquals(await Deno.readTextFile(`${dir}/.auth_token`), workspace.token);
});

/** What the registration, or the look before it, ends with. */
const codes: [what: string, route: RouteName, fault: Fault, code: number][] = [
  ["the platform is not there", "workspace", { kind: "reset" }, 69],
  ["the platform does not say", "workspace", answer(503), 75],
  ["the id is none", "workspace", answer(400), 78],
  ["the platform answers with a page", "workspace", answer(200, "<html>"), 78],
  ["the platform answers with something else", "workspace", answer(200, []), 78],
  ["registering fails", "register", answer(503), 75],
  ["the platform asks to wait", "register", answer(429), 75],
  ["the token is refused", "register", answer(401), 77],
  ["registering is forbidden", "register", answer(403), 77],
  ["what is registered is refused", "register", answer(400), 78],
];
for (const [what, route, fault, code] of codes) {
  eachDialect.test(`Sidecar.once() gives ${code} when ${what}`, async (dialect) => {
    await using made = await makeSidecar(dialect, REGISTERED);
    made.platform.fault(route, fault);
    assertEquals(await made.sidecar.once(signal), code);
    const beats = made.platform.requestsTo("heartbeat").length;
    assertEquals(beats, code === 69 ? 0 : 1, "a beat is worth a try where somebody is there");
  });
}

function answer(status: number, body: string | object = { error: "x" }): Fault {
  return { kind: "answer", status, body };
}
