import { assertEquals } from "@std/assert";
import {
  type DevPlatform,
  type DevWorkspace,
  type Dialect,
  startDevPlatform,
} from "../../../scripts/dev_platform/mod.ts";
import { activity, call } from "./_client.ts";

const PEER = "11111111-2222-4333-8444-555555555555";
const OTHER = "22222222-2222-4333-8444-555555555555";
const DELEGATION = `Delegating to ${PEER}`;

/** All rows as they are listed when nothing is asked for. */
const ALL = ["four", "three", DELEGATION, "one"];

interface Scene extends AsyncDisposable {
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  /** The ids of its messages, by their summaries. */
  readonly ids: Readonly<Record<string, string>>;
}

/** A workspace with four rows, of 0, 10, 20.4 and 30 s after the epoch, at 40 s. */
async function startScene(dialect: Dialect): Promise<Scene> {
  let now = 0;
  const platform = await startDevPlatform({ dialect, now: () => now });
  const workspace = platform.addWorkspace();
  const one = workspace.receive({ summary: "one", from: PEER });
  now = 10_000;
  workspace.delegate({ to: PEER });
  now = 20_400;
  const three = workspace.receive({ summary: "three", from: OTHER });
  now = 30_000;
  const four = workspace.receive({ summary: "four", from: null });
  now = 40_000;
  return {
    platform,
    workspace,
    ids: { one, three, four },
    [Symbol.asyncDispose]: () => platform.close(),
  };
}

/** What is listed; `query` names a row by its summary. */
async function summaries(scene: Scene, query: string): Promise<unknown[]> {
  const { platform, workspace, ids } = scene;
  const asked = query.replace(/(?<=since_id=)\w+/, (summary) => ids[summary] ?? summary);
  return (await activity(platform, workspace, asked)).map(({ summary }) => summary);
}

const pages: [query: string, summaries: string[]][] = [
  ["", ALL],
  ["?since_id=&since_secs=&before_ts=&peer_id=", ALL],
  ["?since_secs=20", ["four", "three"]],
  ["?since_secs=10", ["four"]],
  ["?since_secs=9", []],
  ["?before_ts=1970-01-01T00:00:20Z", [DELEGATION, "one"]],
  ["?before_ts=1970-01-01T00:00:20.4Z", [DELEGATION, "one"]],
  ["?before_ts=1970-01-01T00:00:20.5Z", ["three", DELEGATION, "one"]],
  ["?before_ts=1970-01-01T00:00:20.400001Z", ["three", DELEGATION, "one"]],
  ["?before_ts=1970-01-01T00:00:20.400000999Z", [DELEGATION, "one"]],
  ["?before_ts=1970-01-01T02:00:20.4%2B02:00", [DELEGATION, "one"]],
  ["?before_ts=1970-01-01T00:00:30Z&limit=1", ["three"]],
  ["?before_ts=1970-01-01T00:00:30Z&since_secs=30", ["three", DELEGATION]],
  [`?peer_id=${PEER}`, [DELEGATION, "one"]],
  [`?peer_id=${OTHER}`, ["three"]],
  ["?since_id=one", [DELEGATION, "three", "four"]],
  ["?since_id=three", ["four"]],
  ["?since_id=four", []],
  ["?since_id=one&limit=2", [DELEGATION, "three"]],
  ["?since_id=one&type=a2a_receive", ["three", "four"]],
  ["?since_id=one&source=agent", [DELEGATION, "three"]],
  ["?since_id=one&source=canvas", ["four"]],
  ["?since_id=three&type=delegation", []],
  [`?since_id=one&peer_id=${OTHER}`, ["three"]],
  ["?since_id=one&since_secs=10", ["four"]],
];
for (const [query, expected] of pages) {
  Deno.test(`activity lists ${expected.length} of 4 rows when it is asked for '${query}'`, async () => {
    await using scene = await startScene("2026-06");
    assertEquals(await summaries(scene, query), expected);
  });
}

const ignored = [
  "?since_secs=9",
  "?since_secs=x",
  "?before_ts=1970-01-01T00:00:20Z",
  `?peer_id=${OTHER}`,
  "?since_id=one",
  "?since_id=00000000-0000-0000-0000-000000000000",
];
for (const query of ignored) {
  Deno.test(`activity lists all rows when an older platform is asked for '${query}'`, async () => {
    await using scene = await startScene("2026-04");
    assertEquals(await summaries(scene, query), ALL);
  });
}

const refusals: [query: string, error: string][] = [
  ["?since_secs=0", "since_secs must be a positive integer"],
  ["?since_secs=-1", "since_secs must be a positive integer"],
  ["?since_secs=1.5", "since_secs must be a positive integer"],
  ["?since_secs=x", "since_secs must be a positive integer"],
  ["?before_ts=yesterday", "before_ts must be an RFC3339 timestamp"],
  ["?before_ts=1970-01-01", "before_ts must be an RFC3339 timestamp"],
  ["?before_ts=1970-13-01T00:00:00Z", "before_ts must be an RFC3339 timestamp"],
  ["?peer_id=nobody", "peer_id must be a UUID"],
];
for (const [query, error] of refusals) {
  Deno.test(`activity answers 400 when it is asked for '${query}'`, async () => {
    await using platform = await startDevPlatform({ dialect: "2026-06" });
    const { id, token } = platform.addWorkspace();
    const answered = await call(platform, `GET /workspaces/${id}/activity${query}`, { token });
    assertEquals([answered.status, answered.body], [400, { error }]);
  });
}

Deno.test("activity answers 410 when the row is unknown, pruned or another workspace's", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const { id, token } = platform.addWorkspace();
  const pruned = platform.workspace(id).receive();
  platform.workspace(id).pruneActivity();
  platform.workspace(id).receive();
  const foreign = platform.addWorkspace().receive();
  for (const since_id of ["00000000-0000-0000-0000-000000000000", pruned, foreign]) {
    const path = `GET /workspaces/${id}/activity?since_id=${since_id}`;
    const { status, body } = await call(platform, path, { token });
    const error = "since_id is unknown: it may have been pruned";
    assertEquals([status, body], [410, { error, since_id }]);
  }
});

Deno.test("activity lists the oldest 500 rows that follow when there are more, 100 by default", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const workspace = platform.addWorkspace();
  const ids = Array.from({ length: 602 }, () => workspace.receive());
  const listed = async (query: string) =>
    (await activity(platform, workspace, query)).map(({ id }) => id);
  const after = `?since_id=${ids[0]}`;
  assertEquals(await listed(`${after}&limit=1000`), ids.slice(1, 501));
  assertEquals(await listed(after), ids.slice(1, 101));
  assertEquals(await listed(""), ids.toReversed().slice(0, 100));
});

Deno.test("activity lists every row once when a client pages back by the time of the last", async () => {
  await using platform = await startDevPlatform({
    dialect: "2026-06",
    now: () => Date.UTC(2026, 5, 3),
  });
  const workspace = platform.addWorkspace();
  const ids = Array.from({ length: 50 }, () => workspace.receive());
  const seen: unknown[] = [];
  let query = "?limit=20";
  for (let n = 0; n < 3; n++) {
    const page = await activity(platform, workspace, query);
    seen.push(...page.map(({ id }) => id));
    query = `?limit=20&before_ts=${page.at(-1)?.["created_at"]}`;
  }
  assertEquals(seen, ids.toReversed());
});
