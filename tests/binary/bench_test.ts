import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { baseBinaryOfVariable } from "../../scripts/compile/base_binary.ts";
import { makeTempDir, runModule } from "../support/mod.ts";

const BENCH = new URL("../../scripts/bench/bench.ts", import.meta.url).pathname;
const BASE = baseBinaryOfVariable();
const reason = BASE === undefined ? " (ignored: DENORT_BIN names no base binary)" : "";

Deno.test({
  name: `bench measures the binary, its base and what is ours in it${reason}`,
  ignore: BASE === undefined,
  fn: async () => {
    await using dir = await makeTempDir();
    const json = `${dir.path}/bench.json`;
    const { code, stderr } = await runModule(BENCH, {
      grants: ["-P=bench"],
      args: ["--only", "size", "--only", "beats", "--beats", "20", "--json", json],
      env: { DENORT_BIN: BASE?.path ?? "" },
    });
    assertEquals(code, 0, stderr);
    const { figures } = JSON.parse(await Deno.readTextFile(json));
    assert(figures.anonymous_at_20.values.binary > 1);
    const { size_base, size_binary, size_payload } = figures;
    const [base, binary, payload] = [size_base, size_binary, size_payload]
      .map(({ values }) => values.binary);
    assert(payload > 0.1 && payload < 1.5);
    assertAlmostEquals(base + payload, binary);
  },
});
