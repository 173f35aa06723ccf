import { assert, assertEquals, assertMatch } from "@std/assert";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { Collector } from "../metrics/_collector.ts";
import { startSidecar } from "../support/mod.ts";
import { compileForTests } from "./_compiled.ts";

const exporting = await compileForTests({ otel: true });
const silent = await compileForTests();
const { missing } = exporting;
const reason = missing === undefined ? "" : ` (ignored: ${missing})`;

function binaryTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `the binary ${name}${reason}`, ignore: missing !== undefined, fn });
}

/** Beats once for a workspace, with an environment, and gives what a collector has got. */
async function collect(
  { options: { output }, port }: typeof exporting,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly collector: Collector; readonly code: number }> {
  const collector = new Collector();
  await using platform = await startDevPlatform({ port });
  const { id, token } = platform.addWorkspace();
  await using sidecar = startSidecar({
    binary: output,
    env: {
      ...{ WORKSPACE_ID: id, MOLECULE_WORKSPACE_TOKEN: token ?? "" },
      ...collector.environment,
      ...env,
    },
    cwd: "/",
  });
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  const code = await sidecar.stop(); // which exports what has gathered
  return { collector, code };
}

for (const OTEL_DENO of ["", "false"]) {
  binaryTest(
    `of --otel exports to a host that it is not granted, and OTEL_DENO='${OTEL_DENO}' does not stop it`,
    async () => {
      const { collector, code } = await collect(exporting, { OTEL_DENO });
      await using _collector = collector;
      assertEquals(code, 0);
      const names = collector.spans.map(({ name }) => name);
      assert(names.includes("beat"), names.join());
      assertEquals(collector.kinds, new Set(["/v1/traces", "/v1/metrics"]));
    },
  );
}

binaryTest(
  "that was compiled without --otel exports nothing, and OTEL_DENO=true does not make it",
  async () => {
    const { collector, code } = await collect(silent, { OTEL_DENO: "true" });
    await using _collector = collector;
    assertEquals([code, collector.kinds], [0, new Set()]);
  },
);

/** A protocol that Deno does not speak, and that collectors are often set up with. */
const GRPC = { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };

binaryTest(
  "of --otel does not start when it is told a protocol that Deno does not speak",
  async () => {
    await using sidecar = startSidecar({
      binary: exporting.options.output,
      args: ["--help"],
      env: GRPC,
    });
    assertEquals(await sidecar.ended(), 1);
    assertMatch(
      sidecar.stderr[0] ?? "",
      /OTEL_EXPORTER_OTLP_PROTOCOL .* unsupported protocol: grpc/,
    );
  },
);

binaryTest("that was compiled without --otel takes no notice of such a protocol", async () => {
  await using sidecar = startSidecar({
    binary: silent.options.output,
    args: ["--help"],
    env: GRPC,
  });
  assertEquals(await sidecar.ended(), 0);
});
