import { TextLineStream } from "./text_line_stream.ts";
import { defaultReportFile, grantFlags, leastGrants, reportFiles } from "../../lib/permissions.ts";

/** The program. */
const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** A test that waits longer than this for a line has failed. */
const PATIENCE_MS = 60_000;

/** What the files in `deploy/` set in the environment of a sidecar (docs/deploy.md, Memory). */
export const DEPLOYED_ENVIRONMENT = { MALLOC_TRIM_THRESHOLD_: "131072" } as const;

/** Options of {@linkcode startSidecar}. */
export interface SidecarProcessOptions {
  readonly platformUrl?: string;
  readonly workspaceId?: string;
  /** The folder for configs and results; its paths are passed as flags and granted. */
  readonly dir?: string;
  /** The subcommand; without one it is `run`. */
  readonly command?: "run" | "check" | "results" | "report" | "status" | "health";
  /** More arguments, after those made from the above. */
  readonly args?: readonly string[];
  /** The whole environment of the process (Deno's own cache folder is added). */
  readonly env?: Readonly<Record<string, string>>;
  /** Permission flags instead of the manifest's. */
  readonly grants?: readonly string[];
  /** A compiled binary to start instead of `deno run main.ts`. */
  readonly binary?: string;
  /**
   * The module that Deno runs.
   *
   * @default {"main.ts"}
   */
  readonly module?: string;
  readonly cwd?: string;
}

/** Starts the real program as a child process, under the manifest for its settings. */
export function startSidecar(options: SidecarProcessOptions): SidecarProcess {
  const { binary, dir, module = MAIN, platformUrl, workspaceId } = options;
  const settings = [
    ...(platformUrl === undefined ? [] : ["--platform-url", platformUrl]),
    ...(workspaceId === undefined ? [] : ["--workspace-id", workspaceId]),
    ...(dir === undefined ? [] : [
      ...["--results-file", `${dir}/results.jsonl`],
      ...["--configs-dir", dir],
      ...["--config", `${dir}/config.yaml`],
    ]),
  ];
  const grants = options.grants ?? grantFlags(leastGrants({
    platformUrls: [platformUrl ?? "http://localhost:8080"],
    resultsFile: dir === undefined ? "-" : `${dir}/results.jsonl`,
    configsDir: dir ?? "/configs",
    configFile: `${dir ?? "/configs"}/config.yaml`,
    reportFile: defaultReportFile(dir ?? "/configs"),
  }));
  const command = options.command === undefined ? [] : [options.command];
  const args = [...command, ...settings, ...(options.args ?? [])];
  const child = new Deno.Command(binary ?? Deno.execPath(), {
    args: binary === undefined ? ["run", "--no-prompt", ...grants, module, ...args] : args,
    clearEnv: true,
    env: { ...(binary === undefined ? denoEnvironment() : {}), ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  }).spawn();
  return new SidecarProcess(child);
}

/**
 * Starts `workspace-beat report …` as an agent's hook would, under the grants that it needs.
 *
 * @param dir The configs folder that holds the report file.
 * @param args What is reported.
 */
export function startReport(dir: string, args: readonly string[]): SidecarProcess {
  const files = Object.values(reportFiles(defaultReportFile(dir)));
  const env = { CONFIGS_DIR: dir };
  const grants = grantFlags({ net: [], read: files, write: files, env: Object.keys(env), sys: [] });
  return startSidecar({ command: "report", args, env, grants });
}

/**
 * What Deno itself needs to find its cache, and a shell to find Deno.
 *
 * Requires `--allow-env` for `DENO_DIR`, `HOME`, `XDG_CACHE_HOME` and `PATH`.
 */
export function denoEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of ["DENO_DIR", "HOME", "XDG_CACHE_HOME", "PATH"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** A running program: its lines, its end. */
export class SidecarProcess implements AsyncDisposable {
  /** Lines of standard error so far. */
  readonly stderr: string[] = [];
  /** Lines of standard output so far. */
  readonly stdout: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  #watchers: (() => void)[] = [];
  #ended = false;

  /** @param child The process. */
  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = Promise.all([
      this.#read(child.stderr, this.stderr),
      this.#read(child.stdout, this.stdout),
    ]).then(() => {
      this.#ended = true;
      this.#tell();
    });
  }

  /** The process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Resolves with the first line of standard error that matches, old or new.
   *
   * @param pattern What to look for.
   * @throws {Error} The process ended, or a minute passed, without such a line.
   */
  async waitForLine(pattern: RegExp): Promise<string> {
    return await this.#waitFor(pattern, this.stderr);
  }

  /**
   * Resolves with the first line of standard output that matches, old or new.
   *
   * @param pattern What to look for.
   * @throws {Error} The process ended, or a minute passed, without such a line.
   */
  async waitForOutput(pattern: RegExp): Promise<string> {
    return await this.#waitFor(pattern, this.stdout);
  }

  async #waitFor(pattern: RegExp, lines: readonly string[]): Promise<string> {
    const patience = Promise.withResolvers<"late">();
    const timer = setTimeout(() => patience.resolve("late"), PATIENCE_MS);
    try {
      while (true) {
        const line = lines.find((line) => pattern.test(line));
        if (line !== undefined) return line;
        const change = Promise.withResolvers<void>();
        this.#watchers.push(change.resolve);
        const late = !this.#ended && await Promise.race([change.promise, patience.promise]);
        if (this.#ended || late === "late") {
          const found = lines.find((line) => pattern.test(line));
          if (found !== undefined) return found;
          throw new Error(
            `No line matches ${pattern} in:\n${[...this.stdout, ...this.stderr].join("\n")}`,
          );
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process has ended and its output is read, with its exit code. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  /** Asks the process to stop, and resolves with its exit code. */
  async stop(): Promise<number> {
    this.kill("SIGTERM");
    return await this.ended();
  }

  /** Ends the process if it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.ended();
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, lines: string[]): Promise<void> {
    for await (
      const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    ) {
      lines.push(line);
      this.#tell();
    }
  }

  #tell(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}
