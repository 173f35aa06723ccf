import { AuthorizedClient, PromptTokens, TokenStore } from "./auth/mod.ts";
import { BeatLoop } from "./beat/mod.ts";
import { type Clock, settlesWithin, systemClock } from "./clock.ts";
import { InputError } from "./config/mod.ts";
import {
  Deliveries,
  FileResults,
  Journal,
  NotifyLoop,
  Parent,
  PollLoop,
  resultKey,
  StdoutResults,
  WakeLoop,
  WriterBusyError,
  WriterLock,
} from "./delegations/mod.ts";
import { EXIT_CODE, type ExitCode, exitCodeFor } from "./exit_code.ts";
import { mayRead } from "./grants.ts";
import { createLog, type Log, Secrets } from "./log/mod.ts";
import { inboundSecretFile, resultsFiles, tokenFile } from "./permissions.ts";
import { Contact, isUnreachable, PlatformClient, type Sender } from "./platform/mod.ts";
import { Report, ReportFile } from "./report/mod.ts";
import { InboundSecret, savedSecret } from "./secrets/mod.ts";
import {
  type CompleteOptions,
  completeOptions,
  type PlatformOptions,
  type SidecarOptions,
} from "./sidecar_options.ts";
import { type Loop, supervise } from "./supervise.ts";

/** The first beat waits for no disk: only so long for news of another sidecar, and the report. */
const DISK_PATIENCE_MS = 1000;

/**
 * The whole sidecar: beats, polls, wakes and notes, each in its own loop, none in another's way.
 *
 * Requires `--allow-net` for the platform, `--allow-read` and `--allow-write` for the results file
 * and what stands beside it and for the inbound secret, `--allow-read` for the token file and the
 * report file, `--allow-env` for the proxy variables, and `--allow-sys=getPriority` where a report
 * names a process. Without the first every beat fails, without the second nothing is delivered:
 * both are warnings in its log, and it goes on. The rest it does without.
 */
export class Sidecar {
  /** What the agent reports about itself; every beat carries it. */
  readonly report: Report = new Report();
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  readonly #configsDir: string;
  readonly #secret: InboundSecret;
  readonly #beats: BeatLoop;
  readonly #reportFile: ReportFile | undefined;
  readonly #deliveries: Deliveries;
  readonly #polls: PollLoop;
  readonly #wakes: WakeLoop;
  readonly #notes: NotifyLoop;
  #isRunning = false;

