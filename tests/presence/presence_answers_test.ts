import { assertEquals, assertMatch } from "@std/assert";
import {
  type Fault,
  startDevPlatform,
  type WorkspaceStatus,
} from "../../scripts/dev_platform/mod.ts";
import { makePresence } from "./_presence.ts";
import { mayBeat } from "./_removed.ts";

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

const untold: [what: string, fault: Fault, says: RegExp][] = [
  [
    "an empty 404",
    answer(404),
    /answered 404.*wrong tenant or Origin header: X-Molecule-Org-Id was not sent: set MOLECULE_ORG_ID/,
  ],
  [
    "404 with a page",
    answer(404, "<!doctype html>"),
    /answered 404.*a page.*wrong tenant or Origin header: X-Molecule-Org-Id was not sent/,
  ],
  [
    "a page",
    answer(200, "<!doctype html>"),
    /answered 200.*a page.*wrong tenant or Origin header: X-Molecule-Org-Id was not sent/,
  ],
  ["a redirect", { kind: "redirect", location: "http://login.test/" }, /a redirect to http:\/\/lo/],
  ["400", answer(400, { error: "invalid workspace ID" }), /answered 400: invalid workspace ID;/],
  [
    "an empty 403",
    answer(403),
    /answered 403.*wrong tenant or Origin header: X-Molecule-Org-Id was/,
  ],
  ["403 with JSON", answer(403, { error: "no" }), /answered 403: no;/],
  ["401 with a page", answer(401, "<html>"), /answered 401.*a page.*wrong tenant or Origin header/],
  [
    "404 with JSON that names no error",
    answer(404, { message: "no Route matched with those values" }),
    /answered 404.*JSON of another kind.*wrong tenant or Origin header/,
  ],
  ["500", answer(500, { error: "query failed" }), /answered 500: query failed;/],
  ["no workspace", answer(200, []), /answered with something else than a workspace;/],
  ["a reset connection", { kind: "reset" }, /;/],
];
for (const [what, fault, says] of untold) {
  Deno.test(`PresenceLoop.once() warns, and beats go on, when the answer is ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform);
    platform.fault("workspace", fault);
    await presence.loop.once(presence.signal);
    const [line = "", ...more] = presence.told();
    assertMatch(
      line,
      /^WARN The platform does not say whether the workspace is there: .+; beats go on$/,
    );
    assertMatch(line, says);
    assertEquals([more, presence.removals()], [[], 0]);
    assertEquals(await mayBeat(presence), true);
  });
}

const statuses: readonly WorkspaceStatus[] = [
  "provisioning",
  "online",
  "offline",
  "degraded",
  "failed",
];
for (const status of [...statuses, "awaiting_agent", "of the future"]) {
  Deno.test(`PresenceLoop.once() says nothing when the status is '${status}'`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform);
    platform.fault("workspace", answer(200, { status }));
    assertEquals(await presence.loop.once(presence.signal), undefined);
    assertEquals([presence.lines, presence.removals()], [[], 0]);
  });
}

for (const status of ["paused", "hibernated"] as const) {
  Deno.test(`PresenceLoop.once() says once that the workspace is ${status}, and once that it is no more; beats go on`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace({ token: null, status });
    await using presence = await makePresence(platform, { workspaceId: workspace.id });
    const { loop, signal } = presence;
    for (let look = 0; look < 3; look++) assertEquals(await loop.once(signal), undefined);
    assertEquals(await mayBeat(presence), true);
    workspace.status = "online";
    for (let look = 0; look < 3; look++) await loop.once(signal);
    assertEquals(presence.told(), [
      `INFO The workspace is ${status} on the platform: beats go on`,
      `INFO The workspace is online again, after it was ${status}`,
    ]);
    assertEquals(presence.removals(), 0);
  });
}

Deno.test("PresenceLoop.once() says it again when the workspace rests in another way", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace({ token: null, status: "paused" });
  await using presence = await makePresence(platform, { workspaceId: workspace.id });
  await presence.loop.once(presence.signal);
  workspace.status = "hibernated";
  await presence.loop.once(presence.signal);
  assertEquals(presence.told().length, 2);
});

const words: [what: string, body: object, says: RegExp[]][] = [
  ["there", { status: "online" }, []],
  ["at rest", { status: "paused" }, [/^INFO The workspace is paused/]],
  ["removed", { status: "removed" }, [/^ERROR The workspace was removed/]],
];
for (const [what, body, says] of words) {
  Deno.test(`PresenceLoop.once() says that it can ask again when the platform says at last that the workspace is ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform);
    platform.fault("workspace", answer(503), { times: 2 });
    platform.fault("workspace", answer(200, body));
    for (let look = 0; look < 4; look++) await presence.loop.once(presence.signal);
    const expected = [
      /^WARN The platform does not say/,
      /^INFO Asking for the workspace recovered after 0\.0 s and 2 failed attempts$/,
      ...says,
    ];
    const told = presence.told();
    for (const [index, says] of expected.entries()) assertMatch(told[index] ?? "", says);
    assertEquals(told.length, expected.length);
  });
}

Deno.test("PresenceLoop.once() warns once of each thing that a person must mend, and not of what passes", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const faults = [answer(503), answer(404), answer(503), answer(404), answer(400), answer(200, [])];
  for (const fault of faults) platform.fault("workspace", fault, { times: 1 });
  for (const _ of faults) await presence.loop.once(presence.signal);
  const answers = presence.lines.map(({ message }) => /answered \w+/.exec(message)?.[0]);
  assertEquals(presence.lines.map(({ level }, line) => `${level} ${answers[line]}`), [
    "WARN answered 503",
    "WARN answered 404",
    "DEBUG answered 503",
    "DEBUG answered 404",
    "WARN answered 400",
    "DEBUG answered with",
  ]);
});
