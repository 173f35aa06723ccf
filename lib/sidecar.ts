import { BeatLoop } from "./beat/mod.ts";
import { type Clock, settlesWithin, systemClock } from "./clock.ts";
import { InputError } from "./config/mod.ts";
import {
  ActivityPoll,
  Deliveries,
  NotifyLoop,
  Parent,
  PollLoop,
  resultKey,
  WakeLoop,
  WriterBusyError,
} from "./delegations/mod.ts";
import { type IssuedToken, PromptTokens } from "./auth/mod.ts";
import { EXIT_CODE, type ExitCode, exitCodeFor } from "./exit_code.ts";
import { mayRead } from "./grants.ts";
import { createLog, type Log, Secrets } from "./log/mod.ts";
import { inboundSecretFile, tokenFile } from "./permissions.ts";
import { Contact, isUnreachable, pacedSender } from "./platform/mod.ts";
import { PresenceLoop } from "./presence/mod.ts";
import { Report, ReportFile } from "./report/mod.ts";
import { InboundSecret } from "./secrets/mod.ts";
import { ownPlaces } from "./schedule.ts";
import { ALONE } from "./sharing.ts";
import { completeOptions, type SidecarOptions } from "./sidecar_options.ts";
import {
  authorizedSender,
  deliveryParts,
  gauges,
  learnSavedSecret,
  registrationParts,
  statusFile,
  tokenStore,
  wakingParts,
} from "./sidecar_parts.ts";
import { type Loop, supervise } from "./supervise.ts";
import { endingOf } from "./status/mod.ts";
import type { StatusFile } from "./status_file.ts";
import type { TurnTaking } from "./turns.ts";
import { Vitals } from "./vitals/mod.ts";

