import { assertEquals } from "@std/assert";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { startBeating } from "./_beating.ts";

/** The generations that the beats have echoed so far. */
function echoed({ requests }: { readonly requests: readonly { readonly body: unknown }[] }) {
  return requests.map(({ body }) => Object(body).observed_generation);
}

Deno.test("BeatLoop.run() echoes the generation that the platform has told with the beat before (contract 1.1)", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  await using beating = startBeating(platform);
  await beating.asleep();
  for (const generation of [0, 7, 8]) {
    beating.workspace.generation = generation;
    await beating.next();
  }
  await beating.next();
  assertEquals(echoed(platform), [undefined, undefined, 0, 7, 8]);
});

Deno.test("BeatLoop.run() does not echo a generation any more when the platform tells none", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  await using beating = startBeating(platform);
  await beating.asleep();
  beating.workspace.generation = 7;
  await beating.next();
  beating.workspace.generation = undefined;
  await beating.next();
  await beating.next();
  assertEquals(echoed(platform), [undefined, undefined, 7, undefined]);
});

Deno.test("BeatLoop.run() goes on echoing the generation when a beat fails in between", async () => {
  await using platform = await startDevPlatform({ dialect: "2026-06" });
  await using beating = startBeating(platform);
  await beating.asleep();
  beating.workspace.generation = 7;
  await beating.next();
  platform.fault("heartbeat", { kind: "answer", status: 503 }, { times: 1 });
  await beating.next();
  await beating.next();
  assertEquals(echoed(platform), [undefined, undefined, 7, 7]);
});
