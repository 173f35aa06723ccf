import { assertEquals, assertMatch } from "@std/assert";
import { ActivityPoll } from "../../lib/delegations/mod.ts";
import { ActivitySource } from "../../lib/delegations/activity_source.ts";
import type { Sender } from "../../lib/platform/mod.ts";
import { eachDialect } from "../support/mod.ts";
import {
  asked,
  listRows,
  messageRow,
  type Reading,
  readingOn,
  receiveMany,
  takenTexts,
} from "./_activity.ts";
import { type Bench, impatient, never, startBench } from "./_bench.ts";

/** Gets no answer in time to requests for as many messages as a test says, and for more. */
class SlowSender implements Sender {
  /** So many messages, and more, do not come in time. */
  slowFrom = Infinity;
  /** How many answers come too late from now on. */
  times = Infinity;
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  send(...[request, options]: Parameters<Sender["send"]>): ReturnType<Sender["send"]> {
    const { common: { sender }, platform } = this.#bench;
    const limit = Number(/limit=(\d+)/.exec(request.path)?.[1]);
    if (this.times === 0 || !(limit >= this.slowFrom)) return sender.send(request, options);
    this.times--;
    platform.fault("activity", { kind: "hang" }, { times: 1 });
    return impatient(sender).send(request, options);
  }
}

/** A poll that has read up to now, of a platform that knows no cursors, or has forgotten this one. */
async function slowReading(bench: Bench) {
  const reading = await readingOn(bench);
  const sender = new SlowSender(bench);
  const poller = ({ deliveries }: Pick<Reading, "deliveries">) => {
    const poll = new ActivityPoll({ ...bench.common, deliveries, sender });
    return async (times = 1) => {
      for (let count = 0; count < times; count++) await poll.poll(never);
    };
  };
  return { ...reading, sender, poller, poll: poller(reading) };
}

/** So many messages are there, and none of them was read before. */
function list(bench: Bench, count: number): string[] {
  const ids = Array.from({ length: count }, (_, index) => `a${index}`);
  listRows(bench, ids.map((id) => messageRow(id)), { knowsCursors: false });
  return ids;
}

eachDialect.test("ActivityPoll.poll() delivers all of 150 messages when one answer has taken too long", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, sender } = await slowReading(bench);
  const texts = receiveMany(bench, 150);
  Object.assign(sender, { slowFrom: 100, times: 1 });
  await poll(3);
  assertEquals(takenTexts(bench).sort(), texts.toSorted());
  assertEquals(bench.lines("ERROR"), []);
});

eachDialect.test("ActivityPoll.poll() reads as many messages as come in time when a hundred never do", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, sender } = await slowReading(bench);
  const texts = receiveMany(bench, 90);
  sender.slowFrom = 100;
  await poll(4);
  assertEquals(takenTexts(bench).sort(), texts.toSorted());
});

eachDialect.test("ActivityPoll.poll() delivers what comes in time at once, and what came before it when the platform is faster, each once", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, sender } = await slowReading(bench);
  const ids = list(bench, 150);
  sender.slowFrom = 30;
  await poll();
  assertEquals(takenTexts(bench), ids.slice(-20));
  await poll(2);
  assertEquals(takenTexts(bench), []);
  sender.slowFrom = Infinity;
  await poll(4);
  assertEquals(takenTexts(bench), ids.slice(0, -20));
  await poll();
  assertEquals(takenTexts(bench), []);
});

eachDialect.test("ActivityPoll.poll() finds out how many come in time", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, sender } = await slowReading(bench);
  const ids = list(bench, 150);
  sender.slowFrom = 30;
  await poll(20);
  assertEquals(takenTexts(bench).sort(), ids.slice(-29).sort());
});

eachDialect.test("ActivityPoll.poll() delivers what comes in while older messages do not come in time", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, sender } = await slowReading(bench);
  list(bench, 150);
  sender.slowFrom = 30;
  await poll(3);
  takenTexts(bench);
  list(bench, 152);
  await poll();
  assertEquals(takenTexts(bench), ["a150", "a151"]);
});

