import { removeIfThere } from "../../../lib/remove_if_there.ts";
import { atOnce, mapped } from "../by_contender.ts";
import type { BenchPlatform, Visits } from "../bench_platform.ts";
import { type ByContender, resultsFileOf, type Role } from "../contender.ts";
import type { Course } from "../course.ts";
import type { Held, Took } from "../measured/ordered.ts";
import { processFigures } from "../process_figures.ts";
import { RunningProgram } from "../running_program.ts";

/** A contender that does what it is told. */
export class Ordered implements AsyncDisposable {
  /** What it has asked the platform for. */
  readonly visits: Visits;
  readonly #role: Role;
  readonly #program: RunningProgram;

  /**
   * Starts it.
   *
   * @param role What is started.
   * @param platform The platform.
   */
  constructor(role: Role, platform: BenchPlatform) {
    this.#role = role;
    this.visits = platform.open(role.workspaceId);
    this.#program = new RunningProgram(role.start);
  }

  /**
   * Resolves when it takes orders.
   *
   * @returns Milliseconds since its start, and of those how long its journal took.
   */
  async ready(): Promise<{ readonly ms: number; readonly openingMs: number }> {
    const { ms: openingMs } = await this.#program.answer<Took>();
    return { ms: performance.now() - this.#program.startedAt, openingMs };
  }

  /**
   * Gives an order.
   *
   * @param order The order.
   * @returns Milliseconds that it took.
   */
  async take(order: string): Promise<number> {
    return (await this.#program.order<Took>(order)).ms;
  }

  /** What is in use after a garbage collection, in bytes; one of ours alone tells. */
  async heapBytes(): Promise<number> {
    return (await this.#program.order<Held>("memory")).heapBytes;
  }

  /** What the process holds and has used. */
  figures(): ReturnType<typeof processFigures> {
    return processFigures(this.#program.pid);
  }

  /** Takes the results away, as an agent does. */
  async takeResults(): Promise<void> {
    await removeIfThere(resultsFileOf(this.#role));
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

/**
 * Starts all contenders, does something with them, and ends them.
 *
 * @param course Who is started.
 * @param work What is done.
 */
export async function withOrdered<T>(
  { platform, field }: Course,
  work: (ordered: ByContender<Ordered>) => Promise<T>,
): Promise<T> {
  await using started = new AsyncDisposableStack();
  const ordered = mapped(
    field.contenders,
    ({ ordered }) => started.use(new Ordered(ordered, platform)),
  );
  await atOnce(ordered, (one) => one.ready());
  return await work(ordered);
}
