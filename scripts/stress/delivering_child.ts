import { defaultReportFile, grantFlags, leastGrants, resultsFiles } from "../../lib/permissions.ts";
import type { DevPlatform, DevWorkspace, RecordedRequest } from "../dev_platform/mod.ts";
import { denoEnvironment, SidecarProcess } from "../sidecar_process/mod.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const CHILD = new URL("child.ts", import.meta.url).pathname;
/** A child that takes longer for a step hangs. */
const PATIENCE_MS = 60_000;

/** Options of {@linkcode DeliveringChild}. */
export interface DeliveringChildOptions {
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  /** Holds the token file, and will hold the results. */
  readonly folder: string;
  /** Tells its requests from those of others; no two children of one platform share it. */
  readonly name: string;
  /**
   * Seconds between polls.
   *
   * @default {0.02}
   */
  readonly intervalSeconds?: number;
  /**
   * Whether a write beyond a file-size limit is an error to it, instead of its end.
   *
   * @default {false}
   */
  readonly survivesLimits?: boolean;
  /**
   * Whether it waits, once it has started, for {@linkcode DeliveringChild.release}.
   *
   * @default {false}
   */
  readonly isHeld?: boolean;
}

/**
 * A real sidecar in a process of its own, which polls all the time and may be killed at any
 * instant. Requires `--allow-run`, and `--allow-env` for what Deno needs to find its cache.
 */
export class DeliveringChild implements AsyncDisposable {
  /** The process. */
  readonly process: SidecarProcess;
  /** The results file, and what belongs to it. */
  readonly files: ReturnType<typeof resultsFiles>;
  readonly #options: DeliveringChildOptions;

  /** @param options Whose results to deliver where. It is started at once. */
  constructor(options: DeliveringChildOptions) {
    const { folder, intervalSeconds = 0.02, isHeld, name, platform, workspace } = options;
    this.#options = options;
    this.files = resultsFiles(`${folder}/results.jsonl`);
    const grants = grantFlags(leastGrants({
      platformUrls: [platform.url],
      resultsFile: this.files.results,
      configsDir: folder,
      configFile: `${folder}/config.yaml`,
      reportFile: defaultReportFile(folder),
    }));
    const deno = [
      ...[Deno.execPath(), "run", "--no-prompt", "--config", `${ROOT}deno.json`, ...grants],
      ...[CHILD, platform.url, workspace.id, folder, name, String(intervalSeconds)],
      ...isHeld === true ? ["held"] : [],
    ];
    const [command = "", ...args] = options.survivesLimits === true
      ? ["sh", "-c", 'trap "" XFSZ; exec "$@"', "--", ...deno]
      : deno;
    const child = new Deno.Command(command, {
      args,
      // Nothing else: a proxy's variable would send its requests elsewhere.
      clearEnv: true,
      env: denoEnvironment(),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    this.process = new SidecarProcess(child.spawn());
  }

  /** Resolves when its modules are loaded, and the sidecar is about to start. */
  async started(): Promise<void> {
    await this.process.waitForOutput(/^started$/);
  }

  /** Lets one that is held, and has started, begin. */
  release(): void {
    this.process.kill("SIGUSR2");
  }

  /** Whether a request is one of its polls. */
  isPoll({ headers, route }: RecordedRequest): boolean {
    return route === "delegations" && headers.get("x-molecule-org-id") === this.#options.name;
  }

  /** Resolves when its first poll, or its next one, has been answered. */
  async polled(): Promise<void> {
    const { platform } = this.#options;
    await this.#poll(platform.requests.length, 1);
  }

  /**
   * Resolves when all that the platform lists now has been delivered, or could not be: a poll comes
   * only when the deliveries of the one before have ended.
   */
  async settled(): Promise<void> {
    const { platform } = this.#options;
    await this.#poll(platform.requests.length, 2);
  }

  /** Kills it now, and resolves when nothing of it is left. */
  async kill(): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }

  /** Kills it if it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #poll(from: number, count: number): Promise<void> {
    const { platform } = this.#options;
    const poll = platform.waitFor((request) => this.isPoll(request) && request.status === 200, {
      from,
      count,
      timeoutMs: PATIENCE_MS,
    });
    const ended = this.process.ended().then((code) => {
      throw new Error(`The child ended with ${code}:\n${this.process.stderr.join("\n")}`);
    });
    ended.catch(() => {});
    await Promise.race([poll, ended]);
  }
}
