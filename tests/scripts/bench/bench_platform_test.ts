import { assertEquals } from "@std/assert";
import { BenchPlatform } from "../../../scripts/bench/bench_platform.ts";

const ID = "a-workspace";

/** A client that keeps its connection, as long as it sends one request after another. */
function clientOf(platform: BenchPlatform): {
  ask(path: string, init?: RequestInit & { client?: Deno.HttpClient }): Promise<Response>;
  beat(client?: Deno.HttpClient): Promise<void>;
} {
  const headers = { authorization: `Bearer ${BenchPlatform.token(ID)}` };
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${platform.url}${path}`, { headers, ...init });
  const body = JSON.stringify({ workspace_id: ID });
  return {
    ask,
    async beat(client) {
      const response = await ask("/registry/heartbeat", {
        method: "POST",
        body,
        ...client && { client },
      });
      assertEquals(await response.json(), { status: "ok" });
    },
  };
}

Deno.test("Visits.reached() resolves with the beat that makes it so many", async () => {
  await using platform = new BenchPlatform();
  const visits = platform.open(ID);
  const reached = visits.reached(2);
  const { beat } = clientOf(platform);
  await beat();
  assertEquals(await Promise.race([reached, Promise.resolve("not yet")]), "not yet");
  await beat();
  assertEquals(typeof await reached, "number");
  assertEquals([visits.beats, visits.requests], [2, 2]);
});

Deno.test("Visits.laterConnections counts connections, and not the first beat's", async () => {
  await using platform = new BenchPlatform();
  const visits = platform.open(ID);
  const { beat } = clientOf(platform);
  using one = Deno.createHttpClient({});
  using other = Deno.createHttpClient({});
  await beat(one);
  await beat(one);
  assertEquals(visits.laterConnections, 0);
  await beat(other);
  assertEquals(visits.laterConnections, 1);
});

Deno.test("BenchPlatform lists no rows, the same, or others each time, as it is told", async () => {
  await using platform = new BenchPlatform();
  const visits = platform.open(ID);
  const { ask } = clientOf(platform);
  const ids = async () => {
    const rows: { delegation_id: string }[] = await (await ask(`/workspaces/${ID}/delegations`))
      .json();
    return rows.map(({ delegation_id }) => delegation_id);
  };
  assertEquals(await ids(), []);
  visits.rows = "known";
  const known = await ids();
  assertEquals([known.length, new Set(known).size], [50, 50]);
  assertEquals(await ids(), known);
  visits.rows = "new";
  const fresh = [...await ids(), ...await ids()];
  assertEquals(new Set([...known, ...fresh]).size, 150);
});

Deno.test("BenchPlatform refuses who does not say who he is", async () => {
  await using platform = new BenchPlatform();
  platform.open(ID);
  const response = await fetch(`${platform.url}/workspaces/${ID}/delegations`);
  await response.body?.cancel();
  assertEquals(response.status, 401);
});
