import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import {
  ALONE,
  shareAmong,
  type ShareOptions,
  type Sharing,
  tooManyBeats,
} from "../lib/sharing.ts";
import { ManualClock } from "./support/mod.ts";

/** What each of so many sidecars may take. */
function shares(
  count: number,
  options: Partial<ShareOptions> = {},
): Sharing[] {
  const those = Array.from({ length: count }, (_, place) => place);
  const clock = new ManualClock();
  return shareAmong(those, { intervalSeconds: 30, clock, ...options }).map(([, share]) => share);
}

Deno.test("shareAmong() gives each its share, in order", () => {
  const clock = new ManualClock();
  const shared = shareAmong(["a", "b", "c"], { intervalSeconds: 30, clock });
  assertEquals(shared.map(([one]) => one), ["a", "b", "c"]);
});

Deno.test("shareAmong() lets each poll as often as it beats, unless all polls together are more than 100 a minute (contract 1.0)", () => {
  const table = [
    [1, 30, false, 30],
    [50, 30, false, 30],
    [51, 30, false, 30.6],
    [200, 30, false, 120],
    [200, 30, true, 240],
    [25, 30, true, 30],
    [26, 30, true, 31.2],
    [200, 5, false, 120],
    [200, 300, false, 300],
    [8, 5, false, 5],
    [9, 5, false, 5.4],
  ] as const;
  for (const [count, intervalSeconds, usesActivity, expected] of table) {
    const [share] = shares(count, { intervalSeconds, usesActivity });
    assertEquals(share?.pollIntervalSeconds, expected, `${count} every ${intervalSeconds} s`);
  }
});

Deno.test("shareAmong() spreads the first polls over the time between two, together with the starts", () => {
  const count = 200;
  const polls = shares(count).map(({ pollIntervalSeconds = NaN, pollPhase = NaN }, place) =>
    place * 30 / count + pollPhase * pollIntervalSeconds
  );
  // The n-th starts after n * 30 / 200 s, and polls first after n * 120 / 200 s.
  assertEquals(polls.map((seconds) => Math.round(seconds * 1000)), polls.map((_, n) => n * 600));
});

Deno.test("shareAmong() gives each as much of the interval as there is between two starts", () => {
  for (const count of [1, 4, 200]) {
    assertEquals(shares(count).map(({ slot }) => slot), Array(count).fill(1 / count));
  }
  assertEquals(ALONE.slot, 1);
});

Deno.test("shareAmong() leaves the polls half an interval away from the beats when all may poll as often as they beat", () => {
  assertEquals(new Set(shares(50).map(({ pollPhase }) => pollPhase)), new Set([undefined]));
  assertEquals(ALONE.pollPhase, undefined);
});

Deno.test("shareAmong() lets the reports be looked at more seldom the more there are", () => {
  for (const [count, ms] of [[1, 250], [25, 250], [26, 500], [200, 2000]] as const) {
    assertEquals(shares(count)[0]?.reportLookMs, ms, `${count}`);
  }
});

Deno.test("shareAmong() divides the memory for what cannot be written once it is more than 64 MiB", () => {
  const MIB = 1024 * 1024;
  for (const [count, bytes] of [[1, 4 * MIB], [16, 4 * MIB], [64, MIB]] as const) {
    assertEquals(shares(count)[0]?.waitingBytes, bytes, `${count}`);
  }
});

/** How many there are, how often they beat, and how many other requests are left in a minute. */
const REST = [
  [1, 30, 568],
  [100, 30, 370],
  [200, 30, 170],
  [255, 30, 60],
  [256, 30, 60],
  [1000, 30, 60],
  [20, 5, 330],
  [200, 300, 530],
] as const;

for (const [count, intervalSeconds, requests] of REST) {
  Deno.test(`shareAmong() lets all together send ${requests} other requests a minute when ${count} beat every ${intervalSeconds} s (contract 1.0)`, async () => {
    const clock = new ManualClock();
    const all = shares(count, { clock, intervalSeconds });
    const end = new AbortController();
    const [first, last] = [all[0], all.at(-1)];
    await first?.pace(1, end.signal);
    const waiting = [last?.pace(2, end.signal), first?.pace(1, end.signal)];
    const [second = 0, fourth = 0] = await clock.sleeping(2);
    assertAlmostEquals(second, 60_000 / requests);
    assertAlmostEquals(fourth, 3 * 60_000 / requests);
    end.abort();
    await Promise.all(waiting);
  });
}

