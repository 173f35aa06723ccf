import { AuthorizedClient, PromptTokens, TokenStore } from "./auth/mod.ts";
import { BeatLoop } from "./beat/mod.ts";
import { type Clock, settlesWithin, systemClock } from "./clock.ts";
import { InputError, type Settings } from "./config/mod.ts";
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
import type { Log, Secrets } from "./log/mod.ts";
import { inboundSecretFile, resultsFiles, tokenFile } from "./permissions.ts";
import { Contact, isUnreachable, PlatformClient, type Sender } from "./platform/mod.ts";
import { Report } from "./report/mod.ts";
import { InboundSecret, savedSecret } from "./secrets/mod.ts";
import { supervise } from "./supervise.ts";

/** Options of {@linkcode Sidecar}. */
export interface SidecarOptions {
  readonly settings: Settings;
  /** What may never appear in a log line. */
  readonly secrets: Secrets;
  readonly log: Log;
  /**
   * Where time comes from.
   *
   * @default {systemClock}
   */
  readonly clock?: Clock;
}

/** The first beat waits for no disk: only so long for news of another sidecar. */
const LOCK_PATIENCE_MS = 1000;

/**
 * The whole sidecar: beats, polls, wakes and notes, each in its own loop, none in another's way.
 *
 * Requires `--allow-net` for the platform, `--allow-read` and `--allow-write` for the results file,
 * the token file and the inbound secret.
 */
export class Sidecar {
  /** What the agent reports about itself; every beat carries it. */
  readonly report: Report = new Report();
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #secret: InboundSecret;
  readonly #beats: BeatLoop;
  readonly #deliveries: Deliveries;
  readonly #polls: PollLoop;
  readonly #wakes: WakeLoop;
  readonly #notes: NotifyLoop;

  /** @param options The settings, and where to log. */
  constructor(options: SidecarOptions) {
    const { log, secrets, settings, clock = systemClock } = options;
    const workspaceId = settings.workspaceId.value;
    const intervalMs = settings.intervalSeconds.value * 1000;
    const contact = new Contact();
    const common = { workspaceId, sender: authorizedSender(options), contact, log, clock };
    this.#log = log;
    this.#clock = clock;
    this.#secret = new InboundSecret({
      file: inboundSecretFile(settings.configsDir.value),
      secrets,
      log,
      clock,
    });
    this.#beats = new BeatLoop({
      ...common,
      intervalMs,
      report: this.report,
      onAccepted: (answer) => this.#secret.offer(answer),
    });
    const { journal, lock, output } = deliveryParts(settings, log);
    this.#wakes = new WakeLoop({
      ...common,
      output,
      parent: new Parent(common),
      onWoken: (results) => journal.note([{ woken: results.map(resultKey) }]),
    });
    this.#notes = new NotifyLoop({
      ...common,
      mode: settings.notify.value,
      onNotify: (results) => journal.note([{ notified: results.map(resultKey) }]),
    });
    this.#deliveries = new Deliveries({
      output,
      journal,
      lock,
      maxBytes: settings.resultsMaxBytes.value,
      replayMaxAgeMs: settings.replayMaxAgeSeconds.value * 1000,
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
   */
  async run(signal: AbortSignal): Promise<void> {
    using _deliveries = { [Symbol.dispose]: () => this.#deliveries.close() };
    await this.#openDeliveries();
    const loops = [
      { name: "beat", run: (signal: AbortSignal) => this.#beats.run(signal) },
      { name: "poll", run: (signal: AbortSignal) => this.#polls.run(signal) },
      { name: "wake", run: (signal: AbortSignal) => this.#wakes.run(signal) },
      { name: "notify", run: (signal: AbortSignal) => this.#notes.run(signal) },
    ];
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
    await this.#openDeliveries();
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
   * Finds out whether another sidecar is there, before the platform hears of two. Whatever else
   * stands in the way is tried again, and told of, by the polls.
   */
  async #openDeliveries(): Promise<void> {
    let busy: WriterBusyError | undefined;
    const opened = this.#deliveries.open().catch((error: unknown) => {
      if (error instanceof WriterBusyError) busy = error;
    });
    await settlesWithin(opened, LOCK_PATIENCE_MS);
    if (busy !== undefined) throw new InputError(busy.message, EXIT_CODE.resultsFile);
  }
}

/** The client that tells nobody who the workspace is, as the settings say it. */
export function plainSender(settings: Settings): Sender {
  return new PlatformClient({
    platformUrl: settings.platformUrl.value,
    sendsOrigin: settings.sendsOrigin.value,
    orgId: settings.orgId.value,
  });
}

/**
 * The client that proves who the workspace is, as the settings say it.
 *
 * @param options The settings, and where to log.
 */
export function authorizedSender(options: SidecarOptions): Sender {
  const { log, secrets, settings } = options;
  const tokens = new TokenStore({
    file: tokenFile(settings.configsDir.value),
    environmentToken: settings.environmentToken.value,
    secrets,
    log,
  });
  return new AuthorizedClient(plainSender(settings), new PromptTokens(tokens, { log }));
}

/**
 * Learns the inbound secret that a former run has saved, so that no log line can show it before
 * the platform hands it out again.
 *
 * Requires `--allow-read` for its file, or learns nothing.
 *
 * @param settings The settings, which say where it is.
 * @param secrets What learns it.
 */
export async function learnSavedSecret(settings: Settings, secrets: Secrets): Promise<void> {
  const text = await savedSecret(inboundSecretFile(settings.configsDir.value));
  if (text !== undefined) secrets.add(text.trim());
}

/** What deliveries are made of, as the settings say it. */
function deliveryParts(settings: Settings, log: Log): {
  readonly journal: Journal;
  readonly lock: WriterLock | undefined;
  readonly output: FileResults | StdoutResults;
} {
  const path = settings.resultsFile.value;
  const workspaceId = settings.workspaceId.value;
  if (path === "-") {
    const journal = new Journal({ file: undefined, workspaceId, log });
    return { journal, lock: undefined, output: new StdoutResults() };
  }
  const files = resultsFiles(path);
  const holder = `workspace ${workspaceId}`;
  return {
    journal: new Journal({ file: files.journal, workspaceId, log }),
    lock: new WriterLock({ file: files.lock, name: `'${path}'`, holder, log }),
    output: new FileResults(path, { mode: settings.resultsMode.value }),
  };
}
