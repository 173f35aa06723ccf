import { assertEquals, assertStringIncludes } from "@std/assert";
import { PollLoop } from "../../lib/delegations/poll_loop.ts";
import type { Dialect } from "../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../support/mod.ts";
import { consumeResults } from "../support/reference_consumer.ts";
import { type Bench, never, startBench } from "./_bench.ts";
import { makeReadOnlyFolder, mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import { exampleRow } from "./_examples.ts";

const GRACE = { grace: true };
const noSmallDisk = await whyNot(mountSmallDisk);
const noReadOnlyFolder = await whyNot(makeReadOnlyFolder);

function diskTest(
  name: string,
  missing: string | undefined,
  fn: (dialect: Dialect) => Promise<void>,
): void {
  const reason = missing === undefined ? "" : ` (ignored: ${missing})`;
  eachDialect.test(name + reason, fn, { ignore: missing !== undefined });
}

function pollLoop(bench: Bench, path: string) {
  const { deliveries, unwoken } = bench.deliveries(path);
  const loop = new PollLoop({ ...bench.common, intervalMs: 30_000, deliveries });
  return { loop, announced: unwoken };
}

function finishSome(bench: Bench): void {
  for (const id of ["d1", "d2"]) bench.workspace.finish(bench.workspace.delegate({ id }), "done");
}

diskTest(
  "PollLoop.poll() delivers what did not fit on a full disk once it fits, in order, with one warning (D5)",
  noSmallDisk,
  async (dialect) => {
    await using disk = await mountSmallDisk();
    await using bench = await startBench({ dialect });
    const path = `${disk.path}/results.jsonl`;
    const { loop, announced } = pollLoop(bench, path);
    bench.workspace.finish(bench.workspace.delegate({ id: "d0" }), "done");
    await loop.poll(never, GRACE);
    const before = await Deno.readTextFile(path);
    await disk.fill();
    bench.workspace.finish(bench.workspace.delegate({ id: "d1" }), "done");
    const source_id = bench.workspace.id;
    const long = exampleRow({ delegation_id: "d2", source_id, response_preview: "x".repeat(9000) });
    bench.workspace.injectRows([long]);
    for (let polls = 0; polls < 3; polls++) {
      assertEquals((await loop.poll(never, GRACE)).failedToWrite, true);
      assertEquals(await Deno.readTextFile(path), before);
    }
    assertEquals(announced, [["d0"]]);
    assertEquals(bench.lines("WARN").length, 1);
    assertStringIncludes(
      bench.lines("WARN").join(),
      "Waiting to deliver 2 results: Cannot append to",
    );
    assertStringIncludes(bench.lines("WARN").join(), "the disk is full");
    bench.workspace.finish(bench.workspace.delegate({ id: "d3" }), "done");
    await disk.mend();
    assertEquals((await loop.poll(never, GRACE)).failedToWrite, false);
    assertEquals(announced, [["d0"], ["d1", "d2", "d3"]]);
    const { records, skipped } = consumeResults(path);
    assertEquals(records.map(({ delegation_id }) => delegation_id), ["d0", "d1", "d2", "d3"]);
    assertEquals(skipped, []);
    assertStringIncludes(
      bench.lines("INFO").join(),
      "Writing results recovered after 0.0 s and 3 failed attempts",
    );
    await disk.fill();
    bench.workspace.injectRows([{ ...long, delegation_id: "d4" }]);
    await loop.poll(never, GRACE);
    assertEquals(bench.lines("WARN").length, 2);
  },
);

diskTest(
  "PollLoop.poll() does not grant a second grace to a result that could not be written (D5, D25)",
  noSmallDisk,
  async (dialect) => {
    await using disk = await mountSmallDisk();
    await using bench = await startBench({ dialect });
    const { loop, announced } = pollLoop(bench, `${disk.path}/results.jsonl`);
    await disk.fill();
    bench.workspace.finishBare(bench.workspace.delegate({ id: "d1" }));
    await loop.poll(never, GRACE);
    assertEquals((await loop.poll(never, GRACE)).failedToWrite, true);
    await disk.mend();
    await loop.poll(never, GRACE);
    assertEquals(announced, [["d1"]]);
  },
);

diskTest(
  "PollLoop.poll() delivers when a folder that refused the file allows it (D5)",
  noReadOnlyFolder,
  async (dialect) => {
    await using folder = await makeReadOnlyFolder();
    await using bench = await startBench({ dialect });
    const { loop, announced } = pollLoop(bench, `${folder.path}/results.jsonl`);
    finishSome(bench);
    for (let polls = 0; polls < 2; polls++) await loop.poll(never, GRACE);
    assertEquals(announced, []);
    assertEquals(bench.lines("WARN").length, 1);
    assertStringIncludes(
      bench.lines("WARN").join(),
      ": this user may not write it: change its owner, or its folder's; delivery goes on",
    );
    await folder.mend();
    await loop.poll(never, GRACE);
    assertEquals(announced, [["d1", "d2"]]);
  },
);

eachDialect.test("PollLoop.poll() delivers once the missing folder of the results file is made (D5)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const folder = `${bench.dir.path}/later`;
  const { loop, announced } = pollLoop(bench, `${folder}/results.jsonl`);
  finishSome(bench);
  assertEquals((await loop.poll(never, GRACE)).failedToWrite, true);
  assertStringIncludes(bench.lines("WARN").join(), ": make its folder; delivery goes on");
  assertEquals(announced, []);
  await Deno.mkdir(folder);
  assertEquals((await loop.poll(never, GRACE)).failedToWrite, false);
  assertEquals(announced, [["d1", "d2"]]);
  assertEquals(consumeResults(`${folder}/results.jsonl`).records.length, 2);
});

eachDialect.test("PollLoop.poll() delivers once the link in the place of the results file is gone (D5, D17)", async (dialect) => {
  await using bench = await startBench({ dialect });
  const { loop, announced } = pollLoop(bench, bench.resultsFile);
  await Deno.symlink(`${bench.dir.path}/target`, bench.resultsFile);
  finishSome(bench);
  await loop.poll(never, GRACE);
  assertStringIncludes(bench.lines("WARN").join(), "it is a symbolic link");
  await Deno.remove(bench.resultsFile);
  await loop.poll(never, GRACE);
  assertEquals(announced, [["d1", "d2"]]);
});

eachDialect.test(
  "PollLoop.poll() says to rebuild when the manifest does not grant the results file (D5)",
  async (dialect) => {
    await using bench = await startBench({ dialect });
    const { loop, announced } = pollLoop(bench, "/not/granted.jsonl");
    finishSome(bench);
    assertEquals((await loop.poll(never, GRACE)).failedToWrite, true);
    assertStringIncludes(
      bench.lines("WARN").join(),
      ": the manifest does not grant the file: rebuild, or run with its grant; delivery goes on",
    );
    assertEquals(announced, []);
  },
  { permissions: { net: ["127.0.0.1"], read: true, write: [Deno.env.get("TMPDIR") ?? "/tmp"] } },
);
