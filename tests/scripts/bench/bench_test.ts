import { assert, assertEquals, assertMatch } from "@std/assert";
import { HELP } from "../../../scripts/bench/options.ts";
import { type EndedProgram, makeTempDir, runModule } from "../../support/mod.ts";
import { testWithPrograms } from "../../support/with_programs.ts";

const BENCH = new URL("../../../scripts/bench/bench.ts", import.meta.url).pathname;
/** Where the table goes. */
const MARKED = "<!-- deno task bench --markdown writes this -->\n<!-- up to here -->\n";

/** Runs the script with what its task grants it, and no base binary to compile with. */
async function bench(...args: readonly string[]): Promise<EndedProgram> {
  return await runModule(BENCH, { grants: ["-P=bench"], args });
}

testWithPrograms("bench measures twenty beats of everybody, and writes them down", {
  programs: ["node", "python3"],
  fn: async () => {
    await using dir = await makeTempDir();
    const [json, markdown] = [`${dir.path}/bench.json`, `${dir.path}/bench.md`];
    await Deno.writeTextFile(markdown, MARKED);
    const { code, stdout, stderr } = await bench(
      ...["--only", "beats", "--beats", "20", "--json", json, "--markdown", markdown],
    );
    assertEquals(code, 0, stderr);
    const { figures, machine, missing, version } = JSON.parse(await Deno.readTextFile(json));
    assertEquals(version, 1);
    assertEquals(Object.keys(figures).sort(), ["anonymous_at_20", "resident_at_20"]);
    const { anonymous_at_20: { values: anonymous }, resident_at_20: { values: resident } } =
      figures;
    assertEquals(machine.versions.Deno, Deno.version.deno);
    // Those that nothing keeps from being there. For Python there may be no httpx.
    for (const name of ["node", "deno", "deno_with_flags"]) {
      assert(anonymous[name] > 1, name);
      assert(resident[name] > anonymous[name], name);
    }
    const isLeftOut = missing.some((line: string) => line.startsWith("Python"));
    assertEquals(anonymous.python === undefined, isLeftOut);
    const row = stdout.split("\n").find((line) => line.startsWith("| anonymous memory")) ?? "none";
    const document = (await Deno.readTextFile(markdown)).replaceAll(/ {2,}/g, " ");
    assert(document.includes(`${row}\n`), row);
  },
});

Deno.test("bench --check ends with 1 and a line for each budget that was not measured", async () => {
  const { code, stdout } = await bench("--only", "size", "--check");
  assertEquals(code, 1);
  assertMatch(stdout, /^FAIL {2}cpu_per_beat of the binary.*: not measured$/m);
});

Deno.test("bench exits 64 with one line when an argument is not allowed", async () => {
  const { code, stderr, stdout } = await bench("--only", "everything");
  assertEquals({ code, stdout }, { code: 64, stdout: "" });
  assertMatch(stderr, /^Cannot use 'everything' from --only: expected one of .*$/m);
});

Deno.test("bench --help prints every flag and exits 0", async () => {
  const { code, stdout } = await bench("--help");
  assertEquals({ code, stdout }, { code: 0, stdout: `${HELP}\n` });
});
