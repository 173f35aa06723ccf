import { assert, assertEquals } from "@std/assert";
import { Pace } from "../../lib/pace.ts";
import { systemClock } from "../../lib/clock.ts";
import type { RecordedRequest } from "../../scripts/dev_platform/mod.ts";
import { startSeveral } from "./_several.ts";
import { check, OF_ALL, startChecked, withMore } from "./_several_checked.ts";

Deno.test("check asks the platform of several workspaces once whether it is there, and sends no beat", async () => {
  await using session = await startChecked();
  await check(session);
  const sent = Map.groupBy(session.platform.requests, ({ method, route }) => `${method} ${route}`);
  assertEquals([...sent].map(([what, requests]) => [what, requests.length]), [
    ["GET health", 1],
    ["GET workspace", 3],
    ["GET delegations", 3],
  ]);
});

Deno.test("check asks the own platform of a workspace", async () => {
  await using session = await startChecked();
  await using other = await startSeveral();
  const checked = await check(session, {
    entries: [{ id: "critic", token: other.critic.token, platform_url: other.platform.url }],
    platformUrls: [other.platform.url],
  });
  assertEquals(checked.exitCode, 0);
  const routes = other.platform.requests.map(({ route }) => route);
  assertEquals(routes, ["health", "workspace", "delegations"]);
});

Deno.test("check finds things in the order of the list, whoever is answered first", async () => {
  await using session = await startChecked();
  const { editor, platform, scribe } = session;
  platform.fault("workspace", { kind: "hang" }, { workspaceId: scribe.id });
  const checked = check(session);
  await platform.waitFor(({ route, workspaceId }) =>
    route === "delegations" && workspaceId === editor.id
  );
  platform.clearFaults();
  const whose = (await checked).checks.map(({ workspace }) => workspace);
  assertEquals([...new Set(whose)], [undefined, "scribe", "critic", "editor"]);
});

/** How many requests the platform was at at the most. */
function mostAtOnce(requests: readonly RecordedRequest[]): number {
  return Math.max(
    ...requests.map(({ receivedAt: at }) =>
      requests.filter(({ answeredAt = Infinity, receivedAt }) =>
        receivedAt <= at && at < answeredAt
      ).length
    ),
  );
}

Deno.test("check tests four of several workspaces at once", async () => {
  await using session = await startChecked();
  const { platform } = session;
  const env = { MOLECULE_WORKSPACES: withMore(session, 7) };
  platform.fault("workspace", { kind: "delay", ms: 300 });
  await check(session, { env });
  assertEquals(platform.requestsTo("workspace").length, 10);
  assertEquals(mostAtOnce(platform.requestsTo("workspace")), 4);
});

/** Starts `check` for so many workspaces more than three, until so many requests were made. */
async function askedMeanwhile(more: number, count: number): Promise<number> {
  await using session = await startChecked();
  const { platform } = session;
  const asks = ({ workspaceId }: RecordedRequest) => workspaceId !== undefined;
  await using _check = session.start({
    command: "check",
    env: { MOLECULE_WORKSPACES: withMore(session, more) },
  });
  const first = await platform.waitFor(asks);
  const last = await platform.waitFor(asks, { count });
  return last.receivedAt - first.receivedAt;
}

Deno.test("check asks for 11 workspaces slowly, and for 10 as fast as it can", async () => {
  const quick = await askedMeanwhile(7, 6);
  const slow = await askedMeanwhile(8, 6);
  assert(slow > 2 * quick, `${slow} ms and ${quick} ms`);
});

/** How long so many turns take, when there are two in a second. */
async function turns(count: number): Promise<number> {
  const pace = new Pace(2, systemClock);
  const { signal } = new AbortController();
  const begin = performance.now();
  await Promise.all(Array.from({ length: count }, () => pace.turn(1, signal)));
  return performance.now() - begin;
}

Deno.test("check asks for 11 workspaces twice a second", async () => {
  const [asked, allowed] = await Promise.all([askedMeanwhile(8, 6), turns(6)]);
  assert(asked > 0.7 * allowed && asked < 1.7 * allowed, `${asked} ms and ${allowed} ms`);
});

Deno.test("check asks a platform no more that breaks off, once those are through that it asks already", async () => {
  await using session = await startChecked();
  const { platform } = session;
  const env = { MOLECULE_WORKSPACES: withMore(session, 3) };
  const atOnce = platform.waitFor(({ route }) => route === "workspace", {
    count: 4,
    whenReceived: true,
  });
  platform.fault("workspace", {
    kind: "handle",
    handler: async () => void await atOnce, // and drops the connection
  });
  const { checks, exitCode } = await check(session, { env });
  const asked = new Set(platform.requestsTo("workspace").map(({ workspaceId }) => workspaceId));
  assertEquals([exitCode, [...asked].sort()], [69, ["critic", "editor", "scribe", "w-0"]]);
  const why = "not tested: the platform cannot be asked";
  const unasked = checks.filter(({ message }) => message === why);
  assertEquals(unasked.map(({ name, workspace }) => `${workspace} ${name}`), [
    ...["w-1 workspace", "w-1 token", "w-2 workspace", "w-2 token"],
  ]);
});

Deno.test("check asks another platform, when the one of the other workspaces breaks off", async () => {
  await using session = await startChecked();
  await using other = await startSeveral();
  const { id, token } = other.critic;
  const list = JSON.parse(withMore(session, 2)).filter((entry: { id: string }) => entry.id !== id);
  list.push({ id, token, platform_url: other.platform.url });
  session.platform.fault("workspace", { kind: "reset" });
  const { checks } = await check(session, {
    env: { MOLECULE_WORKSPACES: JSON.stringify(list) },
    platformUrls: [other.platform.url],
  });
  const found = checks.filter(({ workspace }) => workspace === id).slice(-3);
  assertEquals(found.map(({ status }) => status), ["ok", "ok", "ok"]);
});

Deno.test("check asks for all the other workspaces, when the platform says that one was removed", async () => {
  await using session = await startChecked();
  const env = { MOLECULE_WORKSPACES: withMore(session, 3) };
  session.scribe.status = "removed";
  const { checks, exitCode } = await check(session, { env });
  const found = checks.filter(({ name }) => name === "workspace");
  assertEquals([exitCode, found.map(({ status }) => status)], [
    77,
    ["failed", "ok", "ok", "ok", "ok", "ok"],
  ]);
});

const ADVICE =
  "38 workspaces that beat every 5 s make 456 requests a minute, beside those for results, and by " +
  "default the platform lets 600 through from one address: raise its RATE_LIMIT, or keep them " +
  "alive from several addresses";

Deno.test("check warns, and ends as it would without, when several workspaces beat more often than the platform allows", async () => {
  await using session = await startChecked();
  session.platform.goDown(); // asking all of them would take long
  const args = ["--interval", "5"];
  const [all, fewer] = [
    await check(session, {
      args,
      env: { MOLECULE_WORKSPACES: withMore(session, 35) },
    }),
    await check(session, { args }),
  ];
  const found = all.checks.filter(({ name }) => name === "beats");
  assertEquals([all.exitCode, found], [69, [{
    name: "beats",
    status: "warning",
    message: ADVICE,
    remedy: "or beat less often",
  }]]);
  const names = [all, fewer].map(({ checks }) => checks.slice(0, 4).map(({ name }) => name));
  assertEquals(names, [["config", "grants", "proxy", "beats"], [...OF_ALL, "token file"]]);
});
