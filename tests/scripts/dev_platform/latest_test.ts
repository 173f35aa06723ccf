import { assertEquals } from "@std/assert";
import { Latest } from "../../../scripts/dev_platform/_latest.ts";
import { RequestLog } from "../../../scripts/dev_platform/_request_log.ts";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { beat, call } from "./_client.ts";
import { PageEvents } from "./_page_events.ts";

function latest(most: number, items: readonly string[]): Latest<string> {
  const made = new Latest<string>(most);
  for (const item of items) made.add(item);
  return made;
}

Deno.test("Latest keeps no more than the latest, and counts all", () => {
  const { kept, count } = latest(2, ["a", "b", "c"]);
  assertEquals([kept, count], [["b", "c"], 3]);
});

Deno.test("Latest keeps everything when it has no limit", () => {
  const { kept, count } = latest(Infinity, ["a", "b", "c"]);
  assertEquals([kept, count], [["a", "b", "c"], 3]);
});

Deno.test("Latest.after() counts those that are kept no more", () => {
  const items = latest(2, ["a", "b", "c"]);
  assertEquals([0, 1, 2, 3, 4].map((number) => items.after(number)), [
    ["b", "c"],
    ["b", "c"],
    ["c"],
    [],
    [],
  ]);
});

Deno.test("RequestLog numbers all requests that came in, whether they are kept or not", async () => {
  const log = new RequestLog(2);
  const request = {
    ...{ route: "other", method: "GET", path: "/", search: "", text: "", body: undefined } as const,
    ...{ headers: new Headers(), receivedAt: 0, answeredAt: 0, status: 200, aborted: false },
    workspaceId: undefined,
  };
  for (let n = 0; n < 3; n++) log.add(request);
  assertEquals(log.requests.map(({ index }) => index), [1, 2]);
  assertEquals((await log.waitFor(() => true, { from: 2 })).index, 2);
});

for (const forgets of [false, true]) {
  Deno.test(`the platform keeps ${forgets ? "the latest beats" : "all beats"}, and counts all, when forgets is ${forgets}`, async () => {
    await using platform = await startDevPlatform({ forgets });
    const workspace = platform.addWorkspace();
    for (let n = 0; n < 25; n++) await beat(platform, workspace, { uptime_seconds: n });
    assertEquals(workspace.beats.length, forgets ? 20 : 25);
    assertEquals(workspace.beats.at(-1)?.body.uptime_seconds, 24);
    const { workspaces, requests } = JSON.parse((await call(platform, "GET /_dev/state")).text);
    assertEquals([workspaces[0].beats, requests], [25, 25]);
    await using events = new PageEvents(platform);
    assertEquals((await events.next()).message.workspaces[0]?.beats, 25);
  });
}

for (const forgets of [false, true]) {
  const kept = forgets ? "the latest" : "all";
  Deno.test(`the platform keeps ${kept} rows of activity when forgets is ${forgets}`, async () => {
    await using platform = await startDevPlatform({ forgets, dialect: "2026-06" });
    const workspace = platform.addWorkspace();
    const [first, second] = [workspace.receive(), workspace.receive()];
    for (let n = 0; n < 1999; n++) workspace.receive();
    await beat(platform, workspace);
    const since = (id: string) =>
      call(platform, `GET /workspaces/${workspace.id}/activity?since_id=${id}`, {
        token: workspace.token,
      });
    assertEquals((await since(first)).status, forgets ? 410 : 200);
    assertEquals((await since(second)).status, 200);
  });

  Deno.test(`the platform keeps ${kept} notes when forgets is ${forgets}`, async () => {
    await using platform = await startDevPlatform({ forgets });
    const workspace = platform.addWorkspace();
    for (let n = 0; n < 1001; n++) {
      await call(platform, `POST /workspaces/${workspace.id}/notify`, {
        token: workspace.token,
        body: { message: `note ${n}` },
      });
    }
    assertEquals(workspace.chat.length, forgets ? 1000 : 1001);
    assertEquals(workspace.chat.at(-1)?.message, "note 1000");
  });
}
