import { assertEquals } from "@std/assert";
import { figureTable, machineLines } from "../../../scripts/bench/table.ts";

Deno.test("figureTable() has ratios to Python first, and the figures behind them", () => {
  const table = figureTable({
    size_payload: { binary: 0.3 },
    start_to_first_beat: { python: 480, node: 120, binary: 1234.5 },
    later_connections: { python: 0, binary: 2 },
    anonymous_growth: { python: 0, binary: -1.5 },
    cpu_per_beat: { python: 2, node: 1.234 },
  });
  const rows = table.trimEnd().split("\n").slice(2);
  assertEquals(rows, [
    "| start to first beat accepted | **1.00** (480 ms) | **0.25** (120 ms) | – | – | **2.57** (1235 ms) |",
    "| … growth from 2 000 to 20 000 | 0 MB | – | – | – | −1.50 MB |",
    "| CPU per beat, from 20 to 2 000 | **1.00** (2.00 ms) | **0.62** (1.23 ms) | – | – | – |",
    "| new connections after the first beat, at full speed | 0 | – | – | – | 2.00 |",
    "| … of our payload | – | – | – | – | 0.30 MB |",
  ]);
});

Deno.test("figureTable() is a table of Markdown with a column for each contender", () => {
  const [head, line] = figureTable({}).split("\n");
  assertEquals(
    head,
    "|  | Python, httpx | Node, fetch | Deno, no flags | Deno, our flags | the binary |",
  );
  assertEquals(line, "| --- | ---: | ---: | ---: | ---: | ---: |");
});

Deno.test("machineLines() says on what, with what, when and for how long", () => {
  const machine = {
    cpu: "A CPU",
    cores: 2,
    memoryBytes: 24.4 * 2 ** 30,
    kernel: "Linux 6.1",
    versions: { Deno: "2.9.6", Node: "20.1.0" },
  };
  assertEquals(
    machineLines({ machine, seconds: 249.6, at: new Date("2026-11-26T23:00:00Z") }),
    "Measured on 2026-11-26 in 250 s: A CPU, 2 cores, 24 GiB, Linux 6.1; Deno 2.9.6, Node 20.1.0.\n",
  );
});
