import { assertEquals } from "@std/assert";
import type { RuntimeReport } from "../../lib/report/mod.ts";
import { staleness, type StalenessOptions } from "../../lib/report/staleness.ts";

/** 2026-11-24T06:30:00Z */
const NOW = 1795501800_000;
const OPTIONS: StalenessOptions = { now: NOW, maxAgeMs: 60_000, isThere: undefined };

/** A report and what it is judged by, and why it is stale. */
const JUDGED: readonly (readonly [
  what: string,
  report: RuntimeReport,
  options: Partial<StalenessOptions>,
  why: string | undefined,
])[] = [
  ["says neither", {}, {}, undefined],
  ["says null of both", { pid: null, updated_at: null }, { isThere: false }, undefined],
  ["names a process that is there", { pid: 4711 }, { isThere: true }, undefined],
  ["names a process that is gone", { pid: 4711 }, { isThere: false }, "its process 4711 is gone"],
  ["names a process of which nobody can tell", { pid: 4711 }, { isThere: undefined }, undefined],
  ["names no process, and one is gone", {}, { isThere: false }, undefined],
  ["was written just now", { updated_at: NOW / 1000 }, {}, undefined],
  ["is as old as it may be", { updated_at: NOW / 1000 - 60 }, {}, undefined],
  [
    "is a moment older than it may be",
    { updated_at: NOW / 1000 - 60.001 },
    {},
    "it was written 60 s ago, and may be 60 s old (--report-max-age)",
  ],
  [
    "is too old by a text",
    { updated_at: "2026-11-24T06:28:30Z" },
    {},
    "it was written 90 s ago, and may be 60 s old (--report-max-age)",
  ],
  ["is new by a text of another zone", { updated_at: "2026-11-24T01:29:30-05:00" }, {}, undefined],
  ["was written in the future", { updated_at: NOW / 1000 + 3600 }, {}, undefined],
  ["is old where no age is set", { updated_at: 0 }, { maxAgeMs: 0 }, undefined],
  [
    "names a process that is gone where no age is set",
    { pid: 4711, updated_at: NOW / 1000 },
    { maxAgeMs: 0, isThere: false },
    "its process 4711 is gone",
  ],
  [
    "is too old and its process is there",
    { pid: 4711, updated_at: NOW / 1000 - 3600 },
    { isThere: true },
    "it was written 3600 s ago, and may be 60 s old (--report-max-age)",
  ],
  [
    "is too old and its process is gone",
    { pid: 4711, updated_at: NOW / 1000 - 3600 },
    { isThere: false },
    "its process 4711 is gone",
  ],
];

for (const [what, report, options, why] of JUDGED) {
  Deno.test(`staleness() says ${why ? "why" : "nothing"} when the report ${what}`, () => {
    assertEquals(staleness(report, { ...OPTIONS, ...options }), why);
  });
}
