import fc from "fast-check";
import type { Moment } from "../../scripts/stress/killer_worker.ts";
import { canFill, canLimit } from "./_model_disk.ts";
import type { ModelBatch } from "./_model_batch.ts";
import type { ModelWorld } from "./_model_world.ts";

/** What decides which command can follow. */
export interface ModelState {
  isRunning: boolean;
  /** Rows that are listed; the platform has room for 50. */
  rows: number;
}

/** A command; a counterexample is a list of these, as text. */
export type ModelCommand = fc.AsyncCommand<ModelState, ModelWorld>;

const MOST_ROWS = 50;
const MOMENTS: readonly Moment[] = ["intended", "aside", "appended", "published"];

/** Options of {@linkcode command}. */
interface CommandOptions {
  readonly text: string;
  readonly run: (world: ModelWorld) => Promise<void> | void;
  /** Whether the sidecar must run, or must not; either by default. */
  readonly running?: boolean;
  readonly change?: (state: ModelState) => void;
  readonly check?: (state: ModelState) => boolean;
}

function command({ change, check, run, running, text }: CommandOptions): ModelCommand {
  return {
    check: (state) =>
      (running === undefined || running === state.isRunning) && (check?.(state) ?? true),
    async run(state, world) {
      change?.(state);
      await run(world);
    },
    toString: () => text,
  };
}

/** A listing of more than 8 MiB is not read. */
const WIDEST = 20_000;

const batch = fc.record({
  count: fc.integer({ min: 1, max: 5 }),
  length: fc.constantFrom(10, 4500, 20_000, 100_000),
  isWide: fc.boolean(),
}).map((batch) => ({ ...batch, isWide: batch.isWide && batch.length <= WIDEST }));
function batchText({ count, isWide, length }: ModelBatch): string {
  return `rows(${count} of ${length}${isWide ? " wide" : ""})`;
}

const rows = batch.map((batch) =>
  command({
    text: batchText(batch),
    check: (state) => state.rows + batch.count <= MOST_ROWS,
    change: (state) => state.rows += batch.count,
    run: (world) => world.show(batch),
  })
);

/** Tenths, since fast-check's fractions are mostly next to nothing. */
function milliseconds(most: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: most * 10 }).map((tenths) => tenths / 10);
}

const crash = milliseconds(25).map((afterMs) =>
  command({
    text: `crash(after ${afterMs.toFixed(1)} ms)`,
    running: true,
    change: (state) => state.isRunning = false,
    run: (world) => world.crash(afterMs),
  })
);

const crashInDelivery = fc.record({
  batch,
  moment: fc.constantFrom(...MOMENTS),
  afterMs: fc.oneof(fc.constant(0), milliseconds(2.5)),
}).map(({ afterMs, batch, moment }) =>
  command({
    text: `${batchText(batch)} and crash(${afterMs.toFixed(1)} ms after ${moment})`,
    running: true,
    check: (state) => state.rows + batch.count <= MOST_ROWS,
    change: (state) => {
      state.isRunning = false;
      state.rows += batch.count;
    },
    run: (world) => world.crashDelivering(batch, { moment, afterMs }),
  })
);

const limits = fc.record({
  file: fc.constantFrom("journal" as const, "results" as const),
  more: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 400 }),
    fc.integer({ min: 0, max: 60_000 }),
  ),
});

const limit = limits.map((limit) =>
  command({
    text: `writes fail ${limit.more} bytes beyond the ${limit.file}`,
    running: true,
    run: (world) => world.limit(limit),
  })
);

/** Of some pages, of which some fit. */
const longBatch = fc.record({
  count: fc.integer({ min: 2, max: 5 }),
  length: fc.constantFrom(4500, 20_000),
  isWide: fc.boolean(),
});

const cut = fc.record({
  batch: longBatch,
  file: fc.constantFrom("journal" as const, "results" as const),
  by: fc.constantFrom("limit" as const, "disk" as const),
  percent: fc.integer({ min: 0, max: 50 }),
}).map(({ batch, by, file, percent }) =>
  command({
    text: `${batchText(batch)}, and the ${file} cut off after ${percent} % (${by})`,
    running: true,
    check: (state) =>
      state.rows + batch.count <= MOST_ROWS && (by === "limit" ? canLimit : canFill),
    change: (state) => state.rows += batch.count,
    run: (world) => world.showAndCut(batch, { by, file, percent }),
  })
);

const limitedRestart = limits.map((limit) =>
  command({
    text: `restart, and writes fail ${limit.more} bytes beyond the ${limit.file}`,
    running: false,
    change: (state) => state.isRunning = true,
    run: (world) => world.start(limit),
  })
);

const fill = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 24 })).map((pages) =>
  command({ text: `disk full but for ${pages} pages`, run: (world) => world.fill(pages) })
);

const poll = command({ text: "poll", running: true, run: (world) => world.poll() });
const consume = command({ text: "consume", run: (world) => world.consume() });
const free = command({ text: "disk free", run: (world) => world.disk.free() });
const lift = command({ text: "writes succeed", running: true, run: (world) => world.disk.lift() });
const restart = command({
  text: "restart",
  running: false,
  change: (state) => state.isRunning = true,
  run: (world) => world.start(),
});
const restartConsumed = command({
  text: "restart while the agent consumes",
  running: false,
  change: (state) => state.isRunning = true,
  run: (world) => world.startWhileConsuming(),
});
const unlist = command({
  text: "listing forgets",
  change: (state) => state.rows = 0,
  run: (world) => world.unlist(),
});

/** Everything that can happen to a sidecar that delivers; what happens most comes most. */
export const MODEL_COMMANDS: fc.Arbitrary<ModelCommand>[] = [
  ...canLimit ? [limit, limitedRestart] : [],
  ...[cut, cut, cut, cut],
  ...[rows, rows, crash, crashInDelivery, crashInDelivery, crashInDelivery, fill],
  ...[
    poll,
    poll,
    restart,
    restart,
    restartConsumed,
    restartConsumed,
    consume,
    consume,
    unlist,
    free,
    lift,
  ]
    .map((one) => fc.constant(one)),
];
