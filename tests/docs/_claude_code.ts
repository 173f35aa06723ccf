import * as v from "valibot";
import { SidecarProcess } from "../support/mod.ts";

const PROGRAM = new URL("_claude_code_process.ts", import.meta.url).pathname;

const Hook = v.strictObject({
  type: v.literal("command"),
  command: v.string(),
  timeout: v.optional(v.pipe(v.number(), v.minValue(1))), // seconds
  async: v.optional(v.boolean()),
});

/** The part of Claude Code's settings that has hooks. Of a file that is not like this it takes none. */
const Settings = v.strictObject({
  hooks: v.record(
    v.string(),
    v.array(v.strictObject({ matcher: v.optional(v.string()), hooks: v.array(Hook) })),
  ),
});

/** Hooks by their events. */
export type Hooks = v.InferOutput<typeof Settings>["hooks"];

const Outcome = v.object({ code: v.number(), stdout: v.string(), stderr: v.string() });

/** What became of a hook. */
export type HookOutcome = v.InferOutput<typeof Outcome>;

/** What an event is about, as far as hooks are told. */
export type EventInput = Readonly<Record<string, unknown>>;

/** The field of an event's input that a matcher is compared with. */
const MATCHED: Readonly<Record<string, string>> = {
  SessionStart: "source",
  PostToolUse: "tool_name",
  PostToolUseFailure: "tool_name",
  Notification: "notification_type",
  SessionEnd: "reason",
};

/**
 * Reads the hooks in a settings.json.
 *
 * @param text The file.
 * @throws {Error} Claude Code would not take it.
 */
export function parseHooks(text: string): Hooks {
  return v.parse(Settings, JSON.parse(text)).hooks;
}

/**
 * The commands of the hooks that an event runs.
 *
 * @param hooks The hooks.
 * @param event The event.
 * @param about What it is about.
 */
export function commandsFor(hooks: Hooks, event: string, about: EventInput): string[] {
  const matched = about[MATCHED[event] ?? ""];
  return (hooks[event] ?? [])
    .filter(({ matcher }) => matches(matcher, matched))
    .flatMap(({ hooks }) => hooks.map(({ command }) => command));
}

/** A session of Claude Code, as its hooks see it. */
export class ClaudeCode implements AsyncDisposable {
  readonly #hooks: Hooks;
  readonly #process: SidecarProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #sent = 0;

  /**
   * @param hooks The hooks in its settings.
   * @param env Its whole environment, which hooks inherit.
   */
  constructor(hooks: Hooks, env: Readonly<Record<string, string>>) {
    this.#hooks = hooks;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-run=sh", PROGRAM],
      clearEnv: true,
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#process = new SidecarProcess(child);
    this.#input = child.stdin.getWriter();
  }

  /** Its process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Lets an event happen: runs each of its hooks that match, with `sh -c` and the event on standard
   * input.
   *
   * @param event Which.
   * @param about What it is about.
   * @returns What became of the hooks.
   */
  async fire(event: string, about: EventInput = {}): Promise<HookOutcome[]> {
    const input = { session_id: "s", cwd: "/", hook_event_name: event, ...about };
    const outcomes: HookOutcome[] = [];
    for (const command of commandsFor(this.#hooks, event, about)) {
      outcomes.push(await this.#run(command, input));
    }
    return outcomes;
  }

  async #run(command: string, input: EventInput): Promise<HookOutcome> {
    const id = ++this.#sent;
    const line = `${JSON.stringify({ id, command, input })}\n`;
    await this.#input.write(new TextEncoder().encode(line));
    return v.parse(
      Outcome,
      JSON.parse(await this.#process.waitForOutput(new RegExp(`^{"id":${id},`))),
    );
  }

  /** Kills it. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.ended();
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#input.close().catch(() => {}); // nobody reads it any more
  }
}

function matches(matcher: string | undefined, value: unknown): boolean {
  if (matcher === undefined || matcher === "" || matcher === "*") return true;
  return typeof value === "string" && new RegExp(`^(?:${matcher})$`).test(value);
}
