import { patient } from "../support/mod.ts";

/** What an agent is started with. */
export interface AgentOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** An agent of a recipe as a process, with a gate that holds its work up. */
export class Agent implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #gate: string;

  private constructor(child: Deno.ChildProcess, gate: string) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#gate = gate;
  }

  /**
   * Starts an agent.
   *
   * @param program Its interpreter.
   * @param options Its arguments and surroundings; its gate is the pipe `gate` in its folder.
   */
  static async start(program: string, { args, cwd, env }: AgentOptions): Promise<Agent> {
    const gate = `${cwd}/gate`;
    await new Deno.Command("mkfifo", { args: [gate] }).output();
    const child = new Deno.Command(program, {
      args: [...args],
      clearEnv: true,
      env: { ...env },
      cwd,
      stdin: "piped",
      stdout: "null", // work that outlives a killed agent would keep a pipe open
      stderr: "null",
    }).spawn();
    return new Agent(child, gate);
  }

  /** Writes lines to its standard input. */
  async write(...lines: string[]): Promise<void> {
    await this.#input.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
  }

  /** Lets `cat gate` end. */
  async openGate(): Promise<void> {
    await patient(Deno.writeTextFile(this.#gate, ""));
  }

  /** Sends a signal, and resolves when it has ended. */
  async kill(signal: Deno.Signal): Promise<void> {
    this.#child.kill(signal);
    await patient(this.#child.status);
  }

  /** Closes its standard input, and resolves with its exit code. */
  async ended(): Promise<number> {
    await this.#input.close();
    const { code } = await patient(this.#child.status);
    return code;
  }

  /** Ends it, and whatever waits at the gate. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#input.close().catch(() => {}); // nobody reads it any more
    // Opened for both, a pipe waits for nobody.
    using _gate = await Deno.open(this.#gate, { read: true, write: true });
  }
}
