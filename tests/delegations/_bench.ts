import { AuthorizedClient } from "../../lib/auth/mod.ts";
import { Contact, PlatformClient, type Sender } from "../../lib/platform/mod.ts";
import {
  type AddWorkspaceOptions,
  type DevPlatform,
  type DevPlatformOptions,
  type DevWorkspace,
  startDevPlatform,
} from "../../scripts/dev_platform/mod.ts";
import { type DeliveriesOptions, FileResults } from "../../lib/delegations/mod.ts";
import { makeTempDir, ManualClock, recordingLog, type TempDir } from "../support/mod.ts";
import { type MadeDeliveries, makeDeliveries } from "./_deliveries.ts";

/** What the loops of this folder need: a platform with a workspace, a log, a clock, a folder. */
export interface Bench extends AsyncDisposable {
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  readonly dir: TempDir;
  /** Where results go by default. */
  readonly resultsFile: string;
  /** The same, for all who write it or look into it in turns. */
  readonly output: FileResults;
  /** What every loop is made with. */
  readonly common: {
    readonly workspaceId: string;
    readonly sender: Sender;
    readonly contact: Contact;
    readonly log: ReturnType<typeof recordingLog>["log"];
    readonly clock: ManualClock;
    readonly random: () => number;
  };
  /** Deliveries to a results file, as the sidecar makes them; they end with the bench. */
  deliveries(path?: string, options?: Partial<DeliveriesOptions>): MadeDeliveries;
  /** The log's lines at a level, so far. */
  lines(level: "DEBUG" | "INFO" | "WARN" | "ERROR"): string[];
  /** Resolves when a request that was sent now would have been answered. */
  roundTrip(): Promise<void>;
}

/** Starts a platform with one workspace, and everything to run a loop against it. */
export async function startBench(
  { dialect, offersEtags, ...options }:
    & AddWorkspaceOptions
    & Pick<DevPlatformOptions, "dialect" | "offersEtags"> = {},
): Promise<Bench> {
  const platform = await startDevPlatform({
    ...(dialect !== undefined && { dialect }),
    ...(offersEtags !== undefined && { offersEtags }),
  });
  const dir = await makeTempDir();
  const workspace = platform.addWorkspace(options);
  const { log, lines } = recordingLog();
  const client = new PlatformClient({ platformUrl: platform.url });
  const token = () => Promise.resolve(workspace.token);
  const resultsFile = `${dir.path}/results.jsonl`;
  const clock = new ManualClock();
  const made = new DisposableStack();
  return {
    platform,
    workspace,
    dir,
    resultsFile,
    output: new FileResults(resultsFile),
    deliveries: (path = resultsFile, options = {}) =>
      made.use(makeDeliveries(path, { workspaceId: workspace.id, log, clock, ...options })),
    common: {
      workspaceId: workspace.id,
      sender: new AuthorizedClient(client, { current: token, refresh: token }),
      contact: new Contact(),
      log,
      clock,
      random: () => 0.5,
    },
    lines: (level) => lines.filter((line) => line.level === level).map(({ message }) => message),
    async roundTrip() {
      await (await fetch(`${platform.url}/health`)).text();
    },
    async [Symbol.asyncDispose]() {
      made.dispose();
      await platform.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** Long enough for a request to arrive on a busy machine, short enough to wait for. */
const SHORT_DEADLINE_MS = 500;

/** Sends like another sender, but with less patience: for answers that never come. */
export function impatient(sender: Sender): Sender {
  return {
    send: (request, options) => sender.send({ ...request, deadlineMs: SHORT_DEADLINE_MS }, options),
  };
}

/** Runs a loop; disposing of it stops it. A loop that has crashed by then makes that throw. */
export function running(run: (signal: AbortSignal) => Promise<void>): AsyncDisposable {
  const stop = new AbortController();
  const ended = run(stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  ended.catch(() => {});
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** A signal that never aborts. */
export const never: AbortSignal = new AbortController().signal;
