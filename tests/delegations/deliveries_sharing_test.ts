import { assertEquals } from "@std/assert";
import { ALONE } from "../../lib/sharing.ts";
import { Turns } from "../../lib/turns.ts";
import { makeTempDir } from "../support/mod.ts";
import { makeDeliveries } from "./_deliveries.ts";

Deno.test("Deliveries.note() knows at once what it writes to the journal in turn with all who use the disk", async () => {
  await using dir = await makeTempDir();
  const disk = new Turns();
  const sharing = { ...ALONE, disk };
  using made = makeDeliveries(`${dir.path}/results.jsonl`, { sharing });
  const { deliveries } = made;
  await deliveries.open();
  const other = Promise.withResolvers<void>();
  const holding = disk.take(() => other.promise);
  const noting = deliveries.note([{ wakes: [1] }]);
  for (let looks = 0; looks < 50; looks++) await Deno.stat(dir.path); // more than it would take
  const isWritten = async () =>
    (await Deno.readTextFile(`${dir.path}/results.jsonl.journal`)).includes("wakes");
  assertEquals([deliveries.journal.state.wakes, await isWritten()], [[1], false]);
  other.resolve();
  await Promise.all([holding, noting]);
  assertEquals(await isWritten(), true);
});
