import {
  AuthorizedClient,
  IssuedToken,
  PromptTokens,
  type TokenSource,
  TokenStore,
} from "../../lib/auth/mod.ts";
import { type Log, Secrets } from "../../lib/log/mod.ts";
import {
  Contact,
  type Outcome,
  type OutcomeKind,
  PlatformClient,
  type PlatformRequest,
  type Sender,
} from "../../lib/platform/mod.ts";
import {
  PresenceLoop,
  Registration,
  type RegistrationResult,
  type RegistrationSettings,
} from "../../lib/presence/mod.ts";
import { ALONE } from "../../lib/sharing.ts";
import type { TurnTaking } from "../../lib/turns.ts";
import type { Vitals } from "../../lib/vitals/mod.ts";
import type { DevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeTempDir, ManualClock, patient, recordingLog } from "../support/mod.ts";

/** What is asked of the platform, by the last word of the path, or "workspace". */
export type Asked = "workspace" | "register" | "state" | "heartbeat";

/** Remembers what was asked of the platform, in order. */
export class RecordingSender implements Sender {
  readonly #sender: Sender;
  readonly #sent: Asked[] = [];
  readonly #ended: Asked[] = [];
  #watchers: (() => void)[] = [];

  /** @param sender What sends. */
  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** What was asked so far. */
  get sent(): readonly Asked[] {
    return this.#sent;
  }

  /** How often something was asked so far. */
  count(name: Asked): number {
    return this.#sent.filter((sent) => sent === name).length;
  }

  /** @inheritdoc */
  async send(request: PlatformRequest, options: { signal: AbortSignal }): Promise<Outcome> {
    const last = request.path.split("/").at(-1);
    const name = NAMES.find((name) => name === last) ?? "workspace";
    this.#sent.push(name);
    try {
      return await this.#sender.send(request, options);
    } finally {
      this.#ended.push(name);
      const watchers = this.#watchers;
      this.#watchers = [];
      for (const watcher of watchers) watcher();
    }
  }

  /** Resolves when so many requests of a kind have ended, and what they led to at once is done. */
  async ended(name: Asked, count = 1): Promise<void> {
    while (this.#ended.filter((ended) => ended === name).length < count) {
      const change = Promise.withResolvers<void>();
      this.#watchers.push(change.resolve);
      await patient(change.promise);
    }
    await turn();
  }
}

const NAMES: readonly Asked[] = ["register", "state", "heartbeat"];

/** Lets everything happen that waits for nothing. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

/** Options of {@linkcode makePresence}. */
export interface PresenceOptions {
  /** The workspace's id; by default of a new one of the platform, which has no token. */
  readonly workspaceId?: string;
  /**
   * How it is registered.
   *
   * @default {"off"}
   */
  readonly mode?: "push" | "poll" | "off";
  /** What else is said of the agent. */
  readonly settings?: Partial<RegistrationSettings>;
  /** The token in the environment. */
  readonly token?: string | undefined;
  readonly waitsForRestore?: boolean;
  /**
   * Milliseconds between beats.
   *
   * @default {30_000}
   */
  readonly intervalMs?: number;
  /** A random number in [0, 1); by default in the middle. */
  readonly random?: number;
  /** What says whether there is a token; by default what says which. */
  readonly source?: TokenSource;
  /** Lets it use the disk; by default at once. */
  readonly disk?: TurnTaking;
  /** Resolves when so many requests may be sent; by default at once. */
  readonly pace?: (requests: number, signal: AbortSignal) => Promise<void>;
  /** What is told whether the workspace is there. */
  readonly vitals?: Vitals;
}

