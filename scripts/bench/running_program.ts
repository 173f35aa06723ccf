import { DEPLOYED_ENVIRONMENT, TextLineStream } from "../sidecar_process/mod.ts";

/** How a program is started. */
export interface ProgramStart {
  readonly program: string;
  readonly args: readonly string[];
  /** Its whole environment, beside {@linkcode DEPLOYED_ENVIRONMENT}. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** How much of what it has said is shown when it ends by itself. */
const MOST_SAID = 2000;

/** A program that runs until it is disposed of. Requires `--allow-run` for it. */
export class RunningProgram implements AsyncDisposable {
  /** When it was started (`performance.now()`). */
  readonly startedAt: number;
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  readonly #listening: Promise<void>;
  #said = "";

  /** @param start The program. */
  constructor({ program, args, env, cwd }: ProgramStart) {
    this.#name = [program, ...args].join(" ");
    this.startedAt = performance.now();
    this.#child = new Deno.Command(program, {
      args: [...args],
      clearEnv: true,
      env: { ...DEPLOYED_ENVIRONMENT, ...env },
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    this.#listening = this.#listen();
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Waits for something that it brings about.
   *
   * @param awaited What is waited for.
   * @throws {Error} It ended by itself before.
   */
  async whileItRuns<T>(awaited: Promise<T>): Promise<T> {
    return await Promise.race([awaited, this.#endedEarly()]);
  }

  /** The next line of its standard output, as JSON. */
  async answer<T>(): Promise<T> {
    const { value } = await this.#answers.read();
    if (value === undefined) return await this.#endedEarly();
    return JSON.parse(value);
  }

  /**
   * Tells it something, and gives what it answers.
   *
   * @param order A line.
   */
  async order<T>(order: string): Promise<T> {
    await this.#orders.write(new TextEncoder().encode(`${order}\n`));
    return await this.answer();
  }

  async #endedEarly(): Promise<never> {
    const { code } = await this.#child.status;
    await this.#listening;
    throw new Error(`'${this.#name}' ended with ${code}: ${this.#said.trim()}`);
  }

  async #listen(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#said = (this.#said + text).slice(-MOST_SAID);
    }
  }

  /** Ends it, and waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#listening;
    await this.#orders.abort().catch(() => {});
    await this.#answers.cancel();
  }
}