eachDialect.test("ActivityPoll.poll() still delivers what did not come in time when another process goes on", async (dialect) => {
  await using bench = await startBench({ dialect });
  const first = await slowReading(bench);
  const ids = list(bench, 150);
  first.sender.slowFrom = 30;
  await first.poll();
  first.deliveries.close();
  const second = bench.deliveries();
  await second.deliveries.open();
  first.sender.slowFrom = Infinity;
  await first.poller(second)();
  assertEquals(takenTexts(bench).sort(), ids.toSorted());
});

eachDialect.test("ActivityPoll.poll() warns once while messages do not come in time, and says when they have been read", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, sender } = await slowReading(bench);
  list(bench, 150);
  sender.slowFrom = 30;
  await poll(3);
  assertEquals(bench.lines("WARN"), [
    "More than the newest 20 messages do not come in time: what came before them is asked for " +
    "again with every few polls",
  ]);
  sender.slowFrom = Infinity;
  await poll(4);
  assertMatch(
    bench.lines("INFO").at(-1) ?? "",
    /^The messages that did not come in time have been/,
  );
  assertEquals([bench.lines("WARN").length, bench.lines("ERROR")], [1, []]);
});

eachDialect.test("ActivityPoll.poll() remembers where it stopped again when it has read what did not come in time", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { cursor, poll, sender } = await slowReading(bench);
  list(bench, 150);
  sender.slowFrom = 30;
  await poll();
  assertEquals(cursor(), { id: "", since: 0, hasGap: true });
  sender.slowFrom = Infinity;
  await poll();
  assertEquals(cursor(), { id: "a149", since: 0 });
});

eachDialect.test("ActivityPoll.poll() delivers each message once, however many come in after some that did not come in time", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, sender } = await slowReading(bench);
  const taken: unknown[] = [];
  let there = 310;
  list(bench, there);
  sender.slowFrom = 25;
  await poll();
  sender.slowFrom = Infinity;
  await poll(4);
  for (let count = 0; count < 20; count++) {
    list(bench, there += 10);
    await poll();
  }
  taken.push(...takenTexts(bench));
  list(bench, there += 110);
  await poll();
  taken.push(...takenTexts(bench));
  assertEquals([taken.length, new Set(taken).size], [there, there]);
});

eachDialect.test("ActivityPoll.poll() does not say that all has been read when there were too many by then", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { poll, sender } = await slowReading(bench);
  list(bench, 700);
  sender.slowFrom = 100;
  await poll();
  sender.slowFrom = Infinity;
  await poll();
  assertEquals(bench.lines("INFO").filter((line) => line.includes("have been read")), []);
  assertEquals(bench.lines("ERROR").length, 1);
});

/** Nothing is known: all that there is is wanted. */
const ALL = { isKnown: () => false, signal: never };

eachDialect.test("ActivitySource.newest() asks a slow platform for more with the next poll, and then with every fourth", async (dialect) => {
  await using bench = await startBench({ dialect });
  const sender = new SlowSender(bench);
  const source = new ActivitySource({ ...bench.common, sender });
  list(bench, 150);
  sender.slowFrom = 25;
  const polls: string[] = [];
  for (let count = 0; count < 8; count++) {
    const before = asked(bench).length;
    const batch = await source.newest(ALL);
    assertEquals(batch.kind === "rows" && batch.gap, "too_slow");
    polls.push(asked(bench).slice(before).join(" "));
  }
  assertEquals(polls, ["20 100", "20 60", "20", "20", "20", "20 40", "20", "20"]);
});

eachDialect.test("ActivitySource.newest() begins with what came in time, and goes on from there while that is not enough", async (dialect) => {
  await using bench = await startBench({ dialect });
  const sender = new SlowSender(bench);
  const source = new ActivitySource({ ...bench.common, sender });
  list(bench, 150);
  Object.assign(sender, { slowFrom: 10, times: 1 });
  for (let count = 0; count < 4; count++) await source.newest(ALL);
  assertEquals(
    asked(bench).join(" "),
    "20 5 12 16 18 19 38 76 152 20 100 500 20 100 500",
  );
});
