import { assert, assertEquals } from "@std/assert";
import { parseFlags } from "../../../scripts/soak/options.ts";

Deno.test("parseFlags() reads each flag", () => {
  const args = [
    "--minutes",
    "0.5",
    "--seed",
    "7",
    "--compiler",
    "deno",
    "--json",
    "a",
    "--markdown",
  ];
  assertEquals(parseFlags([...args, "b"]), {
    minutes: 0.5,
    seed: 7,
    compiler: "deno",
    json: "a",
    markdown: "b",
  });
});

Deno.test("parseFlags() takes an hour and some seed where nothing else is said", () => {
  const flags = parseFlags([]);
  assertEquals([flags?.minutes, flags?.compiler, flags?.json], [60, undefined, undefined]);
  assert(Number.isInteger(flags?.seed));
});

for (
  const args of [
    ["--minutes"],
    ["--minutes", "0"],
    ["--minutes", "1441"],
    ["--minutes", "x"],
    ["--seed", "-1"],
    ["--seed", "1.5"],
    ["--minutes", "1", "--minutes", "2"],
    ["--what", "1"],
    ["5"],
  ]
) {
  Deno.test(`parseFlags() refuses ${args.join(" ")}`, () => {
    assertEquals(parseFlags(args), undefined);
  });
}
