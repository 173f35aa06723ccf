import { BeatLoop } from "../../lib/beat/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { Contact, PlatformClient, type Sender } from "../../lib/platform/mod.ts";
import { Report } from "../../lib/report/mod.ts";
import type { DevPlatform } from "../../scripts/dev_platform/mod.ts";
import { ManualClock, recordingLog } from "../support/mod.ts";

/** Options of {@linkcode startBeating}. */
export interface BeatingOptions {
  /**
   * Seconds between beats.
   *
   * @default {30}
   */
  readonly intervalSeconds?: number;
  /**
   * When the second beat comes, as a part of the interval; undefined for anywhere.
   *
   * @default {1}
   */
  readonly place?: number | undefined;
  /** Random numbers in [0, 1), one after another and again; by default in the middle: no jitter. */
  readonly randoms?: readonly number[];
  /** Makes what sends out of the plain client. */
  readonly sender?: (client: Sender, clock: ManualClock) => Sender;
  readonly onAccepted?: (answer: unknown) => void;
  /** The report, with something in it before the first beat. */
  readonly report?: Report;
}

/**
 * Starts a loop that beats against a real development platform, under a clock that only the test
 * turns; disposing ends the loop.
 *
 * @param platform The platform; the workspace on it has no token, so that none is needed.
 * @param options How to beat.
 */
export function startBeating(platform: DevPlatform, options: BeatingOptions = {}) {
  const { intervalSeconds = 30, randoms = [0.5], report = new Report() } = options;
  const { place } = { place: 1, ...options };
  const workspace = platform.addWorkspace({ token: null, inboundSecret: "inbound-secret" });
  const clock = new ManualClock();
  const contact = new Contact();
  const { log, lines } = recordingLog();
  const client = new PlatformClient({ platformUrl: platform.url });
  const sender = options.sender?.(client, clock) ?? client;
  /** When attempts began, in seconds. */
  const attempts: number[] = [];
  let draws = 0;
  const loop = new BeatLoop({
    workspaceId: workspace.id,
    intervalMs: intervalSeconds * 1000,
    ...(place !== undefined && { place }),
    sender: {
      send(request, sending) {
        attempts.push(clock.now() / 1000);
        return sender.send(request, sending);
      },
    },
    report,
    secrets: new Secrets(),
    contact,
    onAccepted: options.onAccepted ?? (() => {}),
    log,
    clock,
    random: () => randoms[draws++ % randoms.length] ?? 0.5,
  });
  const end = new AbortController();
  const running = loop.run(end.signal).catch((error) => {
    if (!end.signal.aborted) throw error;
  });
  return {
    workspace,
    report,
    clock,
    contact,
    lines,
    attempts,
    running,
    signal: end.signal,
    stop: () => end.abort(),
    /** Resolves when the loop sleeps, with how long it is going to, in seconds. */
    async asleep(): Promise<number> {
      const [wait = NaN] = await clock.sleeping();
      return wait / 1000;
    },
    /** Changes the report, and lets the loop notice. */
    async tell(change: (report: Report) => void): Promise<void> {
      change(report);
      await new Promise((resolve) => setTimeout(resolve));
    },
    /** Lets the loop sleep to the end and make its next attempt; gives the length, in seconds. */
    async next(): Promise<number> {
      const [wait = NaN] = await clock.sleeping();
      clock.advance(wait);
      await clock.sleeping();
      return wait / 1000;
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
    },
  };
}
