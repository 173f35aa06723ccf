import { assert, assertEquals } from "@std/assert";
import {
  exposition,
  FAMILIES,
  type FamilyDefinition,
  ProcessMetrics,
  WorkspaceMetrics,
} from "../../lib/metrics/mod.ts";
import { VERSION } from "../../lib/version.ts";
import { makeVitals, OK } from "../vitals/_vitals.ts";
import { promtool, promtoolTest } from "./_promtool.ts";
import { readMetrics } from "./_reader.ts";

function measureThose(...ids: string[]): ProcessMetrics {
  return new ProcessMetrics(ids.map((workspaceId) => {
    const { vitals } = makeVitals({ journalBytes: 1, token: { source: "file", changedAt: 1 } });
    vitals.beatEnded(OK, 0.1);
    return new WorkspaceMetrics({ workspaceId, intervalSeconds: 30, vitals });
  }));
}

Deno.test("ProcessMetrics.measure() has every family once, in the order of the table", () => {
  const names = measureThose("a", "b").measure().map(({ family }) => family.name);
  assertEquals(names, Object.values(FAMILIES).map(({ name }) => name));
  assertEquals(new Set(names).size, names.length);
});

Deno.test("ProcessMetrics.measure() gives every workspace its own series, and the process one", () => {
  const text = exposition(measureThose("a", "b").measure());
  const { samples, valueOf } = readMetrics(text); // which reads nothing twice
  for (const workspace of ["a", "b"]) {
    assertEquals(valueOf("workspace_beat_beats_total", { workspace, outcome: "ok" }), 1);
    const labels = { workspace, process: "a", version: VERSION };
    assertEquals(valueOf("workspace_beat_info", labels), 1);
  }
  const ofProcess = samples.filter(({ labels }) => !("workspace" in labels));
  assertEquals(ofProcess.map(({ name }) => name), [
    "workspace_beat_resident_memory_bytes",
    "workspace_beat_heap_used_bytes",
    "workspace_beat_metrics_timestamp_seconds",
  ]);
  assert(ofProcess.every(({ labels, value }) => labels.process === "a" && value > 0));
});

Deno.test("FAMILIES tells two sidecars' files of one machine apart by their labels", () => {
  const all = Object.values<FamilyDefinition>(FAMILIES);
  const bare = all.filter(({ labels }) =>
    !labels.includes("workspace") && !labels.includes("process")
  );
  assertEquals(bare, []);
});

promtoolTest("exposition() writes of every family what promtool finds no fault with", async () => {
  const text = exposition(measureThose("a", "b").measure());
  assertEquals(await promtool(["check", "metrics"], { input: text }), { isSound: true, said: "" });
});