  /**
   * Makes the sidecar; it does nothing yet.
   *
   * @param options Which workspace, which platform, and where things are.
   * @throws {TypeError} An option is not allowed, or a proxy would read the token.
   */
  constructor(options: SidecarOptions) {
    const { clock = systemClock, secrets = new Secrets() } = options;
    const { log = createLog({ level: "info", format: "text", secrets }).log } = options;
    const complete = completeOptions(options);
    const { configsDir, reportFile, reportMaxAgeSeconds, workspaceId } = complete;
    const intervalMs = complete.intervalSeconds * 1000;
    const contact = new Contact();
    const sender = authorizedSender(complete, { secrets, log });
    const common = { workspaceId, sender, contact, log, clock };
    this.#log = log;
    this.#clock = clock;
    this.#secrets = secrets;
    this.#configsDir = configsDir;
    const file = inboundSecretFile(configsDir);
    this.#secret = new InboundSecret({ file, secrets, log, clock });
    this.#beats = new BeatLoop({
      ...common,
      intervalMs,
      report: this.report,
      secrets,
      onAccepted: (answer) => this.#secret.offer(answer),
    });
    // Where it is not granted, nobody can report there.
    this.#reportFile = mayRead(reportFile)
      ? new ReportFile({
        file: reportFile,
        maxAgeMs: reportMaxAgeSeconds * 1000,
        report: this.report,
        log,
        clock,
      })
      : undefined;
    const { journal, lock, output } = deliveryParts(complete, log);
    this.#wakes = new WakeLoop({
      ...common,
      output,
      parent: new Parent(common),
      onWoken: (results) => journal.note([{ woken: results.map(resultKey) }]),
    });
    this.#notes = new NotifyLoop({
      ...common,
      mode: complete.notify,
      onNotify: (results) => journal.note([{ notified: results.map(resultKey) }]),
    });
    this.#deliveries = new Deliveries({
      output,
      journal,
      lock,
      maxBytes: complete.resultsMaxBytes,
      replayMaxAgeMs: complete.replayMaxAgeSeconds * 1000,
      onUnwoken: (results) => this.#wakes.add(results),
      onUnnotified: (results) => this.#notes.add(results),
      log,
      clock,
    });
    this.#polls = new PollLoop({ ...common, intervalMs, deliveries: this.#deliveries });
  }

  /**
   * Runs until the signal aborts; an append that is under way is finished first.
   *
   * @param signal Ends it.
   * @throws {InputError} Another sidecar writes to the same results file.
   * @throws {TypeError} It is running already.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#isRunning) throw new TypeError("Cannot run the sidecar: it is running already");
    this.#isRunning = true;
    using _running = { [Symbol.dispose]: () => this.#isRunning = false };
    using _deliveries = { [Symbol.dispose]: () => this.#deliveries.close() };
    await this.#prepare(signal);
    const reportFile = this.#reportFile;
    const loops: Loop[] = [
      { name: "beat", run: (signal) => this.#beats.run(signal) },
      { name: "poll", run: (signal) => this.#polls.run(signal) },
      { name: "wake", run: (signal) => this.#wakes.run(signal) },
      { name: "notify", run: (signal) => this.#notes.run(signal) },
    ];
    if (reportFile !== undefined) {
      loops.push({ name: "report", run: (signal) => reportFile.run(signal) });
    }
    await supervise(loops, { signal, log: this.#log, clock: this.#clock });
    await this.#secret.settled();
  }

  /**
   * Does one beat, one poll and its deliveries.
   *
   * @param signal Gives up.
   * @returns The exit code: of the first thing that failed.
   * @throws {InputError} Another sidecar writes to the same results file.
   * @throws The signal's reason, when it aborts.
   */
  async once(signal: AbortSignal): Promise<ExitCode> {
    using _deliveries = { [Symbol.dispose]: () => this.#deliveries.close() };
    await this.#prepare(signal);
    const beat = await this.#beats.beat(signal);
    await this.#secret.settled();
    if (isUnreachable(beat)) return exitCodeFor(beat.kind);
    const poll = await this.#polls.poll(signal, { grace: false });
    const [woken] = await Promise.all([this.#wakes.once(signal), this.#notes.drain(signal)]);
    for (const { kind } of [beat, poll.outcome]) {
      if (exitCodeFor(kind) !== EXIT_CODE.fine) return exitCodeFor(kind);
    }
    if (poll.failedToWrite) return EXIT_CODE.resultsFile;
    return woken ? EXIT_CODE.fine : EXIT_CODE.tryAgain;
  }

  /**
   * Finds out whether another sidecar is there, before the platform hears of two, and what the agent
   * says: a first beat without that would clear what the platform knows. Whatever else stands in
   * the way is tried again, and told of, by the loops.
   */
  async #prepare(signal: AbortSignal): Promise<void> {
    learnSavedSecret(this.#configsDir, this.#secrets); // not waited for: no file may delay a beat
    let busy: WriterBusyError | undefined;
    const opened = this.#deliveries.open().catch((error: unknown) => {
      if (error instanceof WriterBusyError) busy = error;
    });
    const reported = this.#reportFile?.settle(signal).catch(() => {}); // its loop tells of it
    await settlesWithin(Promise.all([opened, reported]), DISK_PATIENCE_MS);
    if (busy !== undefined) throw new InputError(busy.message, EXIT_CODE.resultsFile);
  }
}

/** The client that tells nobody who the workspace is. */
export function plainSender(options: PlatformOptions): Sender {
  return new PlatformClient(options);
}

/**
 * The client that proves who the workspace is.
 *
 * @param options Where the platform is, and where the token.
 * @param parts What hides the token, and where to log.
 */
export function authorizedSender(
  options: PlatformOptions & Pick<CompleteOptions, "configsDir" | "token">,
  { secrets, log }: { readonly secrets: Secrets; readonly log: Log },
): Sender {
  const tokens = new TokenStore({
    file: tokenFile(options.configsDir),
    environmentToken: options.token,
    secrets,
    log,
  });
  return new AuthorizedClient(plainSender(options), new PromptTokens(tokens, { log }));
}

/**
 * Learns the inbound secret that a former run has saved, so that no log line can show it before
 * the platform hands it out again.
 *
 * Requires `--allow-read` for its file, or learns nothing.
 *
 * @param configsDir The folder it is in.
 * @param secrets What learns it.
 */
export async function learnSavedSecret(configsDir: string, secrets: Secrets): Promise<void> {
  const text = await savedSecret(inboundSecretFile(configsDir));
  if (text !== undefined) secrets.add(text.trim());
}

/** What deliveries are made of. */
function deliveryParts(options: CompleteOptions, log: Log): {
  readonly journal: Journal;
  readonly lock: WriterLock | undefined;
  readonly output: FileResults | StdoutResults;
} {
  const { resultsFile: path, resultsMode: mode, workspaceId } = options;
  if (path === "-") {
    const journal = new Journal({ file: undefined, workspaceId, log });
    return { journal, lock: undefined, output: new StdoutResults() };
  }
  const files = resultsFiles(path);
  const holder = `workspace ${workspaceId}`;
  return {
    journal: new Journal({ file: files.journal, workspaceId, log }),
    lock: new WriterLock({ file: files.lock, name: `'${path}'`, holder, log }),
    output: new FileResults(path, { mode }),
  };
}
