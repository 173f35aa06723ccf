import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { exposition } from "../../lib/metrics/exposition.ts";
import type { Family } from "../../lib/metrics/measured.ts";
import { readMetrics } from "./_reader.ts";

const GAUGE: Family = { name: "ducks", type: "gauge", help: "Ducks on the pond." };
const HISTOGRAM: Family = { name: "quack_seconds", type: "histogram", help: "How long it quacks." };

Deno.test("exposition() says what a family is once, however many series it has", () => {
  const series = [{ labels: { pond: "a" }, value: 1 }, { labels: { pond: "b" }, value: 0 }];
  assertEquals(
    exposition([{ family: GAUGE, series }]),
    "# HELP ducks Ducks on the pond.\n# TYPE ducks gauge\n" +
      'ducks{pond="a"} 1\nducks{pond="b"} 0\n',
  );
});

Deno.test("exposition() leaves out a family that nothing was measured of", () => {
  assertEquals(exposition([{ family: GAUGE, series: [] }]), "");
});

Deno.test("exposition() writes a histogram with cumulative buckets, sum and count", () => {
  const value = { bounds: [0.1, 1], counts: [2, 0, 3], sum: 40.5 };
  assertEquals(
    exposition([{ family: HISTOGRAM, series: [{ labels: { duck: "d" }, value }] }]).split("\n"),
    [
      "# HELP quack_seconds How long it quacks.",
      "# TYPE quack_seconds histogram",
      'quack_seconds_bucket{duck="d",le="0.1"} 2',
      'quack_seconds_bucket{duck="d",le="1"} 2',
      'quack_seconds_bucket{duck="d",le="+Inf"} 5',
      'quack_seconds_sum{duck="d"} 40.5',
      'quack_seconds_count{duck="d"} 5',
      "",
    ],
  );
});

Deno.test("exposition() writes any number so that it is read as the same", () => {
  fc.assert(fc.property(fc.double(), (value) => {
    const { samples } = readMetrics(
      exposition([{ family: GAUGE, series: [{ labels: {}, value }] }]),
    );
    assertEquals(samples, [{ name: "ducks", labels: {}, value: value === 0 ? 0 : value }]);
  }));
});

/** Texts with much of what has a meaning in the format. */
const TEXT = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\\", '"', "\n", "n", ",", "{", "}", "=", " ", "#", "\r") }),
);

Deno.test("exposition() writes any label so that it is read as the same", () => {
  fc.assert(fc.property(TEXT, TEXT, TEXT, (help, pond, duck) => {
    const family = { ...GAUGE, help };
    const text = exposition([{ family, series: [{ labels: { pond, duck }, value: 7 }] }]);
    const read = readMetrics(text);
    assertEquals(read.samples, [{ name: "ducks", labels: { pond, duck }, value: 7 }]);
    assertEquals([read.help.get("ducks"), read.types.get("ducks")], [help, "gauge"]);
  }));
});
