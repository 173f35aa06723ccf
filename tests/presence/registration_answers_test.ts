import { assertEquals, assertMatch } from "@std/assert";
import { IssuedToken, TokenStore } from "../../lib/auth/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { PlatformClient } from "../../lib/platform/mod.ts";
import { Registration } from "../../lib/presence/mod.ts";
import { type Fault, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { ManualClock, recordingLog } from "../support/mod.ts";
import { makePresence } from "./_presence.ts";

function answer(status: number, body: string | object = ""): Fault {
  return { kind: "answer", status, body };
}

const refusals: [what: string, fault: Fault, message: RegExp][] = [
  [
    "401",
    answer(401, { error: "no" }),
    /^answered 401: no: the workspace has a token, and this is not it: make a new one in .+MOLECULE_WORKSPACE_TOKEN.+restart$/,
  ],
  [
    "403 with the platform's JSON",
    answer(403, { error: "no" }),
    /^answered 403: no: the workspace has a token, and this is not it/,
  ],
];
for (const [what, fault, message] of refusals) {
  Deno.test(`Registration.register() is refused for good, and says what to do, when the answer is ${what}`, async () => {
    await using platform = await startDevPlatform();
    platform.fault("register", fault);
    await using presence = await makePresence(platform);
    const result = await presence.register();
    assertEquals(result.kind, "refused");
    assertMatch("message" in result ? result.message : "", message);
    assertEquals([await presence.tokens.current(), presence.answers], [undefined, []]);
  });
}

/** What a person has to mend, by a word; undefined for what passes. */
const failures: [what: string, fault: Fault, trouble: string | undefined, message: RegExp][] = [
  [
    "400",
    answer(400, { error: "bad" }),
    "rejected",
    /^answered 400: bad: the platform may be too old for poll mode: update it, or use --register push$/,
  ],
  ["410", answer(410), "gone", /^answered 410$/],
  ["404 with JSON", answer(404, { error: "no" }), "not_found", /^answered 404: no$/],
  ["404 with other JSON", answer(404, { code: 5 }), "misrouted", /JSON of another kind/],
  ["an empty 404", answer(404), "misrouted", /^answered 404.*wrong tenant or Origin header/],
  ["an empty 403", answer(403), "misrouted", /^answered 403.*wrong tenant or Origin header/],
  ["401 with a page", answer(401, "<html>"), "misrouted", /^answered 401.*a page/],
  ["a page", answer(200, "<html>"), "misrouted", /^answered 200.*a page/],
  [
    "a redirect",
    { kind: "redirect", location: "http://login.test/" },
    "misrouted",
    /a redirect to/,
  ],
  ["429", answer(429), undefined, /^answered 429$/],
  ["500", answer(500, { error: "registration failed" }), undefined, /^answered 500: registration/],
  ["503", answer(503), undefined, /^answered 503$/],
  ["a reset connection", { kind: "reset" }, undefined, /./],
  ["half an answer", { kind: "truncate" }, undefined, /./],
];
for (const [what, fault, trouble, message] of failures) {
  Deno.test(`Registration.register() fails, names ${trouble ?? "nothing"} to mend, and may work later, when the answer is ${what}`, async () => {
    await using platform = await startDevPlatform();
    platform.fault("register", fault);
    await using presence = await makePresence(platform);
    const result = await presence.register();
    assertEquals(result.kind, "failed");
    assertEquals("trouble" in result ? result.trouble : undefined, trouble);
    assertMatch("message" in result ? result.message : "", message);
    assertEquals([await presence.tokens.current(), presence.answers], [undefined, []]);
  });
}

Deno.test("Registration.register() names the agent's url when the platform refuses it in push mode", async () => {
  await using platform = await startDevPlatform();
  const settings = { agentUrl: "ftp://agent.test/" };
  await using presence = await makePresence(platform, { mode: "push", settings });
  const result = await presence.register();
  assertEquals(result.kind, "failed");
  assertMatch(
    "message" in result ? result.message : "",
    /^answered 400: invalid request body: the platform must be able to reach the agent's url: /,
  );
});

Deno.test("Registration.register() takes no token out of an answer that is no success", async () => {
  await using platform = await startDevPlatform();
  const stolen = { auth_token: "not-the-platform", platform_inbound_secret: "not-the-platform" };
  for (const status of [302, 400, 401, 403, 404, 410, 429, 500, 503]) {
    platform.fault("register", answer(status, stolen));
    await using presence = await makePresence(platform);
    await presence.register();
    assertEquals([await presence.tokens.current(), presence.answers], [undefined, []], `${status}`);
  }
});

Deno.test("Registration.register() fails, and says what to grant, when the manifest does not grant the platform", async () => {
  const { log } = recordingLog();
  const tokenFile = "/nowhere/.auth_token";
  const store = new TokenStore({ file: tokenFile, secrets: new Secrets(), log });
  const clock = new ManualClock();
  const registration = new Registration({
    workspaceId: "w",
    mode: "poll",
    agentCardFile: "/nowhere/agent_card.json",
    isAgentCardNamed: false,
    sender: new PlatformClient({ platformUrl: "http://not-granted.test" }),
    token: new IssuedToken({ file: tokenFile, store, source: store, log, clock }),
    clock,
    onAccepted: () => {},
  });
  const result = await registration.register(
    { kind: "prepared", body: {}, hasToken: true, obstacle: undefined },
    new AbortController().signal,
  );
  assertEquals([result.kind, "trouble" in result && result.trouble], ["failed", "not_granted"]);
  assertMatch(
    "message" in result ? result.message : "",
    /: the manifest does not grant this platform: rebuild, or run with --allow-net for it$/,
  );
});