/** Everything that watches over a workspace, and nothing that beats. */
export interface Presence extends AsyncDisposable {
  readonly loop: PresenceLoop;
  readonly registration: Registration;
  readonly issuedToken: IssuedToken;
  readonly tokens: TokenStore;
  /** What proves who the workspace is. */
  readonly source: TokenSource;
  /** The folder of the token file. */
  readonly dir: string;
  readonly sender: RecordingSender;
  readonly contact: Contact;
  readonly clock: ManualClock;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly lines: readonly { readonly level: string; readonly message: string }[];
  /** The answers to registrations. */
  readonly answers: readonly unknown[];
  /** How often it was told that the workspace was removed. */
  readonly removals: () => number;
  /** Never aborts. */
  readonly signal: AbortSignal;
  /** Tells the loop of beats that have ended so. */
  beat(kind?: OutcomeKind, times?: number): void;
  /** Prepares, and registers once, without the loop. */
  register(signal?: AbortSignal): Promise<RegistrationResult>;
  /** Starts the loop; disposing of what it belongs to ends it. */
  start(): void;
  /** Waits until the loop sleeps, lets it sleep to the end, and gives how long that was, in seconds. */
  sleepOver(): Promise<number>;
  /** Lines that are for people, as "LEVEL message". */
  told(): string[];
}

/** Makes a presence against a real development platform, under a clock that only the test turns. */
export async function makePresence(
  platform: DevPlatform,
  options: PresenceOptions = {},
): Promise<Presence> {
  const dir = await makeTempDir();
  const { mode = "off", intervalMs = 30_000, random = 0.5, settings } = options;
  const { disk, pace } = { ...ALONE, ...options };
  const workspaceId = options.workspaceId ?? platform.addWorkspace({ token: null }).id;
  const file = `${dir.path}/.auth_token`;
  const { log, lines } = recordingLog();
  const secrets = new Secrets();
  const clock = new ManualClock();
  const contact = new Contact();
  const tokens = new TokenStore({ file, environmentToken: options.token, secrets, log });
  const client = new PlatformClient({ platformUrl: platform.url });
  const source = new PromptTokens(tokens, { log });
  const sender = new RecordingSender(new AuthorizedClient(client, source));
  const issuedToken = new IssuedToken({
    file,
    store: tokens,
    source: options.source ?? source,
    disk,
    log,
    clock,
  });
  const answers: unknown[] = [];
  const registration = new Registration({
    workspaceId,
    mode: mode === "off" ? "poll" : mode,
    agentCardFile: `${dir.path}/agent_card.json`,
    isAgentCardNamed: false,
    ...settings,
    sender,
    token: issuedToken,
    disk,
    onAccepted: (answer) => answers.push(answer),
    clock,
  });
  let removals = 0;
  const loop = new PresenceLoop({
    workspaceId,
    intervalMs,
    sender,
    pace,
    contact,
    registration: mode === "off" ? undefined : registration,
    waitsForRestore: options.waitsForRestore ?? false,
    onRemoved: () => removals++,
    ...(options.vitals !== undefined && { vitals: options.vitals }),
    log,
    clock,
    random: () => random,
  });
  const { signal: never } = new AbortController();
  const end = new AbortController();
  let running: Promise<void> | undefined;
  return {
    loop,
    registration,
    issuedToken,
    tokens,
    source,
    dir: dir.path,
    sender,
    contact,
    clock,
    secrets,
    log,
    lines,
    answers,
    removals: () => removals,
    signal: never,
    beat(kind = "ok", times = 1) {
      for (let n = 0; n < times; n++) {
        loop.beatEnded({ kind, body: undefined, detail: `a beat that is ${kind}` });
      }
    },
    async register(signal = never) {
      const prepared = await registration.prepare();
      return prepared.kind === "failed" ? prepared : await registration.register(prepared, signal);
    },
    async sleepOver() {
      const [wait = NaN] = await clock.sleeping();
      clock.advance(wait);
      return wait / 1000;
    },
    start() {
      running = loop.run(end.signal).catch((error) => {
        if (!end.signal.aborted) throw error;
      });
    },
    told: () =>
      lines.filter(({ level }) => level !== "DEBUG")
        .map(({ level, message }) => `${level} ${message}`),
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
      await issuedToken.settled();
      await dir[Symbol.asyncDispose]();
    },
  };
}
