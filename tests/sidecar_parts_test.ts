import { assertEquals } from "@std/assert";
import { completeOptions } from "../lib/sidecar_options.ts";
import { deliveryParts, wakingParts } from "../lib/sidecar_parts.ts";
import { Turns } from "../lib/turns.ts";
import { makeTempDir, recordingLog } from "./support/mod.ts";

const LEAST = { platformUrl: "http://127.0.0.1:1", workspaceId: "w" };

for (const mode of [0o600, 0o660]) {
  Deno.test(`deliveryParts() gives the wake file the mode 0${mode.toString(8)} when the results file has it`, async () => {
    await using dir = await makeTempDir();
    const resultsFile = `${dir.path}/results.jsonl`;
    const options = completeOptions({ ...LEAST, resultsFile, resultsMode: mode });
    await deliveryParts(options, recordingLog().log).wakeFile?.touch();
    const made = await Deno.stat(`${resultsFile}.wake`);
    assertEquals((made.mode ?? 0) & 0o777, mode);
  });
}

Deno.test("deliveryParts() makes no wake file when it is off", () => {
  const options = completeOptions({ ...LEAST, wakeFile: "off" });
  assertEquals(deliveryParts(options, recordingLog().log).wakeFile, undefined);
});

Deno.test("deliveryParts() makes a wake file beside standard output when it is named", () => {
  const options = completeOptions({ ...LEAST, resultsFile: "-", wakeFile: "/w/wake" });
  assertEquals(deliveryParts(options, recordingLog().log).wakeFile?.name, "'/w/wake'");
});

Deno.test("wakingParts() looks into the results file, and touches the wake file, in turn with all who use the disk", async () => {
  await using dir = await makeTempDir();
  const resultsFile = `${dir.path}/results.jsonl`;
  const parts = deliveryParts(completeOptions({ ...LEAST, resultsFile }), recordingLog().log);
  const disk = new Turns();
  const other = Promise.withResolvers<void>();
  const holding = disk.take(() => other.promise);
  const { output, wakeFile } = wakingParts(parts, disk);
  const ended: string[] = [];
  const uses = [
    output.hasUnread().then(() => ended.push("look")),
    wakeFile?.touch().then(() => ended.push("touch")),
  ];
  for (let looks = 0; looks < 50; looks++) await Deno.stat(dir.path); // more than either would take
  assertEquals(ended, []);
  other.resolve();
  await Promise.all([holding, ...uses]);
  assertEquals(ended, ["look", "touch"]);
  assertEquals([output.name, wakeFile?.name], [parts.output.name, parts.wakeFile?.name]);
});
