import { assert, assertEquals } from "@std/assert";
import {
  activityRequest,
  delegationsRequest,
  healthRequest,
  heartbeatRequest,
  notifyRequest,
  type OutcomeKind,
  parseGeneration,
  parseInboundSecret,
  parseIssuedToken,
  parseRemoval,
  parseWorkspace,
  parseWorkspaceStatus,
  type PlatformRequest,
  registerRequest,
  stateRequest,
  wakeRequest,
  workspaceRequest,
} from "../../lib/platform/mod.ts";
import { classifyAnswer } from "../../lib/platform/outcome.ts";
import { readListing } from "../../lib/delegations/rows.ts";
import { readActivityEntry } from "../../lib/delegations/activity_results.ts";
import { wakeDisposition } from "../../lib/delegations/wake_disposition.ts";
import { type DevPlatform, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { startSession } from "../commands/_session.ts";
import { Document } from "./_document.ts";
import { shapeOf } from "./_shape.ts";

const DOCUMENT = await Document.read("docs/wire.md");
const example = (heading: string) => JSON.parse(DOCUMENT.take(heading, "json"));
const BEAT = example("The beat");
const BEAT_ANSWER = example("The beat");
const REGISTRATION = example("Registering");
const REGISTRATION_ANSWER = example("Registering");
const WORKSPACE_ANSWER = example("The workspace");
const GONE_ANSWER = example("The workspace");
const DELEGATIONS_ANSWER = example("Delegations");
const ACTIVITY_ANSWER = example("Messages");
const WAKE = example("The wake");
const NOTE = example("The note");
const HEALTH_ANSWER = example("Health");
const ID: string = BEAT.workspace_id;

Deno.test("docs/wire.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

/** The requests by the names of the table. */
const REQUESTS: Readonly<Record<string, PlatformRequest>> = {
  "POST /registry/heartbeat": heartbeatRequest({}),
  "POST /registry/register": registerRequest({}),
  "GET /workspaces/:id": workspaceRequest(":id"),
  "GET /workspaces/:id/state": stateRequest(":id"),
  "GET /workspaces/:id/delegations": delegationsRequest(":id"),
  "GET /workspaces/:id/activity": activityRequest(":id", { limit: 1, since: undefined }),
  "POST /workspaces/:id/a2a": wakeRequest(":id", {}),
  "POST /workspaces/:id/notify": notifyRequest(":id", ""),
  "GET /health": healthRequest(),
};

Deno.test("docs/wire.md lists every request with its deadline and its cap", () => {
  const [names = [], deadlines = [], caps = []] = [0, 2, 3].map((column) =>
    DOCUMENT.column("Requests", { column })
  );
  const listed = names.map((name, row) => [name, deadlines[row], caps[row]]);
  const made = Object.entries(REQUESTS).map(([name, request]) => {
    const path = decodeURIComponent(request.path).split("?")[0];
    assertEquals(name, `${request.method} ${path}`);
    const { deadlineMs, maxBytes } = request;
    return [`\`${name}\``, `${deadlineMs / 1000} s`, `${maxBytes / 1024 ** 2} MiB`];
  });
  assertEquals(listed, made);
});

Deno.test("docs/wire.md shows each request as a sidecar sends it, with its headers", async (t) => {
  await using session = await startSession({ dialect: "2026-06", offersEtags: true });
  const { dir, platform, workspace } = session;
  workspace.generation = BEAT.observed_generation;
  await Deno.writeTextFile(
    `${dir}/.runtime_report.json`,
    JSON.stringify({
      active_tasks: 1,
      wedged: "stuck",
      monthly_spend: 1,
      idle_timeout_seconds: 1,
    }),
  );
  const card = JSON.stringify(REGISTRATION.agent_card);
  await Deno.writeTextFile(`${dir}/agent_card.json`, card);
  const done = workspace.delegate();
  workspace.finish(done, "There are 12");
  const args = ["--interval", "5", "--register", "poll", "--activity"];
  await using _sidecar = session.start({ args, env: { MOLECULE_ORG_ID: "a-tenant" } });
  const sent = async (route: string, has: (body: unknown) => boolean = () => true) =>
    await platform.waitFor((request) => request.route === route && has(request.body));
  const echoes = (body: unknown) => JSON.stringify(body).includes("observed_generation");
  const shown = [
    ["heartbeat", await sent("heartbeat", echoes), BEAT],
    ["register", await sent("register"), REGISTRATION],
    ["a2a", await sent("a2a"), WAKE],
    ["notify", await sent("notify"), NOTE],
  ] as const;
  for (const [route, { body }, documented] of shown) {
    await t.step(route, () => assertEquals(shapeOf(documented), shapeOf(body)));
  }
  const activity = await sent("activity");
  assert(activity.search.startsWith("?type=a2a_receive&limit="), activity.search);
  await platform.waitFor(({ headers }) => headers.has("if-none-match"));
  const all = ["heartbeat", "register", "workspace", "delegations", "activity", "a2a", "notify"];
  assertEquals([...new Set(platform.requests.map(({ route }) => route))].sort(), all.sort());
  const names = DOCUMENT.column("Headers").map((cell) => cell.replaceAll("`", ""));
  const ofFetch = ["accept-encoding", "accept-language", "connection", "content-length", "host"];
  const seen = new Set(platform.requests.flatMap(({ headers }) => [...headers.keys()]));
  const added = [...seen].filter((name) =>
    !ofFetch.includes(name) && !name.startsWith("sec-") && name !== "transfer-encoding"
  );
  assertEquals(added.sort(), names.sort());
});

/** What the platform answers to a request of the documentation. */
async function answer(
  platform: DevPlatform,
  path: string,
  { body, token = "" }: { body?: object; token?: string | undefined } = {},
): Promise<unknown> {
  const response = await fetch(`${platform.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...(token !== "" && { authorization: `Bearer ${token}` }) },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return await response.json();
}

/** The fields of an answer that the documentation shows. */
function shownOf(given: unknown, documented: object): unknown {
  assert(typeof given === "object" && given !== null);
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in documented));
}

Deno.test("docs/wire.md shows each answer as the platform gives it", async (t) => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  const workspace = platform.addWorkspace({ id: ID, token: null, inboundSecret: "a-secret" });
  workspace.generation = 3;
  const registered = await answer(platform, "/registry/register", { body: REGISTRATION });
  const { token } = workspace;
  const ask = (path: string, body?: object) =>
    answer(platform, path, { token, ...(body !== undefined && { body }) });
  const id = workspace.delegate();
  workspace.finish(id, "There are 12");
  workspace.receive({ text: "There are 12" });
  const answers = [
    ["register", registered, REGISTRATION_ANSWER],
    ["heartbeat", await ask("/registry/heartbeat", BEAT), BEAT_ANSWER],
    ["workspace", await ask(`/workspaces/${ID}`), WORKSPACE_ANSWER],
    ["health", await ask("/health"), HEALTH_ANSWER],
  ] as const;
  for (const [route, given, documented] of answers) {
    await t.step(
      route,
      () => assertEquals(shapeOf(shownOf(given, documented)), shapeOf(documented)),
    );
  }
  for (
    const [path, [documented]] of [
      ["delegations", DELEGATIONS_ANSWER],
      ["activity?type=a2a_receive", ACTIVITY_ANSWER],
    ] as const
  ) {
    const given = await ask(`/workspaces/${ID}/${path}`);
    assert(Array.isArray(given));
    await t.step(path, () => {
      for (const [name, field] of Object.entries(documented)) {
        if (name === "request_body") continue;
        assertEquals(typeof given[0][name], typeof field, name);
      }
    });
  }
  workspace.status = "removed";
  const gone = await answer(platform, `/workspaces/${ID}`);
  await t.step("gone", () => assertEquals(shapeOf(gone), shapeOf(GONE_ANSWER)));
});

Deno.test("docs/wire.md shows answers that the sidecar reads as the documentation says", () => {
  assertEquals(parseInboundSecret(BEAT_ANSWER), "an-inbound-secret");
  assertEquals(parseGeneration(BEAT_ANSWER), BEAT.observed_generation);
  const token = "the-token-which-is-told-once";
  assertEquals(parseIssuedToken(REGISTRATION_ANSWER), { kind: "issued", token });
  assertEquals(parseWorkspaceStatus(WORKSPACE_ANSWER), "online");
  assertEquals(parseWorkspace(WORKSPACE_ANSWER), { name: "Scribe", parentId: "" });
  const { hint, removed_at } = GONE_ANSWER;
  assertEquals(parseRemoval(GONE_ANSWER), { hint, removedAt: removed_at });
  const { malformed, results } = readListing(DELEGATIONS_ANSWER, ID);
  assertEquals([malformed, results.map(({ responsePreview }) => responsePreview)], [0, [
    "There are 12",
  ]]);
  const { result } = readActivityEntry(ACTIVITY_ANSWER[0], ID);
  assertEquals(result?.responsePreview, "There are 12");
});

/** A row of the table of outcomes: what is answered, and with which body. */
function classified(cell: string): OutcomeKind {
  const [status = "", shown = '{"error":"x"}'] = [...cell.matchAll(/`([^`]*)`/g)]
    .map(([, words]) => words);
  const isAnsweringEtag = cell.includes("answers `if-none-match`");
  const body = cell.includes("without a body") || isAnsweringEtag ? "" : shown;
  return classifyAnswer({
    status: Number(status),
    headers: new Headers(),
    text: body,
    ...(isAnsweringEtag && { known: { digest: "", etag: '"e"' } }),
  }).kind;
}

Deno.test("docs/wire.md says of each answer what the classifier makes of it", () => {
  const answers = DOCUMENT.column("Outcomes");
  const outcomes = DOCUMENT.column("Outcomes", { column: 1 });
  assertEquals(answers.map((cell) => `\`${classified(cell)}\``), outcomes);
});

/** All of them: the type says when one is missing. */
const KINDS: Readonly<Record<OutcomeKind, true>> = {
  ok: true,
  rejected: true,
  unauthorized: true,
  over_budget: true,
  forbidden: true,
  not_found: true,
  misrouted: true,
  gone: true,
  rate_limited: true,
  busy: true,
  confirmed: true,
  unavailable: true,
  unreachable: true,
  timed_out: true,
  oversized: true,
  not_granted: true,
};

/** How long the table says that a wake waits at the least, in seconds. */
const WAITS: Readonly<Record<string, number>> = {
  "30 s": 30,
  "as [": 0,
  "60 s": 60,
  "5 min": 300,
  "an hour": 3600,
};

const OF_DISPOSITION = {
  delivered: "delivered",
  left_waiting: "",
  retry: "sent again",
  abandoned: "given up",
} as const;

Deno.test("docs/wire.md says for every outcome what becomes of a wake", () => {
  const rows = DOCUMENT.column("The wake");
  const said = rows.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, kind = ""]) => kind));
  assertEquals(said.sort(), Object.keys(KINDS).sort());
  const whats = DOCUMENT.column("The wake", { column: 1 });
  for (const kind of Object.keys(KINDS).filter(isKind)) {
    const what = whats[rows.findIndex((cell) => cell.includes(`\`${kind}\``))] ?? "";
    const disposition = wakeDisposition({ kind, body: {}, detail: "" });
    assert(what.startsWith(OF_DISPOSITION[disposition.kind]), `${kind}: ${what}`);
    if (disposition.kind !== "retry") continue;
    const [, wait = ""] = /^sent again (?:after )?(\d+ (?:s|min)|an hour|as \[)/.exec(what) ?? [];
    assertEquals(WAITS[wait], disposition.afterSeconds, kind);
  }
});

function isKind(name: string): name is OutcomeKind {
  return name in KINDS;
}
