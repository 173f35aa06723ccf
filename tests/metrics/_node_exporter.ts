import { SidecarProcess, testWithPrograms } from "../support/mod.ts";

const PROGRAM = "prometheus-node-exporter";

/** A test that needs node_exporter. */
export function nodeExporterTest(name: string, fn: () => Promise<void>): void {
  testWithPrograms(name, { programs: [PROGRAM], fn });
}

/** A node_exporter that shows what is in a folder, and nothing else. */
export interface NodeExporter extends AsyncDisposable {
  /** What Prometheus would read now. */
  scrape(): Promise<string>;
}

/**
 * Starts a node_exporter.
 *
 * @param flag The flag that names the folder.
 */
export async function startNodeExporter(flag: string): Promise<NodeExporter> {
  const child = new Deno.Command(PROGRAM, {
    args: [
      ...["--collector.disable-defaults", "--collector.textfile", flag],
      "--web.listen-address=127.0.0.1:0",
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const process = new SidecarProcess(child);
  const line = await process.waitForLine(/Listening on.* address=/);
  const [, address = ""] = / address=(\S+)/.exec(line) ?? [];
  return {
    async scrape() {
      const response = await fetch(`http://${address}/metrics`);
      return await response.text();
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
