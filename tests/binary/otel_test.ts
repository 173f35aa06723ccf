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

/** What a collector has got, and how the sidecar ended. */
interface Collected {
  readonly collector: Collector;
  readonly code: number;
}

/** Deno that exports sometimes does not end after SIGTERM: docs/metrics.md says so. */
const PATIENCE_MS = 20_000;
const ATTEMPTS = 3;

/** Beats once for a workspace, with an environment, and gives what a collector has got. */
async function collect(
  binary: typeof exporting,
  env: Readonly<Record<string, string>>,
): Promise<Collected> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const collected = await collectOnce(binary, env);
    if (collected.code !== KILLED) return collected;
    await collected.collector[Symbol.asyncDispose]();
  }
  return await collectOnce(binary, env);
}

/** The exit code of what SIGKILL has ended. */
const KILLED = 137;

async function collectOnce(
  { options: { output }, port }: typeof exporting,
  env: Readonly<Record<string, string>>,
): Promise<Collected> {
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
  const timer = setTimeout(() => sidecar.kill("SIGKILL"), PATIENCE_MS);
  const code = await sidecar.stop(); // which exports what has gathered
  clearTimeout(timer);
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
