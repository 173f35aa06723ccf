import {
  Deliveries,
  type DeliveriesOptions,
  FileResults,
  Journal,
  WriterLock,
} from "../../lib/delegations/mod.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { systemClock } from "../../lib/clock.ts";
import type { Result } from "../../lib/delegations/result.ts";
import { makeTempDir, recordingLog } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { exampleResult, OWN_ID } from "./_examples.ts";

/** Deliveries, with what they have passed on. */
export interface MadeDeliveries extends Disposable {
  readonly deliveries: Deliveries;
  /** The ids of each batch that the agent was to be woken for. */
  readonly unwoken: string[][];
  /** The ids of each batch that the user was to be told of. */
  readonly unnotified: string[][];
  /** The log's lines at a level, so far. */
  lines(level: "DEBUG" | "INFO" | "WARN" | "ERROR"): string[];
}

/** Options of {@linkcode makeDeliveries}. */
export type MakeDeliveriesOptions = Partial<DeliveriesOptions> & {
  /**
   * Whose journal it is.
   *
   * @default {OWN_ID}
   */
  readonly workspaceId?: string;
};

/** Makes deliveries to a results file as the sidecar does; disposing of them unlocks it. */
export function makeDeliveries(
  path: string,
  { workspaceId = OWN_ID, ...options }: MakeDeliveriesOptions = {},
): MadeDeliveries {
  const recorded = recordingLog();
  const { log = recorded.log } = options;
  const files = resultsFiles(path);
  const unwoken: string[][] = [];
  const unnotified: string[][] = [];
  const deliveries = new Deliveries({
    output: new FileResults(path),
    journal: new Journal({ file: files.journal, workspaceId, log }),
    lock: new WriterLock({
      file: files.lock,
      name: `'${path}'`,
      holder: `workspace ${workspaceId}`,
      log,
    }),
    maxBytes: 64 * 1024 * 1024,
    replayMaxAgeMs: 24 * 3600 * 1000,
    onUnwoken: (results) => unwoken.push(results.map(({ delegationId }) => delegationId)),
    onUnnotified: (results) => unnotified.push(results.map(({ delegationId }) => delegationId)),
    clock: systemClock,
    log,
    ...options,
  });
  return {
    deliveries,
    unwoken,
    unnotified,
    lines: (level) =>
      recorded.lines.filter((line) => line.level === level).map(({ message }) => message),
    [Symbol.dispose]: () => deliveries.close(),
  };
}

/** Results of today, by id. */
export function results(...ids: string[]): Result[] {
  return ids.map((delegationId) => exampleResult({ delegationId, changedAt: undefined }));
}

/** A results file, and the processes that write it, one after the other. */
export async function withResultsFile(
  work: (file: {
    readonly path: string;
    /** Starts as a new process would. */
    start(options?: MakeDeliveriesOptions): MadeDeliveries;
    /** What the agent takes now, by id. */
    consumed(): unknown[];
  }) => Promise<void>,
): Promise<void> {
  await using dir = await makeTempDir();
  using started = new DisposableStack();
  const path = `${dir.path}/results.jsonl`;
  await work({
    path,
    start: (options) => started.use(makeDeliveries(path, options)),
    consumed: () => consumeResults(path).records.map(({ delegation_id }) => delegation_id),
  });
}