/** Beats are not more often than every 5 s, and polls are between them: each does not need its own look. */
const TOKEN_GOOD_FOR_MS = 10_000;
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
  /**
   * What happens to it, for the commands to show.
   *
   * @internal
   */
  readonly vitals: Vitals;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #secrets: Secrets;
  readonly #configsDir: string;
  readonly #disk: TurnTaking;
  readonly #secret: InboundSecret;
  readonly #issuedToken: IssuedToken;
  readonly #registers: boolean;
  readonly #presence: PresenceLoop;
  readonly #beats: BeatLoop;
  readonly #reportFile: ReportFile | undefined;
  readonly #deliveries: Deliveries;
  readonly #polls: PollLoop;
  readonly #wakes: WakeLoop;
  readonly #notes: NotifyLoop;
  readonly #status: StatusFile | undefined;
  #isRunning = false;
  #stop = () => {};

  /**
   * Makes the sidecar; it does nothing yet.
   *
   * @param options Which workspace, which platform, and where things are.
   * @throws {TypeError} An option is not allowed, or a proxy would read the token.
   */
  constructor(options: SidecarOptions) {
    const { clock = systemClock, random = Math.random } = options;
    const { secrets = new Secrets(), sharing = ALONE } = options;
    const { disk, pace, tokenDisk } = sharing;
    const { log = createLog({ level: "info", format: "text", secrets }).log } = options;
    const complete = completeOptions(options);
    const { configsDir, reportFile, reportMaxAgeSeconds, workspaceId } = complete;
    const intervalMs = complete.intervalSeconds * 1000;
    const contact = new Contact();
    const places = ownPlaces(random(), sharing.slot);
    const store = tokenStore(complete, { secrets, log });
    const source = new PromptTokens(store, {
      goodForMs: TOKEN_GOOD_FOR_MS,
      disk: tokenDisk,
      log,
      clock,
    });
    const sender = authorizedSender(complete, source);
    this.vitals = new Vitals({ gauges: () => gauges(this.#deliveries, store), clock });
    this.#status = statusFile(complete, { vitals: this.vitals, secrets, disk, log, clock });
    const common = { workspaceId, sender, contact, vitals: this.vitals, log, clock, random };
    this.#log = log;
    this.#clock = clock;
    this.#secrets = secrets;
    this.#configsDir = configsDir;
    const file = inboundSecretFile(configsDir);
    this.#secret = new InboundSecret({ file, secrets, disk, log, clock });
    this.#disk = disk;
    const { issuedToken, registration } = registrationParts(complete, {
      ...common,
      store,
      source,
      disk,
      onAccepted: (answer) => this.#secret.offer(answer),
    });
    this.#issuedToken = issuedToken;
    this.#registers = registration !== undefined;
    this.#presence = new PresenceLoop({
      ...common,
      pace,
      intervalMs,
      registration,
      waitsForRestore: complete.waitsForRestore,
      onRemoved: () => this.#stop(),
    });
    this.#beats = new BeatLoop({
      ...common,
      intervalMs,
      place: places.beat,
      report: this.report,
      secrets,
      onAccepted: (answer) => this.#secret.offer(answer),
      watch: {
        allowed: (signal) => this.#presence.allowed(signal),
        beatEnded: (outcome) => {
          this.#presence.beatEnded(outcome);
          issuedToken.retry();
        },
      },
    });
    // Where it is not granted, nobody can report there.
    this.#reportFile = mayRead(reportFile)
      ? new ReportFile({
        file: reportFile,
        maxAgeMs: reportMaxAgeSeconds * 1000,
        report: this.report,
        sharing,
        log,
        clock,
      })
      : undefined;
    const parts = deliveryParts(complete, log);
    const { journal, lock, output } = parts;
    this.#wakes = new WakeLoop({
      ...common,
      ...wakingParts(parts, disk),
      wakesPerHour: complete.wakesPerHour,
      parent: new Parent(common),
      wakesBefore: () => journal.state.wakes,
      onWake: () => this.#deliveries.note([{ wakes: [Date.now()] }]),
      onWoken: (results) => this.#deliveries.note([{ woken: results.map(resultKey) }]),
    });
    this.#notes = new NotifyLoop({
      ...common,
      mode: complete.notify,
      onNotify: (results) => this.#deliveries.note([{ notified: results.map(resultKey) }]),
    });
    this.#deliveries = new Deliveries({
      output,
      journal,
      lock,
      maxBytes: complete.resultsMaxBytes,
      replayMaxAgeMs: complete.replayMaxAgeSeconds * 1000,
      sharing,
      vitals: this.vitals,
      onUnwoken: (results) => this.#wakes.add(results),
      onUnnotified: (results) => this.#notes.add(results),
      log,
      clock,
    });
    const { pollIntervalSeconds = complete.intervalSeconds, pollPhase = places.poll } = sharing;
    const polling = {
      ...common,
      sender: pacedSender(sender, pace),
      deliveries: this.#deliveries,
    };
    this.#polls = new PollLoop({
      ...polling,
      intervalMs: pollIntervalSeconds * 1000,
      phase: pollPhase,
      activity: complete.usesActivity ? new ActivityPoll(polling) : undefined,
      onRefused: () => this.#presence.refused(),
    });
  }

  /**
   * Runs until the signal aborts, or the workspace is removed; an append that is under way is
   * finished first.
   *
   * @param signal Ends it.
   * @returns `notAllowed` when the workspace was removed, `unexpected` when the token that the platform
   * has issued could not be saved, else `fine`.
   * @throws {InputError} Another sidecar writes to the same results file.
   * @throws {TypeError} It is running already.
   */
  async run(signal: AbortSignal): Promise<ExitCode> {
    if (this.#isRunning) throw new TypeError("Cannot run the sidecar: it is running already");
    this.#isRunning = true;
    using _running = { [Symbol.dispose]: () => this.#isRunning = false };
    using _deliveries = { [Symbol.dispose]: () => this.#deliveries.close() };
    const end = new AbortController();
    const onAbort = () => end.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    using _signal = {
      [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort),
    };
    let wasRemoved = false;
    this.#stop = () => {
      wasRemoved = true;
      end.abort();
    };
    await this.#prepare(end.signal);
    const loops: Loop[] = [
      { name: "beat", run: (signal) => this.#beats.run(signal) },
      { name: "presence", run: (signal) => this.#presence.run(signal) },
      { name: "poll", run: (signal) => this.#polls.run(signal) },
      { name: "wake", run: (signal) => this.#wakes.run(signal) },
      { name: "notify", run: (signal) => this.#notes.run(signal) },
    ];
    const files = [["report", this.#reportFile], ["status", this.#status]] as const;
    for (const [name, file] of files) {
      if (file !== undefined) loops.push({ name, run: (signal) => file.run(signal) });
    }
    await supervise(loops, { signal: end.signal, log: this.#log, clock: this.#clock });
    const isSaved = await this.#settled();
    const code = wasRemoved ? EXIT_CODE.notAllowed : isSaved ? EXIT_CODE.fine : this.#tokenLost();
    await this.#status?.end(endingOf(code));
    return code;
  }

  /**
   * Does one beat, one poll and its deliveries; before that it registers the workspace, if it is to.
   *
   * @param signal Gives up.
   * @returns The exit code: `unexpected` when the token that the platform has issued could not be saved,
   * else that of the first thing that failed.
   * @throws {InputError} Another sidecar writes to the same results file.
   * @throws The signal's reason, when it aborts.
   */
  async once(signal: AbortSignal): Promise<ExitCode> {
    let code: ExitCode;
    try {
      using _deliveries = { [Symbol.dispose]: () => this.#deliveries.close() };
      code = await this.#turn(signal);
    } catch (error) {
      await this.#settled();
      throw error;
    }
    const exitCode = await this.#settled() ? code : this.#tokenLost();
    await this.#status?.end({ exitCode, reason: "it was to do a single turn", wasOnce: true });
    return exitCode;
  }

  /** One look and registration, one beat, one poll and its deliveries. */
  async #turn(signal: AbortSignal): Promise<ExitCode> {
    await this.#prepare(signal);
    const found = this.#registers ? await this.#presence.once(signal) : undefined;
    const registered = presenceCode(found);
    if (found === "removed" || registered === EXIT_CODE.unreachable) return registered;
    const beat = await this.#beats.beat(signal);
    // Beats go first, and no other beat will tell that there is room for more than them.
    if (isUnreachable(beat) || beat.kind === "rate_limited") return exitCodeFor(beat.kind);
    const poll = await this.#polls.poll(signal, { grace: false });
    const isRefused = poll.outcome.kind === "unauthorized";
    if (isRefused && !this.#registers) await this.#presence.once(signal); // it says why
    const [woken] = await Promise.all([this.#wakes.once(signal), this.#notes.drain(signal)]);
    for (const code of [registered, exitCodeFor(beat.kind), exitCodeFor(poll.outcome.kind)]) {
      if (code !== EXIT_CODE.fine) return code;
    }
    if (poll.failedToWrite) return EXIT_CODE.resultsFile;
    return woken ? EXIT_CODE.fine : EXIT_CODE.tryAgain;
  }

  /** Saves what is not saved yet; resolves when that has ended, with whether the token is saved. */
  async #settled(): Promise<boolean> {
    this.#issuedToken.retry();
    const [isSaved] = await Promise.all([this.#issuedToken.settled(), this.#secret.settled()]);
    return isSaved;
  }

  /** Who ends with an unsaved token has lost it. */
  #tokenLost(): ExitCode {
    this.#log.error(
      "The token that the platform has issued could not be saved, and is lost: make another in the " +
        `workspace's settings on the platform, and put it into '${tokenFile(this.#configsDir)}'`,
    );
    return EXIT_CODE.unexpected;
  }

  /**
   * Finds out whether another sidecar is there, before the platform hears of two, and what the agent
   * says: a first beat without that would clear what the platform knows. Whatever else stands in
   * the way is tried again, and told of, by the loops.
   */
  async #prepare(signal: AbortSignal): Promise<void> {
    // Not waited for: no file may delay a beat.
    this.#disk.take(() => learnSavedSecret(this.#configsDir, this.#secrets));
    let busy: WriterBusyError | undefined;
    const opened = this.#deliveries.open().catch((error: unknown) => {
      if (error instanceof WriterBusyError) busy = error;
    });
    const reported = this.#reportFile?.settle(signal).catch(() => {}); // its loop tells of it
    await settlesWithin(Promise.all([opened, reported]), DISK_PATIENCE_MS);
    if (busy !== undefined) throw new InputError(busy.message, EXIT_CODE.resultsFile);
  }
}

/** What a look at the workspace ends a single turn with. */
function presenceCode(found: Awaited<ReturnType<PresenceLoop["once"]>>): ExitCode {
  if (found === undefined) return EXIT_CODE.fine;
  if (found === "removed") return EXIT_CODE.notAllowed;
  if (typeof found === "number") return found;
  return found.kind === "rejected" ? EXIT_CODE.configuration : exitCodeFor(found.kind);
}
