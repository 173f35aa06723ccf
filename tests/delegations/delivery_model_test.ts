import fc from "fast-check";
import { ConsumerThread, KillerThread } from "../../scripts/stress/threads.ts";
import { MODEL_COMMANDS } from "./_model_commands.ts";
import { canFill, canLimit, makeModelDisk } from "./_model_disk.ts";
import { ModelWorld } from "./_model_world.ts";

const RUNS = 40;
const MOST_COMMANDS = 14;
/** On a machine that is that slow, fewer runs have to do; a counterexample shrinks for so long. */
const WITHIN_MS = 120_000;

const troubles = [
  canFill ? "with a full disk" : "without a full disk",
  canLimit ? "with writes cut short" : "without writes cut short",
].join(", ");

Deno.test(`Sidecar delivers all that was shown, whole, once and in order, whatever happens (${troubles})`, async () => {
  using consumer = new ConsumerThread();
  using killer = new KillerThread();
  const commands = fc.commands(MODEL_COMMANDS, { maxCommands: MOST_COMMANDS, size: "max" });
  const property = fc.asyncProperty(commands, async (commands) => {
    await using world = await ModelWorld.begin(await makeModelDisk(), { consumer, killer });
    const setup = () => ({ model: { isRunning: true, rows: 0 }, real: world });
    await fc.asyncModelRun(setup, commands);
    await world.end();
  });
  await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: WITHIN_MS });
});
