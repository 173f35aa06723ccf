import { assertEquals } from "@std/assert";
import { runModule } from "../../support/mod.ts";

const PROBE = new URL("_alive_probe.ts", import.meta.url).href;

Deno.test("Alive counts timers, timeouts and listeners of signals, and leaves them as they are", async () => {
  const { stdout, stderr, code } = await runModule(PROBE);
  assertEquals(code, 0, stderr);
  assertEquals(JSON.parse(stdout), {
    seen: {
      "at first": [0, 0],
      "with three timers": [3, 0],
      "when one has fired": [2, 0],
      "when the others are cleared": [0, 0],
      "with two timeouts": [2, 0],
      "when one of them has come": [1, 0],
      "with three listeners": [1, 3],
      "when one is removed": [1, 2],
      "when the others' signal is aborted": [1, 0],
      "when an aborted signal gets one": [1, 0],
    },
    argument: "an argument",
    calls: 2,
    hasHeap: true,
    resources: true,
  });
});
