import { compileArguments } from "../../scripts/compile/arguments.ts";
import { baseBinaryOfVariable } from "../../scripts/compile/base_binary.ts";
import { makeBinary } from "../../scripts/compile/binary.ts";
import type { CompileOptions } from "../../scripts/compile/options.ts";
import type { DevWorkspace } from "../../scripts/dev_platform/mod.ts";
import { type SidecarProcess, startSidecar } from "../support/mod.ts";

/** A binary that was made for a test, or why it could not be made. */
export interface Compiled {
  readonly options: CompileOptions & { readonly workspacesDir: string };
  /** The folder that holds the results file and the configs. */
  readonly dir: string;
  /** Where the platform has to listen. */
  readonly port: number;
  /** Where one with TLS has to. */
  readonly securePort: number;
  /** Why there is no binary: this machine cannot make one. */
  readonly missing: string | undefined;
}

/**
 * Makes the real binary, once for all tests of a file.
 *
 * @param more What else it is made for.
 */
export async function compileForTests(
  more: Pick<CompileOptions, "metricsFile" | "otel"> = {},
): Promise<Compiled> {
  const made = await Deno.realPath(await Deno.makeTempDir({ prefix: "workspace-beat-binary-" }));
  globalThis.addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
  const dir = `${made}/workspace`;
  await Deno.mkdir(dir);
  const [port, securePort] = freePorts();
  const options = {
    platformUrls: [
      `http://127.0.0.1:${port}`,
      `https://127.0.0.1:${securePort}`,
      "https://*.platform.example.com",
    ],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: `${dir}/.runtime_report.json`,
    agentCardFile: `${dir}/agent_card.json`,
    wakeFile: `${dir}/results.jsonl.wake`,
    statusFile: `${dir}/.workspace_beat_status.json`,
    workspacesDir: `${dir}/workspaces`,
    target: undefined,
    output: `${made}/workspace-beat`,
    ...more,
  };
  return {
    options,
    dir,
    port,
    securePort,
    missing: await reasonFor(makeBinary(options, { base: baseBinaryOfVariable() })),
  };
}

/**
 * Gives the real binary a workspace's token.
 *
 * @param compiled The binary.
 * @param workspace The workspace.
 * @returns What starts it for that workspace.
 */
export async function sidecarFor(
  { dir, options }: Compiled,
  { id, token }: DevWorkspace,
): Promise<() => SidecarProcess> {
  await Deno.writeTextFile(`${dir}/.auth_token`, token ?? "", { mode: 0o600 });
  return () =>
    startSidecar({
      binary: options.output,
      args: ["--interval", "5"],
      env: { WORKSPACE_ID: id },
      cwd: "/",
    });
}

/** Makes a binary of another program with the very grants and flags of the real one. */
export async function compileProbe({ options, dir }: Compiled, program: string): Promise<string> {
  const output = `${dir}/probe`;
  await Deno.writeTextFile(`${dir}/probe.js`, program);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: compileArguments({ ...options, output }, `${dir}/probe.js`),
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return output;
}

/** Only a missing base binary is a reason not to test; any other failure is a failure. */
async function reasonFor(making: Promise<number>): Promise<string | undefined> {
  try {
    await making;
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!/base binary/.test(message)) throw error;
    return message.split("\n").at(-1);
  }
}

/** Ports that nobody listens on now: they have to be known when the grants are compiled in. */
function freePorts(): [number, number] {
  using one = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return [one.addr.port, other.addr.port];
}
