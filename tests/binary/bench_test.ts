import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { baseBinaryOfVariable } from "../../scripts/compile/base_binary.ts";
import { makeTempDir, runModule } from "../support/mod.ts";

const BENCH = new URL("../../scripts/bench/bench.ts", import.meta.url).pathname;
const base = baseBinaryOfVariable();
const reason = base === undefined ? " (ignored: DENORT_BIN names no base binary)" : "";

Deno.test({
  name: `bench measures the binary, its base and what is ours in it${reason}`,
  ignore: base === undefined,
  fn: async () => {
    await using dir = await makeTempDir();
    const json = `${dir.path}/bench.json`;
    const { code, stderr } = await runModule(BENCH, {
      grants: ["-P=bench"],
      args: ["--only", "size", "--only", "beats", "--beats", "20", "--json", json],
      env: { DENORT_BIN: base?.path ?? "" },
    });
    assertEquals(code, 0, stderr);
    const { figures } = JSON.parse(await Deno.readTextFile(json));
    assert(figures.anonymous_at_20.binary > 1);
    const { size_base, size_binary, size_payload } = figures;
    assert(size_payload.binary > 0.1 && size_payload.binary < 1.5);
    assertAlmostEquals(size_base.binary + size_payload.binary, size_binary.binary);
  },
});
