import { assertEquals, assertGreater } from "@std/assert";
import { stub } from "@std/testing/mock";
import fc from "fast-check";
import { PollLoop } from "../../lib/delegations/poll_loop.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import type { Sender } from "../../lib/platform/mod.ts";
import { recordingLog } from "../support/mod.ts";
import { consumeLines } from "../../scripts/stress/consumer.ts";
import { type Bench, never, startBench } from "./_bench.ts";
import { type MadeDeliveries, results } from "./_deliveries.ts";
import { exampleRow, OTHER_ID } from "./_examples.ts";

const MINUTE_MS = 60_000;
const RUNS = 80;
/** On a machine that is that slow, fewer runs have to do; a counterexample shrinks for so long. */
const WITHIN_MS = 60_000;

/** A sidecar's polls and where they deliver to, and what came of them. */
class Side {
  readonly folder: string;
  readonly #bench: Bench;
  readonly #made: MadeDeliveries;
  readonly #loop: PollLoop;
  readonly #lines: ReturnType<typeof recordingLog>["lines"];
  readonly #taken: string[] = [];
  /** How many listings it did not have to read. */
  known = 0;

  constructor(bench: Bench, name: string, sender: Sender) {
    const { lines, log } = recordingLog();
    this.folder = `${bench.dir.path}/${name}`;
    Deno.mkdirSync(this.folder);
    this.#bench = bench;
    this.#lines = lines;
    this.#made = bench.deliveries(this.#path, { log });
    const { deliveries } = this.#made;
    this.#loop = new PollLoop({ ...bench.common, intervalMs: 30_000, sender, deliveries, log });
  }

  get #path(): string {
    return `${this.folder}/results.jsonl`;
  }

  async poll(): Promise<void> {
    const { outcome } = await this.#loop.poll(never, { grace: true });
    if (outcome.isUnchanged === true) this.known++;
  }

  async block(): Promise<void> {
    await Deno.rename(this.folder, `${this.folder}.away`).catch(() => {});
  }

  async unblock(): Promise<void> {
    await Deno.rename(`${this.folder}.away`, this.folder).catch(() => {});
  }

  /** Results reach the agent by another way, as those that come as messages do. */
  async deliver(id: string): Promise<void> {
    await this.#made.deliveries.deliver(results(id));
  }

  /** Another process has the lock for a while, and delivers. */
  async interlude(id: string): Promise<void> {
    await Deno.remove(resultsFiles(this.#path).lock).catch(() => {});
    using other = this.#bench.deliveries(this.#path, { log: recordingLog().log });
    await other.deliveries.deliver(results(id));
  }

  consume(): void {
    for (const line of consumeLines(this.#path)) {
      const { delegation_id, response_preview, status } = JSON.parse(line);
      this.#taken.push(`${delegation_id} ${status} ${response_preview}`);
    }
  }

  /** All that anybody sees of it, without what tells the two from each other. */
  get seen(): unknown {
    this.consume();
    const warnings = this.#lines.filter(({ level }) => level === "WARN")
      .map(({ message }) => message.replaceAll(this.folder, ""));
    return { taken: this.#taken, unwoken: this.#made.unwoken, warnings };
  }
}

/** Two sidecars: one that may know a listing, and one that reads every one. */
interface Sides {
  readonly bench: Bench;
  readonly both: readonly [knowing: Side, reading: Side];
  /** How far the time of day is ahead. */
  readonly time: { ahead: number };
}

type Command = fc.AsyncCommand<Record<string, never>, Sides>;

function command(text: string, run: (sides: Sides) => Promise<void> | void): Command {
  return {
    check: () => true,
    run: async (_model, sides) => await run(sides),
    toString: () => text,
  };
}

/** So many that some of them are still queued when others have ended. */
const id = fc.integer({ min: 1, max: 9 }).map((number) => `d${number}`);
const row = fc.option(
  fc.record({
    delegation_id: id,
    status: fc.constantFrom(
      "completed",
      "completed",
      "queued",
      "queued",
      "failed",
      "stuck",
      "sent",
    ),
    response_preview: fc.constantFrom("done", "", undefined),
    source: fc.constantFrom("own", "own", "own", "own", "other"),
    age: fc.constantFrom(0, 29 * MINUTE_MS, 31 * MINUTE_MS),
  }),
  { nil: null, freq: 8 },
);

const show = fc.array(row, { maxLength: 2 }).map((rows) =>
  command(`show(${JSON.stringify(rows)})`, ({ bench, time }) => {
    const now = Date.now() + time.ahead;
    bench.workspace.injectRows(
      rows.map((row) => {
        if (row === null) return row;
        const { age, source, ...rest } = row;
        return exampleRow({
          ...rest,
          source_id: source === "own" ? bench.workspace.id : OTHER_ID,
          created_at: new Date(now - age).toISOString(),
        });
      }),
      { replace: true },
    );
  })
);

const forBoth = (text: string, run: (side: Side) => Promise<void> | void) =>
  command(text, async ({ both }) => {
    for (const side of both) await run(side);
  });

const poll = command("poll", async ({ both }) => {
  const [knowing, reading] = both;
  await knowing.poll();
  await reading.poll();
  assertEquals(knowing.seen, reading.seen);
});

const fail = command("the listing fails", ({ bench }) => {
  bench.platform.fault("delegations", { kind: "answer", status: 500 }, { times: 2 });
});

const wait = fc.constantFrom(1, 31, 31).map((minutes) =>
  command(`${minutes} min`, ({ bench, time }) => {
    time.ahead += minutes * MINUTE_MS;
    bench.common.clock.advance(minutes * MINUTE_MS);
  })
);

const COMMANDS = [
  show,
  show,
  ...Array.from({ length: 7 }, () => fc.constant(poll)),
  ...[wait, wait],
  fc.constant(fail),
  fc.constant(forBoth("the folder is gone", (side) => side.block())),
  fc.constant(forBoth("the folder is there", (side) => side.unblock())),
  id.map((id) => forBoth(`deliver(${id})`, (side) => side.deliver(id))),
  id.map((id) => forBoth(`another process delivers ${id}`, (side) => side.interlude(id))),
];

/** Sends like another sender, but nobody is told what is known. */
function forgetful(sender: Sender): Sender {
  return {
    send: ({ known: _known, ...request }, options) => sender.send(request, options),
  };
}

for (const offersEtags of [false, true]) {
  const name = offersEtags ? "by their names" : "by their bodies";
  Deno.test(`PollLoop.poll() does the same with listings that it knows ${name} as with those that it reads`, async () => {
    let known = 0;
    const commands = fc.commands(COMMANDS, { maxCommands: 60, size: "max" });
    await fc.assert(
      fc.asyncProperty(commands, async (commands) => {
        await using bench = await startBench({ offersEtags });
        const time = { ahead: 0 };
        const realNow = Date.now;
        using _time = stub(Date, "now", () => realNow() + time.ahead);
        const { sender } = bench.common;
        const knowing = new Side(bench, "knowing", sender);
        const reading = new Side(bench, "reading", forgetful(sender));
        const sides: Sides = { bench, both: [knowing, reading], time };
        await fc.asyncModelRun(() => ({ model: {}, real: sides }), commands);
        known += knowing.known;
        assertEquals(reading.known, 0);
      }),
      { numRuns: RUNS, interruptAfterTimeLimit: WITHIN_MS },
    );
    assertGreater(known, 0);
  });
}
