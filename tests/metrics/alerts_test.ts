import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/yaml/parse";
import * as v from "valibot";
import { Document } from "../docs/_document.ts";
import { missingFrom, writtenSamples } from "./_expressions.ts";
import { promtool, promtoolTest } from "./_promtool.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${ROOT}deploy/prometheus`;

const RULES = v.object({
  groups: v.array(v.object({
    rules: v.array(v.object({
      alert: v.string(),
      expr: v.string(),
      labels: v.object({ severity: v.picklist(["critical", "warning", "info"]) }),
      annotations: v.object({ summary: v.string(), description: v.string(), runbook: v.string() }),
    })),
  })),
});
const TESTS = v.object({
  tests: v.array(v.object({
    promql_expr_test: v.array(v.object({
      expr: v.string(),
      exp_samples: v.array(v.object({ labels: v.string() })),
    })),
  })),
});

const alerts = v.parse(RULES, parse(await Deno.readTextFile(`${FOLDER}/alerts.yml`)))
  .groups.flatMap(({ rules }) => rules);

promtoolTest("deploy/prometheus/alerts.yml can be loaded", async () => {
  const { isSound, said } = await promtool(["check", "rules", "alerts.yml"], { cwd: FOLDER });
  assert(isSound, said);
  assertMatch(said, new RegExp(`${alerts.length} rules found`));
});

promtoolTest(
  "deploy/prometheus/alerts.yml fires when there is trouble, and only then",
  async () => {
    const { isSound, said } = await promtool(["test", "rules", "alerts_test.yml"], { cwd: FOLDER });
    assert(isSound, said);
  },
);

Deno.test("deploy/prometheus/alerts_test.yml shows each alert fire", async () => {
  const { tests } = v.parse(TESTS, parse(await Deno.readTextFile(`${FOLDER}/alerts_test.yml`)));
  const checks = tests.flatMap((test) => test.promql_expr_test);
  for (const { alert } of alerts) {
    const about = checks.filter(({ expr }) => expr.includes(`"${alert}"`));
    assert(about.some(({ exp_samples }) => exp_samples.length > 0), alert);
  }
});

Deno.test("deploy/prometheus/alerts.yml asks for nothing that a sidecar does not write", async () => {
  const samples = await writtenSamples();
  assertEquals(alerts.flatMap(({ expr }) => missingFrom(expr, samples)), []);
});

Deno.test("deploy/prometheus/alerts.yml points to sections of docs/operations.md", async () => {
  const { anchors } = await Document.read("docs/operations.md");
  const lost = alerts.map(({ annotations: { runbook } }) => runbook)
    .filter((runbook) => !anchors.has(runbook.replace("docs/operations.md", "")));
  assertEquals(lost, []);
});
