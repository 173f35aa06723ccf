import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml/parse";
import { FAMILIES, type FamilyDefinition, WorkspaceMetrics } from "../../lib/metrics/mod.ts";
import { parseOptions } from "../../scripts/compile/options.ts";
import { eventually } from "../_running_sidecar.ts";
import { startSession } from "../commands/_session.ts";
import { Collector } from "../metrics/_collector.ts";
import { nodeExporterTest, startNodeExporter } from "../metrics/_node_exporter.ts";
import { promtool, promtoolTest } from "../metrics/_promtool.ts";
import { makeTempDir } from "../support/mod.ts";
import { makeVitals } from "../vitals/_vitals.ts";
import { Document } from "./_document.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const DOCUMENT = await Document.read("docs/metrics.md");
const WRITE = DOCUMENT.take("A file for Prometheus", "sh");
const SHOW = DOCUMENT.take("A file for Prometheus", "sh");
const COMPILE = DOCUMENT.take("A file for Prometheus", "sh");
const LOAD = DOCUMENT.take("Alerts", "yaml");
const TRY_OUT = DOCUMENT.take("Alerts", "sh");
const EXPORT = DOCUMENT.take("OpenTelemetry", "sh");
const COMPILE_EXPORTING = DOCUMENT.take("OpenTelemetry", "sh");

Deno.test("docs/metrics.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

nodeExporterTest(
  "docs/metrics.md shows how node_exporter is given what the sidecar writes",
  async () => {
    await using session = await startSession();
    await using folder = await makeTempDir();
    const here = (command: string) =>
      command.trim().replace("/var/lib/prometheus/node-exporter", folder.path).split(" ").slice(1);
    const [, metricsFile = ""] = here(WRITE);
    const { workspace } = session;
    await using sidecar = session.start({
      args: here(WRITE),
      grants: session.grants({ metricsFile }),
    });
    await using exporter = await startNodeExporter(here(SHOW).join(" "));
    await eventually(
      async () => (await exporter.scrape()).includes(`workspace="${workspace.id}"`),
      "node_exporter does not show the workspace",
    );
    assertEquals(await sidecar.stop(), 0);
  },
);

Deno.test("docs/metrics.md shows how a binary is compiled that writes metrics, and one that exports", () => {
  const optionsOf = (command: string) => parseOptions(command.trim().split(" ").slice(3));
  assertEquals(optionsOf(COMPILE).metricsFile, "/metrics/workspace-beat.prom");
  assertEquals(optionsOf(COMPILE_EXPORTING).otel, true);
});

Deno.test("docs/metrics.md has exactly the metrics that there are, and says the same of them", () => {
  const columns = [0, 1, 2, 3].map((column) => DOCUMENT.column("What is measured", { column }));
  const families = Object.values<FamilyDefinition>(FAMILIES);
  assertEquals(columns, [
    families.map(({ name }) => `\`${name}\``),
    families.map(({ type }) => type),
    families.map(({ labels }) => labels.map((label) => `\`${label}\``).join(", ")),
    families.map(({ help }) => help),
  ]);
});

Deno.test("docs/metrics.md names every outcome, state and source", () => {
  const { vitals } = makeVitals();
  const metrics = new WorkspaceMetrics({ workspaceId: "w", intervalSeconds: 30, vitals });
  const { beats = [], tokenSource = [], workspaceState = [] } = metrics.measure();
  const words = [...beats, ...workspaceState, ...tokenSource].flatMap(({ labels }) =>
    Object.entries(labels).flatMap(([label, word]) => label === "workspace" ? [] : [word])
  );
  const [, sentence = ""] = /\nThe outcomes are([^]*?)Counters begin/.exec(DOCUMENT.text) ?? [];
  assertEquals([...sentence.matchAll(/`(\w+)`/g)].map(([, word]) => word), words);
});

Deno.test("docs/metrics.md has every alert with its severity", async () => {
  const text = await Deno.readTextFile(`${ROOT}deploy/prometheus/alerts.yml`);
  const alerts = [...text.matchAll(/- alert: (\w+)[^]*?severity: (\w+)/g)];
  assertEquals(
    [0, 1].map((column) => DOCUMENT.column("Alerts", { column })),
    [alerts.map(([, name]) => `\`${name}\``), alerts.map(([, , severity]) => severity ?? "")],
  );
});

promtoolTest("docs/metrics.md shows how Prometheus loads the alerts", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/prometheus.yml`;
  const here = LOAD.replace("/etc/prometheus/workspace-beat", `${ROOT}deploy/prometheus`);
  assertEquals(Object.keys(parse(here) ?? {}), ["rule_files"]);
  await Deno.writeTextFile(path, here);
  const { isSound, said } = await promtool(["check", "config", path]);
  assert(isSound, said);
  assertStringIncludes(said, "alerts.yml");
});

promtoolTest("docs/metrics.md shows how a changed threshold is tried out", async () => {
  for (const line of TRY_OUT.trim().split("\n")) {
    const [, ...args] = line.split(" ");
    const { isSound, said } = await promtool(args, { cwd: `${ROOT}deploy/prometheus` });
    assert(isSound, `${line}: ${said}`);
  }
});

Deno.test("docs/metrics.md shows how the sidecar is started that exports", async () => {
  await using collector = new Collector();
  await using session = await startSession();
  const [command = "", ...rest] = EXPORT.trim().split(" ").toReversed();
  assertEquals([command, ...rest.slice(0, 3)], ["main.ts", "-P", "run", "deno"]);
  const shown = Object.fromEntries(rest.slice(3).map((pair) => pair.split("=", 2)));
  assertEquals(shown["OTEL_EXPORTER_OTLP_ENDPOINT"], "http://localhost:4318");
  await using sidecar = session.start({ env: { ...shown, ...collector.environment } });
  await collector.until(() => collector.spans.some(({ name }) => name === "beat"));
  assertEquals(await sidecar.stop(), 0);
  const [text = ""] = collector.texts;
  assertStringIncludes(
    text.replaceAll(/\s/g, ""),
    `"service.name","value":{"stringValue":"workspace-beat"}`,
  );
});
