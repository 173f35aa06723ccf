import { Logger } from "@std/log/logger";
import { BeatLoop } from "../../lib/beat/mod.ts";
import type { Clock } from "../../lib/clock.ts";
import { Journal, PollLoop } from "../../lib/delegations/mod.ts";
import { type Log, Secrets } from "../../lib/log/mod.ts";
import { Contact, registerRequest, type Sender } from "../../lib/platform/mod.ts";
import { PresenceLoop, type PresenceLoopOptions } from "../../lib/presence/mod.ts";
import { Report } from "../../lib/report/mod.ts";
import { ownPlaces } from "../../lib/schedule.ts";

/** Options of {@linkcode runLoops}. */
export interface WorkspaceLoopsOptions {
  readonly workspaceId: string;
  readonly intervalMs: number;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Nobody reads what 10 000 workspaces have to say. */
const log: Log = new Logger("", "CRITICAL", { handlers: [] });
/** There are no results to deliver, and so nothing to remember. */
const journal = new Journal({ file: undefined, workspaceId: "", log });
const deliveries = {
  journal,
  openings: 0,
  deliverListing: () => Promise.resolve(true),
  has: () => false,
  hold: () => Promise.resolve(),
  note: () => Promise.resolve(),
};

/** Registers a workspace that has a token, and whose agent card is on no disk. */
function registrationBy(sender: Sender): PresenceLoopOptions["registration"] {
  return {
    hasToken: () => Promise.resolve(true),
    prepare: () =>
      Promise.resolve({ kind: "prepared", body: {}, hasToken: true, obstacle: undefined }),
    async register({ body }, signal) {
      const outcome = await sender.send(registerRequest(body), { signal });
      return outcome.kind === "ok"
        ? { kind: "registered", hasNewToken: false }
        : { kind: "failed", message: outcome.detail, cause: outcome };
    },
  };
}

/**
 * Runs the loops of one workspace's sidecar that talk to the platform by themselves, as `Sidecar`
 * wires them, until the signal aborts.
 *
 * @param options What they are given.
 * @param signal Ends them.
 */
export async function runLoops(options: WorkspaceLoopsOptions, signal: AbortSignal): Promise<void> {
  const common = { ...options, contact: new Contact(), log };
  const places = ownPlaces(options.random());
  const presence = new PresenceLoop({
    ...common,
    registration: registrationBy(options.sender),
    waitsForRestore: false,
    onRemoved: () => {},
  });
  const beats = new BeatLoop({
    ...common,
    place: places.beat,
    report: new Report(),
    secrets: new Secrets(),
    watch: presence,
    onAccepted: () => {},
  });
  const polls = new PollLoop({ ...common, phase: places.poll, deliveries });
  await Promise.all([beats, presence, polls].map((loop) => loop.run(signal)));
}
