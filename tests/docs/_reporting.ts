import { defaultReportFile, grantFlags, leastGrants } from "../../lib/permissions.ts";
import type { DevPlatform, DevWorkspace } from "../../scripts/dev_platform/mod.ts";
import { denoEnvironment } from "../../scripts/sidecar_process/mod.ts";
import { startSession } from "../commands/_session.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** What a beat is expected to say, by the names on the wire. */
export type Expected = Readonly<Record<string, unknown>>;

/** Where a recipe runs: beside a real sidecar, with `workspace-beat` on the PATH. */
export interface Reporting extends AsyncDisposable {
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  /** A folder for files; its subfolder `bin` is on the PATH. */
  readonly dir: string;
  readonly reportFile: string;
  /** The whole environment of the agent. */
  readonly env: Readonly<Record<string, string>>;
  /** Waits for an accepted beat that says this, and that came after the last one waited for. */
  hears(expected: Expected): Promise<void>;
  /**
   * Lets several things be reported while the platform accepts no beat, so that the next accepted
   * one carries all of them, and waits for that.
   */
  hearsTogether(report: () => Promise<unknown>, expected: Expected): Promise<void>;
}

/** Starts a platform and a sidecar that nothing has been reported to. */
export async function startReporting(): Promise<Reporting> {
  await using made = new AsyncDisposableStack();
  const session = made.use(await startSession());
  const { dir, platform, workspace } = session;
  made.use(session.start({ args: ["--interval", "5"] }));
  const reportFile = defaultReportFile(dir);
  const env = await agentEnvironment(dir, reportFile);
  let from = 0;
  const hears = async (expected: Expected) => {
    const { index } = await platform.waitFor(
      ({ body, route, status }) => route === "heartbeat" && status === 200 && says(body, expected),
      { from },
    );
    from = index + 1;
  };
  await hears({ active_tasks: 0 });
  const kept = made.move();
  return {
    platform,
    workspace,
    dir,
    reportFile,
    env,
    hears,
    async hearsTogether(report, expected) {
      platform.fault("heartbeat", { kind: "answer", status: 503 });
      await report();
      await platform.waitFor(
        ({ body, route, status }) =>
          route === "heartbeat" && status === 503 && says(body, expected),
        { from },
      );
      platform.clearFaults("heartbeat");
      await hears(expected);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/**
 * Puts `workspace-beat` on the PATH, as a binary that was built for a report file.
 *
 * @param dir The folder to put it into.
 * @param reportFile The report file.
 * @returns The whole environment of an agent that has it there.
 */
export async function agentEnvironment(
  dir: string,
  reportFile: string,
): Promise<Record<string, string>> {
  const grants = grantFlags(leastGrants({
    platformUrls: ["http://localhost:8080"],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile,
  }));
  const program = [Deno.execPath(), "run", "--no-prompt", ...grants, MAIN].join(" ");
  await Deno.mkdir(`${dir}/bin`);
  await Deno.writeTextFile(`${dir}/bin/workspace-beat`, `#!/bin/sh\nexec ${program} "$@"\n`, {
    mode: 0o755,
  });
  const environment = denoEnvironment();
  return {
    ...environment,
    PATH: `${dir}/bin:${environment["PATH"]}`,
    RUNTIME_REPORT_FILE: reportFile,
  };
}

function says(body: unknown, expected: Expected): boolean {
  if (typeof body !== "object" || body === null) return false;
  const said = new Map(Object.entries(body));
  return Object.entries(expected).every(([field, value]) => said.get(field) === value);
}
