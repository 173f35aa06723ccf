import { assertEquals } from "@std/assert";
import { VERSION } from "../lib/version.ts";

Deno.test("VERSION is the version of deno.json", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  assertEquals(VERSION, config.version);
});
