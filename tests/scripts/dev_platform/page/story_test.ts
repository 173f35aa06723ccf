import { assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { FOREIGN_WORDS } from "../../../../scripts/page_story/cast.ts";
import { CHROMIUM } from "../../../../scripts/page_story/chromium.ts";
import type { Findings } from "../../../../scripts/page_story/main.ts";
import { testWithPrograms } from "../../../support/mod.ts";

const ROOT = new URL("../../../..", import.meta.url).pathname;
const SETTINGS = ["desktop light", "desktop dark", "phone light", "phone dark"];

/**
 * Plays the story in a process of its own: playwright asks for all permissions. Its pictures stay
 * in build/.
 */
async function play(): Promise<Findings> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-all", "scripts/page_story/main.ts", "build"],
    cwd: ROOT,
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (code !== 0) {
    throw new Error(`The story has ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return JSON.parse(text);
}

/** The story is played once, and looked at from all sides. */
let played: Promise<Findings> | undefined;

function test(name: string, look: (findings: Findings) => void): void {
  testWithPrograms(name, {
    programs: [CHROMIUM],
    fn: async () => look(await (played ??= play())),
  });
}

test("the page says that nothing is wrong when nothing is", ({ seen }) => {
  assertEquals(seen.waiting, "Nothing is in trouble: 3 have not beaten yet.");
  assertEquals(seen.calm, "Nothing is in trouble: 3 of 3 workspaces beat.");
});

test("the page says which workspace is in trouble, since when and why, when one is", ({ seen }) => {
  assertMatch(
    seen.trouble,
    new RegExp(
      "^1 of 3 workspaces is in trouble: Digger has not beaten since " +
        `${seen.lastBeat}, .+ ago; expires in .+ \\(its last \\d+ attempts got 503\\)\\.$`,
    ),
  );
});

test("the page puts the workspace that is in trouble first", ({ seen }) => {
  assertEquals(seen.order.slice(0, 3), ["Digger", "Scribe", "Night watch"]);
  const [first = "", ...others] = seen.sentences;
  assertMatch(first, /^Digger has not beaten since .*: its last \d+ attempts got 503\.$/);
  assertMatch(others.join(), /^Scribe beats every .*,Night watch has been paused since .*\.$/);
});

test("the page tells a screen reader once, in words that do not change with the time", ({ seen }) => {
  const words = "1 of 3 workspaces is in trouble. Digger has not beaten since";
  assertEquals(seen.announced, `${words} ${seen.lastBeat}.`);
});

test("the page shows delegations from sent to delivered", ({ seen }) => {
  const [running = "", failed = "", finished = ""] = seen.delegations;
  assertMatch(running, /running for .*\nFinish\nFail$/);
  assertMatch(failed, /failed at .* \(The archive is closed\.\), delivered (at once|after .+)$/);
  assertMatch(finished, /finished at .*, delivered (at once|after .+)$/);
});

test("the page shows the chat as the user sees it", ({ seen }) => {
  // Two results that are there at once may be told in any order.
  const [completed = "", failed = ""] = seen.chat.toSorted();
  assertMatch(completed, /There are 12 ducks on the pond\./);
  assertMatch(failed, /The archive is closed\./);
});

test("the page's timelines are told in words", ({ seen }) => {
  const [digger = "", scribe = ""] = seen.timelines;
  assertMatch(
    digger,
    /^Timeline of the last .*: \d+ beats?, \d+ failed beats, \d+ gaps?, 1 other event$/,
  );
  assertMatch(scribe, /^Timeline of the last .*: \d+ beats, .*\d wakes?, 2 notes, 3 delegations/);
});

test("the page shows no token", ({ seen }) => assertEquals(seen.tokens, []));

test("the page lets one mend, delete and restore a workspace", ({ aftermath }) => {
  const { mended, deleted, restored } = aftermath;
  assertMatch(mended, /^Nothing is in trouble: 2 of 3 workspaces beat, 1 is paused or deleted\.$/);
  assertMatch(deleted, /^Digger was deleted at /);
  assertMatch(restored, /Status online/);
});

test("the page lets one make a workspace, and says how to start its sidecar, without its token", ({ aftermath }) => {
  assertMatch(
    aftermath.made,
    /^Newcomer has not beaten yet: start its sidecar\. Its sidecar needs WORKSPACE_ID=\S+ PLATFORM_URL=http\S+ and the token that the platform's terminal shows\.$/,
  );
  assertEquals(aftermath.tellsToken, false);
  assertEquals(aftermath.names, ["Scribe", "Digger", "Night watch", "Newcomer"]);
});

test("the page shows the words of other agents as they are, and breaks them where they do not fit", ({ aftermath }) => {
  assertStringIncludes(aftermath.foreignWords, `(${FOREIGN_WORDS})`);
  assertEquals(aftermath.overflow, 0);
});

// The whole story is played with the keyboard alone.
test("the page shows where the focus is at every stop of the keyboard", ({ seen }) => {
  assertEquals(seen.unseenStops, []);
});

for (const setting of SETTINGS) {
  test(`the page has nothing for axe to complain about, and fits the screen: ${setting}`, ({ looks }) => {
    const { passes = 0, ...look } = looks.find((look) => look.setting === setting) ?? {};
    assertEquals(look, { setting, violations: [], overflow: 0 });
    assertGreater(passes, 30);
  });
}

test("the page complains about nothing, and asks nobody but the platform", ({ errors, foreign }) => {
  assertEquals({ errors, foreign }, { errors: [], foreign: [] });
});
