import { assert, assertEquals } from "@std/assert";
import { aftermathOf } from "../../scripts/stress/aftermath.ts";
import { isFlawless, reportLines, stress } from "../../scripts/stress/stress.ts";
import { ConsumerThread, KillerThread } from "../../scripts/stress/threads.ts";
import { makeModelDisk } from "./_model_disk.ts";
import { ModelWorld } from "./_model_world.ts";

const ROUNDS = 20;
/** Whoever aims at a moment of microseconds does not hit it each time. */
const SHOTS = 12;
const ENOUGH_HITS = 4;

Deno.test("Sidecar loses no result, tears none, and repeats none that could be told, when it is killed again and again", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const report = await stress({ rounds: ROUNDS, seed });
  const lines = reportLines(report).join("\n");
  assert(isFlawless(report), `seed ${seed} (deno task stress --seed ${seed}):\n${lines}`);
  const kills = [...report.killed.values()].reduce((sum, count) => sum + count, 0);
  assertEquals(kills, ROUNDS);
  assert(report.results > 0, lines);
  assert(report.marks.size > 0, `no kill hit the middle of anything:\n${lines}`);
});

Deno.test("Sidecar repeats nothing that a killed one had written and not published, although the agent takes it at once", async () => {
  using consumer = new ConsumerThread();
  using killer = new KillerThread();
  for (let shots = 0, hits = 0; shots < SHOTS && hits < ENOUGH_HITS; shots++) {
    await using world = await ModelWorld.begin(await makeModelDisk(), { consumer, killer });
    const batch = { count: 4, length: 4500, isWide: false };
    await world.crashDelivering(batch, { moment: "appended", afterMs: 0 });
    const { aside } = await aftermathOf(world.path);
    if (aside.size > 0) hits++;
    await world.startWhileConsuming();
    await world.end();
  }
});

Deno.test("Sidecar goes on where a killed one has torn the journal's last line", async () => {
  using consumer = new ConsumerThread();
  using killer = new KillerThread();
  await using world = await ModelWorld.begin(await makeModelDisk(), { consumer, killer });
  const batch = { count: 2, length: 10, isWide: false };
  world.show(batch);
  await world.poll();
  await world.crash(0);
  // What a kill in the middle of the write leaves; it is too short a moment to aim at.
  await Deno.writeTextFile(`${world.path}.journal`, '0123456789abcdef {"intent":[{', {
    append: true,
  });
  await world.start();
  world.show(batch);
  await world.poll();
  await world.crash(0);
  await world.end();
});
