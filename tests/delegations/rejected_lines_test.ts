import { assertEquals } from "@std/assert";
import { RejectedLines } from "../../lib/delegations/rejected_lines.ts";
import { makeTempDir } from "../support/mod.ts";

Deno.test("RejectedLines.add() takes a copy of a line, which may be a part of something large", async () => {
  await using dir = await makeTempDir();
  using lines = new RejectedLines(`${dir.path}/rejected`);
  const bytes = new TextEncoder().encode("garbage");
  await lines.add(bytes);
  bytes.fill(0);
  await lines.sync();
  assertEquals(await Deno.readTextFile(`${dir.path}/rejected`), "garbage\n");
});
