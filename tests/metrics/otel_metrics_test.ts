import { assertEquals } from "@std/assert";
import { FAMILIES, type FamilyDefinition } from "../../lib/metrics/mod.ts";
import { otelName } from "../../lib/metrics/otel_metrics.ts";

const SUFFIXES: Readonly<Record<string, string>> = { "": "", "s": "_seconds", "By": "_bytes" };

Deno.test("otelName() is what Prometheus makes the family's name of again", () => {
  for (const family of Object.values<FamilyDefinition>(FAMILIES)) {
    const { name, unit } = otelName(family);
    const total = family.type === "counter" ? "_total" : "";
    assertEquals(`${name.replaceAll(".", "_")}${SUFFIXES[unit]}${total}`, family.name);
  }
});
