import { assertEquals } from "@std/assert";
import type { ExitCode } from "../../lib/exit_code.ts";
import { type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makePresence } from "./_presence.ts";

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

const UNKNOWN = answer(404, { error: "workspace not found" });

const once: [what: string, faults: [route: "workspace" | "register", Fault][], says: string][] = [
  ["all is well", [], "undefined"],
  ["the workspace is paused", [["workspace", answer(200, { status: "paused" })]], "undefined"],
  ["the workspace was removed", [["workspace", answer(410)]], "removed"],
  ["the platform does not know an id without a token", [["workspace", UNKNOWN]], "undefined"],
  ["the platform does not say", [["workspace", answer(503)]], "unavailable"],
  ["the platform is not there", [["workspace", { kind: "reset" }]], "unreachable"],
  ["the id is none", [["workspace", answer(400, { error: "invalid" })]], "rejected"],
  ["the token is refused", [["register", answer(401)]], "unauthorized"],
  ["registering is forbidden", [["register", answer(403, { error: "x" })]], "forbidden"],
  ["the platform refuses what is registered", [["register", answer(400)]], "rejected"],
  ["registering fails", [["register", answer(503)]], "unavailable"],
  ["the platform says something else", [["workspace", answer(200, [])]], "misrouted"],
];
for (const [what, faults, says] of once) {
  Deno.test(`PresenceLoop.once() gives '${says}' when ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform, { mode: "poll" });
    for (const [route, fault] of faults) platform.fault(route, fault);
    const found = await presence.loop.once(presence.signal);
    assertEquals(typeof found === "object" ? found.kind : String(found), says);
  });
}

const unready: [what: string, code: ExitCode, prepare: (dir: string) => Promise<void>][] = [
  ["the agent card cannot be used", 78, (dir) => Deno.writeTextFile(`${dir}/agent_card.json`, "{")],
  [
    "the token could not be kept",
    75,
    (dir) => Deno.mkdir(`${dir}/.auth_token.tmp/in-the-way`, { recursive: true }),
  ],
];
for (const [what, code, prepare] of unready) {
  Deno.test(`PresenceLoop.once() gives ${code}, and asks for no token, when ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform, { mode: "poll" });
    await prepare(presence.dir);
    assertEquals(await presence.loop.once(presence.signal), code);
    assertEquals(presence.sender.sent, ["workspace"]);
  });
}

Deno.test("PresenceLoop.once() gives 'removed' at once when the platform does not know a workspace that has a token", async () => {
  await using platform = await startDevPlatform();
  const options = { workspaceId: crypto.randomUUID(), mode: "poll", token: "a-token" } as const;
  await using presence = await makePresence(platform, options);
  assertEquals(await presence.loop.once(presence.signal), "removed");
  assertEquals([presence.sender.sent, presence.removals()], [["workspace"], 1]);
});
