import { assert, assertEquals } from "@std/assert";
import { FAMILIES } from "../../lib/metrics/mod.ts";
import { otelName } from "../../lib/metrics/otel_metrics.ts";
import { VERSION } from "../../lib/version.ts";
import { startSession } from "../commands/_session.ts";
import { type CollectedSpan, Collector } from "./_collector.ts";

const NAMES = ["beat", "poll", "wake", "notify"];

/** The sidecar's own spans. */
function own({ spans }: Collector): CollectedSpan[] {
  return spans.filter(({ scope }) => scope === "workspace-beat");
}

Deno.test("run exports a span of each beat, poll, wake and note, above those of its requests", async () => {
  await using collector = new Collector();
  await using session = await startSession();
  const { workspace } = session;
  workspace.finish(workspace.delegate(), "done");
  await using sidecar = session.start({
    args: ["--interval", "5"],
    env: { OTEL_DENO: "true", ...collector.environment },
  });
  await collector.until(() =>
    NAMES.every((name) => own(collector).some((span) => span.name === name))
  );
  assertEquals(await sidecar.stop(), 0);
  const [beat, poll, wake, note] = NAMES.map((wanted) =>
    own(collector).find(({ name }) => name === wanted)
  );
  const sent = {
    "workspace_beat.workspace": workspace.id,
    "workspace_beat.outcome": "ok",
    "http.response.status_code": 200,
  };
  assertEquals(beat?.attributes, sent);
  for (const span of [poll, wake, note]) {
    assertEquals(span?.attributes, { ...sent, "workspace_beat.results": 1 });
  }
  for (const span of [beat, poll, wake, note]) {
    assertEquals([span?.parent, span?.status], ["", 0]);
    const below = collector.spans.filter(({ parent }) => parent === span?.id);
    assertEquals(below.map(({ scope }) => scope), ["deno"]);
  }
});

Deno.test("run exports what became of a beat that failed, without a word of the platform", async () => {
  await using collector = new Collector();
  await using session = await startSession();
  session.platform.fault("heartbeat", {
    kind: "answer",
    status: 503,
    body: { error: "words of a stranger" },
  });
  await using sidecar = session.start({ env: { OTEL_DENO: "true", ...collector.environment } });
  await collector.until(() => own(collector).some(({ status }) => status === 2));
  assertEquals(await sidecar.stop(), 0);
  const [failed] = own(collector).filter(({ name }) => name === "beat");
  assertEquals(failed?.attributes["workspace_beat.outcome"], "unavailable");
  assertEquals(failed?.attributes["http.response.status_code"], 503);
  assert(!collector.texts.join("\n").includes("stranger"));
});

Deno.test("run exports no token, secret or foreign text, and not its log", async () => {
  await using collector = new Collector();
  await using session = await startSession();
  const { platform, token } = session;
  const workspace = platform.addWorkspace({ inboundSecret: "inbound-secret-of-a-test" });
  await session.writeToken(workspace.token ?? "");
  workspace.finish(workspace.delegate({ task: "foreign-task" }), "foreign-answer");
  await using sidecar = session.start({
    workspaceId: workspace.id,
    args: ["--log-level", "debug"],
    env: { OTEL_DENO: "true", ...collector.environment },
  });
  await collector.until(() =>
    NAMES.every((name) => own(collector).some((span) => span.name === name))
  );
  assertEquals(await sidecar.stop(), 0);
  const said = collector.texts.join("\n");
  const never = [token, workspace.token ?? "", "inbound-secret-of-a-test", "foreign-", "Bearer"];
  assertEquals(
    never.filter((text) => text === "" || said.toLowerCase().includes(text.toLowerCase())),
    [],
  );
  assertEquals(collector.kinds, new Set(["/v1/traces", "/v1/metrics"]));
});

Deno.test("run exports every metric under the name that Prometheus makes the file's of", async () => {
  await using collector = new Collector();
  await using session = await startSession();
  const { workspace } = session;
  await using sidecar = session.start({ env: { OTEL_DENO: "true", ...collector.environment } });
  const values = (name: string, attributes: Readonly<Record<string, string>> = {}) =>
    collector.points.filter((point) =>
      point.name === name &&
      Object.entries(attributes).every(([key, value]) => point.attributes[key] === value)
    ).map(({ value }) => value);
  await collector.until(() =>
    values("workspace_beat.beats", { outcome: "ok" }).some((value) => value > 0) &&
    values("workspace_beat.journal").length > 0
  );
  assertEquals(await sidecar.stop(), 0);
  const exported = new Set(
    collector.points.map(({ name, unit }) => JSON.stringify({ name, unit })),
  );
  const expected = new Set(
    Object.values(FAMILIES).map((family) => JSON.stringify(otelName(family))),
  );
  assertEquals(exported, expected);
  assert(values("workspace_beat.beat", { workspace: workspace.id }).some((count) => count > 0));
  const about = { workspace: workspace.id, process: workspace.id, version: VERSION };
  assertEquals(values("workspace_beat.info", about)[0], 1);
});

Deno.test("run tells the platform to which trace a request belongs, only where it exports", async () => {
  await using collector = new Collector();
  for (const OTEL_DENO of ["true", "false"]) {
    await using session = await startSession();
    await using sidecar = session.start({ env: { OTEL_DENO, ...collector.environment } });
    const { headers } = await session.platform.waitFor(({ route }) => route === "heartbeat");
    assertEquals(headers.has("traceparent"), OTEL_DENO === "true");
    assertEquals(await sidecar.stop(), 0);
  }
});

Deno.test("run exports nothing when nobody has told it to, wherever a collector is", async () => {
  await using collector = new Collector();
  await using session = await startSession();
  await using sidecar = session.start({ env: collector.environment });
  await session.platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  assertEquals(await sidecar.stop(), 0); // what had gathered would be exported now
  assertEquals(collector.kinds, new Set());
});
