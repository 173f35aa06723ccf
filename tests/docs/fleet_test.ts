import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SCENARIOS } from "../../scripts/fleet/scenarios.ts";
import { runProgram } from "../support/mod.ts";
import { Document } from "./_document.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const DOCUMENT = await Document.read("docs/fleet.md");
const COMMAND = DOCUMENT.take("A fleet", "sh").trim();

Deno.test("docs/fleet.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

Deno.test("docs/fleet.md has a row for each scenario", () => {
  const rows = DOCUMENT.text.split("\n").filter((line) => line.startsWith("| "));
  for (const { title } of SCENARIOS) {
    assertEquals(
      rows.filter((row) => row.split(" | ")[0]?.trim() === `| ${title}`).length,
      1,
      title,
    );
  }
});

/** Runs the task with its own grants. */
async function runFleet(args: readonly string[]) {
  const script = ["run", "--no-prompt", "--no-check", "-P=fleet", "scripts/fleet.ts"];
  return await runProgram(Deno.execPath(), { args: [...script, ...args], cwd: ROOT });
}

Deno.test("docs/fleet.md shows a command that says what a fleet does, and draws it", async () => {
  assertMatch(COMMAND, /^deno task fleet --workspaces 10000 --svg docs\/images\/fleet\.svg$/);
  await Deno.mkdir(`${ROOT}build`, { recursive: true });
  const dir = await Deno.makeTempDir({ dir: `${ROOT}build` });
  try {
    const args = COMMAND.split(" ").slice(3)
      .map((arg) => arg.replace(/^10000$/, "300").replace("docs/images", dir));
    const few = ["--scenario", "restart", "--scenario", "outage-300"];
    const { code, stderr, stdout } = await runFleet([...args, ...few]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "300 workspaces, seed 1");
    assertStringIncludes(stdout, "all targets are met");
    const svg = await Deno.readTextFile(`${dir}/fleet.svg`);
    assertEquals(svg.match(/<polyline/g)?.length, 2);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("fleet.ts ends with 64, and says what it takes, when it is given something else", async () => {
  for (
    const args of [["--workspaces", "no"], ["--scenario", "flood"], ["--svg"], ["--fast", "1"]]
  ) {
    const { code, stderr } = await runFleet(args);
    assertEquals(code, 64, args.join(" "));
    assert(stderr.includes("\nUsage: fleet.ts "), stderr);
  }
});
