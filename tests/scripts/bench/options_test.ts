import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../../lib/config/mod.ts";
import { HELP, parseBenchOptions } from "../../../scripts/bench/options.ts";
import { PARTS } from "../../../scripts/bench/parts.ts";

Deno.test("parseBenchOptions() takes flags over defaults", () => {
  assertEquals(parseBenchOptions([]), {
    check: false,
    json: undefined,
    markdown: undefined,
    only: ["size", "slow", "start", "polls", "appends", "recovery", "beats", "long", "leaks"],
    compiler: Deno.execPath(),
    beats: 20_000,
  });
  const args = ["--check", "--json", "a.json", "--markdown", "b.md", "--beats", "20"];
  const more = ["--only", "beats", "--only", "size", "--compiler", "/opt/deno"];
  assertEquals(parseBenchOptions([...args, ...more]), {
    check: true,
    json: "a.json",
    markdown: "b.md",
    only: ["size", "beats"],
    compiler: "/opt/deno",
    beats: 20,
  });
});

Deno.test("parseBenchOptions() gives nothing when help is asked for, which names every part", () => {
  assertEquals(parseBenchOptions(["--check", "--help"]), undefined);
  assertEquals(Object.keys(PARTS).filter((part) => !HELP.includes(part)), []);
});

Deno.test("parseBenchOptions() refuses what is not allowed", () => {
  const cases: [args: string[], message: string][] = [
    [["--long"], "Unknown argument '--long'"],
    [["start"], "Unknown argument 'start'"],
    [["--json"], "Missing value of --json"],
    [["--json", ""], "Missing value of --json"],
    [["--only", "memory"], "Cannot use 'memory' from --only: expected one of size, slow, start"],
    [["--beats", "19"], "Cannot use '19' from --beats: expected a whole number of at least 20"],
    [["--beats", "1e3"], "Cannot use '1e3' from --beats"],
  ];
  for (const [args, message] of cases) {
    assertThrows(() => parseBenchOptions(args), InputError, message);
  }
});
