import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { missingFrom, unreadable, writtenSamples } from "./_expressions.ts";
import { promtoolTest } from "./_promtool.ts";

const FILE = new URL("../../deploy/grafana/dashboard.json", import.meta.url);

const SOURCE = v.object({ uid: v.literal("${datasource}") });
const PANEL = v.object({
  id: v.number(),
  type: v.string(),
  title: v.string(),
  gridPos: v.object({ x: v.number(), y: v.number(), w: v.number(), h: v.number() }),
  datasource: v.optional(SOURCE),
  targets: v.optional(
    v.array(v.object({ refId: v.string(), expr: v.string(), datasource: SOURCE })),
    [],
  ),
  fieldConfig: v.optional(v.object({
    defaults: v.looseObject({
      unit: v.optional(v.string()),
      thresholds: v.optional(v.object({ steps: v.array(v.object({ color: v.string() })) })),
    }),
  })),
});
const DASHBOARD = v.object({
  uid: v.string(),
  title: v.string(),
  schemaVersion: v.number(),
  templating: v.object({ list: v.array(v.object({ name: v.string(), type: v.string() })) }),
  panels: v.array(PANEL),
});

const dashboard = v.parse(DASHBOARD, JSON.parse(await Deno.readTextFile(FILE)));
const { panels } = dashboard;
/** Every expression, as Grafana sends it once a workspace is chosen. */
const expressions = panels.flatMap(({ targets }) => targets).map(({ expr }) =>
  expr.replaceAll("$__rate_interval", "5m").replaceAll("$workspace", ".*")
);

Deno.test("deploy/grafana/dashboard.json has panels that are told apart, and none over another", () => {
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { gridPos: { h, w, x, y }, title } of panels) {
    assert(x >= 0 && x + w <= 24, title);
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        const place = `${row} ${column}`;
        assert(!taken.has(place), `${title} at ${place}`);
        taken.add(place);
      }
    }
  }
});

Deno.test("deploy/grafana/dashboard.json lets its data source and the workspace be chosen", () => {
  const variables = dashboard.templating.list.map(({ name, type }) => [name, type]);
  assertEquals(variables, [["datasource", "datasource"], ["workspace", "query"]]);
  assert(expressions.length > 20);
  assertEquals(expressions.filter((expr) => expr.includes("$")), []); // no other variable
});

Deno.test("deploy/grafana/dashboard.json gives every panel with numbers a unit and thresholds", () => {
  for (const { fieldConfig, title, type } of panels) {
    if (type === "row" || type === "table") continue;
    const { thresholds, unit } = fieldConfig?.defaults ?? {};
    assert(unit !== undefined && (thresholds?.steps.length ?? 0) > 0, title);
  }
});

Deno.test("deploy/grafana/dashboard.json asks for nothing that a sidecar does not write", async () => {
  const samples = await writtenSamples();
  assertEquals(expressions.flatMap((expr) => missingFrom(expr, samples)), []);
});

promtoolTest(
  "deploy/grafana/dashboard.json asks in words that Prometheus understands",
  async () => {
    assertEquals(await unreadable(expressions), "");
  },
);
