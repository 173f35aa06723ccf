import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type AgentState, Report, type RuntimeReport } from "../../lib/report/mod.ts";

/** An agent that counts and writes its totals, beats that are sent, and what has really happened. */
class World {
  readonly report = new Report();
  /** What really happened. */
  readonly real = { requests: 0, errors: 0 };
  /** What the accepted beats have carried. */
  readonly carried = { requests: 0, errors: 0 };
  #totals = { requests: 0, errors: 0 };
  #written = { requests: 0, errors: 0 };
  #underWay: AgentState | undefined;
  readonly #saysNoErrors: boolean;

  /**
   * @param saysNoErrors Whether the agent writes `errors_total` while it is 0: `workspace-beat
   * report` does not.
   */
  constructor(saysNoErrors: boolean) {
    this.#saysNoErrors = saysNoErrors;
  }

  /** The agent behind the report file counts. */
  work(succeeded: number, failed: number): void {
    this.#totals.requests += succeeded + failed;
    this.#totals.errors += failed;
    this.real.requests += succeeded + failed;
    this.real.errors += failed;
  }

  /** It writes its totals, and the sidecar sees them. */
  write(rest: RuntimeReport, saysNoErrors = this.#saysNoErrors): void {
    this.#written = { ...this.#totals };
    const { requests, errors } = this.#totals;
    this.#take({
      ...rest,
      requests_total: requests,
      ...((errors > 0 || saysNoErrors) && { errors_total: errors }),
    });
  }

  /** For once it writes a report without totals. */
  writeNone(rest: RuntimeReport): void {
    this.#take(rest);
  }

  /** It ends, with what it has not written, and begins anew. */
  restart(succeeded: number, failed: number): void {
    this.real.requests -= this.#totals.requests - this.#written.requests;
    this.real.errors -= this.#totals.errors - this.#written.errors;
    this.#totals = { requests: 0, errors: 0 };
    const isSeen = succeeded + failed < this.#written.requests ||
      failed < this.#written.errors && (failed > 0 || this.#saysNoErrors);
    // Nobody can see a restart behind which there are as many as before.
    if (!isSeen) this.write({}, true);
    this.work(succeeded, failed);
    this.write({});
  }

  /** A beat is sent, where none is under way. */
  send(): void {
    this.#underWay ??= this.report.snapshot();
  }

  /** The beat under way is accepted, or is not. */
  answer(isAccepted: boolean): void {
    if (this.#underWay !== undefined && isAccepted) {
      this.report.accepted(this.#underWay);
      this.carried.requests += this.#underWay.requests;
      this.carried.errors += this.#underWay.errors;
    }
    this.#underWay = undefined;
  }

  #take(filed: RuntimeReport): void {
    this.report.takeFiled(filed, { isStale: false });
  }
}

const count = fc.integer({ min: 0, max: 5 });
const rest: fc.Arbitrary<RuntimeReport> = fc.record({
  sample_error: fc.option(fc.constantFrom("", "a", "b")),
  active_tasks: fc.nat(3),
}, { requiredKeys: [] });

/** What can happen. */
const step: fc.Arbitrary<(world: World) => void> = fc.oneof(
  fc.tuple(count, count).map((counts) => (world: World) => world.work(...counts)),
  rest.map((rest) => (world: World) => world.write(rest)),
  rest.map((rest) => (world: World) => world.writeNone(rest)),
  fc.tuple(count, count).map((counts) => (world: World) => world.restart(...counts)),
  fc.constant((world: World) => {
    world.report.recordSuccess();
    world.real.requests++;
  }),
  fc.constantFrom("", "own").map((text) => (world: World) => {
    world.report.recordError(text);
    world.real.requests++;
    world.real.errors++;
  }),
  fc.constant((world: World) => world.send()),
  fc.boolean().map((isAccepted) => (world: World) => world.answer(isAccepted)),
);

Deno.test("the beats carry each request and each error once, whatever restarts, vanishes or is refused", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 60 }), (saysNoErrors, steps) => {
      const world = new World(saysNoErrors);
      for (const take of steps) {
        take(world);
        const { requests, errors } = world.report.snapshot();
        assert(0 <= errors && errors <= requests, `${errors} of ${requests}`);
      }
      world.answer(false);
      world.write({});
      world.send();
      world.answer(true);
      assertEquals(world.carried, world.real);
      const { requests, errors, sampleError } = world.report.snapshot();
      assertEquals([requests, errors, sampleError], [0, 0, ""]);
    }),
    { numRuns: 5000 },
  );
});
