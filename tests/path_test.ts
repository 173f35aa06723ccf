import { assertEquals } from "@std/assert";
import { dirname, normalize } from "../lib/path.ts";

Deno.test("dirname() gives the folder of a path", () => {
  assertEquals(["/a/b/c", "/a", "a"].map(dirname), ["/a/b", "/", "."]);
});

Deno.test("normalize() leaves out what leads nowhere", () => {
  assertEquals(["/a/./b//c/../d", "/a/b"].map(normalize), ["/a/b/d", "/a/b"]);
});
