import { assertEquals, assertMatch } from "@std/assert";
import { type Fault, type RouteName, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makePresence } from "./_presence.ts";

const MINUTE_MS = 60_000;

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

/** What keeps a registration from working, and what is said of it. */
const obstacles: [
  what: string,
  route: RouteName,
  fault: Fault,
  says: string,
  asked: readonly string[],
][] = [
  [
    "the platform fails to register",
    "register",
    answer(503, { error: "x" }),
    "answered 503: x",
    ["workspace", "register"],
  ],
  [
    "the platform does not say whether the workspace is there",
    "workspace",
    answer(503, { error: "x" }),
    "the platform does not say whether the workspace is there: answered 503: x",
    ["workspace"],
  ],
  [
    "the platform answers with something else than a workspace",
    "workspace",
    answer(200, []),
    "the platform does not say whether the workspace is there: answered with something else than " +
    "a workspace",
    ["workspace"],
  ],
];
for (const [what, route, fault, says, asked] of obstacles) {
  Deno.test(`PresenceLoop.run() tries again with growing waits for 5 minutes, says an error, and goes on with the looks, when ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform, { mode: "poll" });
    const { beat, clock, sender } = presence;
    const last = asked.at(-1) === "register" ? "register" : "workspace";
    platform.fault(route, fault);
    presence.start();
    beat();
    const waits: number[] = [];
    let tries = 1;
    for (; clock.now() < 5 * MINUTE_MS; tries++) {
      await sender.ended(last, tries);
      waits.push(await presence.sleepOver());
      beat();
    }
    assertEquals(waits.slice(0, 7), [0.75, 9, 18, 18, 18, 18, 18]);
    await sender.ended(last, tries);
    assertEquals(presence.told(), [
      `WARN The workspace could not be registered: ${says}; trying again, and beats go on`,
      `ERROR The workspace could not be registered: ${says}; trying again now and then, and beats go on`,
    ]);

    clock.advance(MINUTE_MS);
    beat("ok", 10);
    await sender.ended(last, tries + 1);
    assertEquals(sender.sent.length, (tries + 1) * asked.length);
    assertEquals(presence.told().length, 2);
  });
}

Deno.test("PresenceLoop.run() registers with the next look, and says that it has recovered, when it was given up before", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  const { beat, clock, sender } = presence;
  platform.fault("register", answer(503));
  presence.start();
  beat();
  await sender.ended("register");
  await clock.sleeping();
  clock.advance(5 * MINUTE_MS);
  await sender.ended("register", 2);
  platform.clearFaults();
  beat("ok", 10);
  await presence.sleepOver(); // there was a gap
  await sender.ended("register", 3);
  assertEquals(presence.told().map((line) => line.split(" ", 1)[0]), [
    ...["WARN", "ERROR", "INFO"],
    ...["INFO", "INFO"],
  ]);
});

Deno.test("PresenceLoop.run() waits as long as the platform asks for before it registers again", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  const headers = { "Retry-After": "40" };
  platform.fault("register", { kind: "answer", status: 429, headers }, { times: 1 });
  presence.start();
  presence.beat();
  await presence.sender.ended("register");
  assertEquals(await presence.clock.sleeping(), [43_000]);
});

Deno.test("PresenceLoop.run() looks no sooner than it wants to when beats end while a registration is to be tried again", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  const { beat, clock, sender } = presence;
  platform.fault("register", answer(503), { times: 1 });
  presence.start();
  beat();
  await sender.ended("register");
  await clock.sleeping();
  beat("ok", 3);
  beat("unavailable", 3);
  assertEquals(await clock.sleeping(), [750]);
});

/** What a person mends, and how. */
const mendable: [what: string, spoil: (dir: string) => Promise<void>, file: string][] = [
  [
    "an agent card that cannot be used",
    (dir) => Deno.writeTextFile(`${dir}/agent_card.json`, "{"),
    "agent_card.json",
  ],
  [
    "a disk that could not keep a token",
    (dir) => Deno.mkdir(`${dir}/.auth_token.tmp/in-the-way`, { recursive: true }),
    ".auth_token.tmp",
  ],
];
for (const [what, spoil, file] of mendable) {
  Deno.test(`PresenceLoop.run() registers a moment after somebody has mended ${what}`, async () => {
    await using platform = await startDevPlatform();
    await using presence = await makePresence(platform, { mode: "poll" });
    const { dir, sender } = presence;
    await spoil(dir);
    presence.start();
    presence.beat();
    await sender.ended("workspace");
    for (const wait of [0.75, 9]) assertEquals(await presence.sleepOver(), wait);
    assertEquals(await presence.clock.sleeping(), [18_000]);
    assertEquals(sender.count("register"), 0);
    await Deno.remove(`${dir}/${file}`, { recursive: true });
    presence.clock.advance(18_000);
    await sender.ended("register");
    const [begin = "", ...more] = presence.told();
    assertMatch(
      begin,
      /^WARN The workspace could not be registered: .+; trying again, and beats go/,
    );
    assertEquals(more, [
      "INFO Registering recovered after 27.8 s and 3 failed attempts",
      "INFO The workspace is registered, and has got a token",
    ]);
  });
}

Deno.test("PresenceLoop.run() registers again and again when the platform says 400, since a person may mend that", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform, { mode: "poll" });
  platform.fault("register", answer(400, { error: "bad" }), { times: 2 });
  presence.start();
  presence.beat();
  await presence.sender.ended("register");
  for (const wait of [0.75, 9]) assertEquals(await presence.sleepOver(), wait);
  await presence.sender.ended("register", 3);
  assertMatch(presence.told().at(-1) ?? "", /^INFO The workspace is registered/);
});

Deno.test("PresenceLoop.run() does not register again when the platform has refused the token, until a gap", async () => {
  await using platform = await startDevPlatform();
  const { id } = platform.addWorkspace();
  await using presence = await makePresence(platform, { workspaceId: id, mode: "poll" });
  const { beat, clock, sender } = presence;
  presence.start();
  beat("unauthorized");
  await sender.ended("register");
  beat("unauthorized", 2);
  await sender.ended("workspace", 2);
  beat("ok", 10);
  await sender.ended("workspace", 3);
  const [line = "", ...more] = presence.told();
  assertMatch(
    line,
    /^ERROR The workspace cannot be registered: answered 401: .+MOLECULE_WORKSPACE_TOKEN/,
  );
  assertEquals(more, []);
  clock.advance(150_001);
  beat();
  await presence.sleepOver();
  await sender.ended("register", 2);
  const looks = sender.sent.map((name) => name[0]).join("");
  assertEquals(looks, "wrwwwr", "w for workspace, r for register");
});