Deno.test("ALONE lets everything happen at once", async () => {
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 1000 }, () => ALONE.pace(1, signal)));
  const { begun, end, work } = hangingWork();
  const done = Array.from({ length: 100 }, () => ALONE.disk.take(work));
  assertEquals(begun(), 100);
  end();
  await Promise.all(done);
});

Deno.test("shareAmong() gives one that is alone what ALONE has", () => {
  const [share] = shares(1);
  for (const what of ["pollPhase", "reportLookMs", "waitingBytes"] as const) {
    assertEquals(share?.[what], ALONE[what], what);
  }
  assertEquals([share?.pollIntervalSeconds, ALONE.pollIntervalSeconds], [30, undefined]);
});

/** Work that is done when a test says so, and how much of it is under way. */
function hangingWork() {
  const end = Promise.withResolvers<void>();
  let begun = 0;
  return {
    begun: () => begun,
    end: end.resolve,
    work: async () => {
      begun++;
      await end.promise;
    },
  };
}

Deno.test("shareAmong() lets each use the disk once at a time, and all together no more than 13 times", async () => {
  const all = shares(30);
  const { begun, end, work } = hangingWork();
  const done = all.flatMap(({ disk }) => [disk.take(work), disk.take(work)]);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(begun(), 13);
  end();
  await Promise.all(done);
  assertEquals(begun(), 60);
});

Deno.test("shareAmong() lets nobody use the disk twice at once", async () => {
  const [one, other] = shares(2);
  const { begun, end, work } = hangingWork();
  const done = [one, one, other].map((share) => share?.disk.take(work));
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(begun(), 2);
  end();
  await Promise.all(done);
});

Deno.test("shareAmong() leaves the disk to the others when all that one does there hangs", async () => {
  const [hanging, ...others] = shares(100);
  const { begun, end, work } = hangingWork();
  const stuck = Array.from({ length: 50 }, () => hanging?.disk.take(work));
  const answers = await Promise.all(
    others.map(({ disk }, n) => disk.take(() => Promise.resolve(n))),
  );
  assertEquals([answers, begun()], [others.map((_, n) => n), 1]);
  end();
  await Promise.all(stuck);
});

Deno.test("shareAmong() leaves the disk to the others when that of 12 hangs", async () => {
  const all = shares(100);
  const { end, work } = hangingWork();
  const stuck = all.slice(0, 12).map(({ disk }) => disk.take(work));
  const others = all.slice(12);
  const answers = await Promise.all(
    others.map(({ disk }, n) => disk.take(() => Promise.resolve(n))),
  );
  assertEquals(answers, others.map((_, n) => n));
  end();
  await Promise.all(stuck);
});

Deno.test("tooManyBeats() warns from where the beats would leave no room for anything else (contract 1.0)", () => {
  const table = [[225, 30, false], [226, 30, true], [37, 5, false], [38, 5, true], [1, 5, false]];
  for (const [workspaces, interval, warns] of table) {
    const advice = tooManyBeats(Number(workspaces), Number(interval));
    assertEquals(advice !== undefined, warns, `${workspaces} every ${interval} s`);
  }
});

Deno.test("tooManyBeats() says how many, and what to do", () => {
  assertMatch(
    tooManyBeats(300, 30) ?? "",
    /^300 workspaces that beat every 30 s make 600 requests a minute, .*RATE_LIMIT, or .*addresses$/,
  );
});

Deno.test("shareAmong() lets 13 at a time look for their tokens, whatever the disk does", async () => {
  const hanging = Promise.withResolvers<void>();
  const shared = shares(30);
  const writing = shared.map(({ disk }) => disk.take(() => hanging.promise));
  let looking = 0;
  const looks = shared.map(({ tokenDisk }) =>
    tokenDisk.take(() => {
      looking++;
      return hanging.promise;
    })
  );
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(looking, 13);
  hanging.resolve();
  await Promise.all([...writing, ...looks]);
  assertEquals(looking, 30);
});
