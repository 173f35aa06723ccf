import { assert, assertEquals } from "@std/assert";
import { later } from "../lib/later.ts";
import { patient } from "./support/mod.ts";

/** What has been called, in its order. */
function calls() {
  const made: string[] = [];
  const add = (ms: number, name: string) =>
    new Promise<void>((resolve) => {
      later(ms, () => {
        made.push(name);
        resolve();
      });
    });
  return { made, add };
}

Deno.test("later() calls in the order in which things are due", async () => {
  const { made, add } = calls();
  await patient(Promise.all([add(30, "third"), add(10, "second"), add(0, "first")]));
  assertEquals(made, ["first", "second", "third"]);
});

Deno.test("later() calls what is due at once, although something is due much later", async () => {
  const { made, add } = calls();
  const cancel = later(3_600_000, () => made.push("never"));
  await patient(add(5, "soon"));
  await patient(add(5, "soon again"));
  cancel();
  assertEquals(made, ["soon", "soon again"]);
});

Deno.test("later() does not call sooner than it was told to", async () => {
  const began = performance.now();
  await patient(new Promise<void>((resolve) => void later(25, resolve)));
  assert(performance.now() - began >= 25);
});

for (const ms of [2 ** 33, Infinity]) {
  Deno.test(`later() does not call at once what is due in ${ms} ms`, async () => {
    const { made, add } = calls();
    const cancel = later(ms, () => made.push("never"));
    await patient(add(5, "soon"));
    cancel();
    assertEquals(made, ["soon"]);
  });
}

Deno.test("later() does not call what was cancelled", async () => {
  const { made, add } = calls();
  later(5, () => made.push("never"))();
  await patient(add(10, "other"));
  assertEquals(made, ["other"]);
});

Deno.test("later() does not call what is due at the same time and cancelled by what is called first", async () => {
  const { made, add } = calls();
  let cancel = () => {};
  later(0, () => cancel());
  cancel = later(0, () => made.push("never"));
  await patient(add(5, "other"));
  assertEquals(made, ["other"]);
});

Deno.test("later() calls what it is told while it calls", async () => {
  const made: string[] = [];
  const done = Promise.withResolvers<void>();
  later(0, () => {
    made.push("first");
    later(0, () => {
      made.push("second");
      done.resolve();
    });
  });
  await patient(done.promise);
  assertEquals(made, ["first", "second"]);
});

/** Runs a program that imports later(), and gives what it says. */
async function said(code: string): Promise<string> {
  const module = new URL("../lib/later.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", `import { later } from ${JSON.stringify(module)};\n${code}`],
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("later() keeps its process alive until it has called", async () => {
  assertEquals(await said('later(50, () => console.log("called"));'), "called");
});

Deno.test("later() does not keep its process alive when everything was cancelled", async () => {
  const ended = await said(
    'addEventListener("unload", () => console.log("ended")); later(3_600_000, () => {})();',
  );
  assertEquals(ended, "ended");
});

Deno.test("later() calls everything in its order, whatever is cancelled, added and due at once", async () => {
  const { made, add } = calls();
  const all = [7, 3, 11, 3, 0, 5].map((ms, n) => add(ms, `${ms}-${n}`));
  const cancels = Array.from({ length: 50 }, (_, ms) => later(ms, () => made.push("never")));
  for (const cancel of cancels) cancel();
  await patient(Promise.all(all));
  assertEquals(made, ["0-4", "3-1", "3-3", "5-5", "7-0", "11-2"]);
});

Deno.test("later() makes one timeout for a thousand deadlines that are met in time while something waits", async () => {
  const made = await said(`const { timeout } = AbortSignal;
    let made = 0;
    AbortSignal.timeout = (ms) => {
      made++;
      return timeout.call(AbortSignal, ms);
    };
    const cancel = later(3_600_000, () => {});
    for (let n = 0; n < 1000; n++) later(60_000, () => {})();
    cancel();
    console.log(made);`);
  assertEquals(made, "2");
});

Deno.test("later() calls what is due when the program was busy for longer than that", async () => {
  const { made, add } = calls();
  const soon = add(5, "soon");
  const until = performance.now() + 20;
  while (performance.now() < until); // busy
  const cancel = later(3_600_000, () => made.push("never"));
  await patient(soon);
  cancel();
  assertEquals(made, ["soon"]);
});

Deno.test("later() calls what is told after a timeout that nobody waited for has come", async () => {
  const { made, add } = calls();
  later(5, () => made.push("never"))();
  await patient(new Promise((resolve) => AbortSignal.timeout(20).onabort = resolve));
  await patient(add(1, "soon"));
  assertEquals(made, ["soon"]);
});

Deno.test("later() loads nothing of what Deno has for Node", async () => {
  // The global setTimeout is what loads it on Deno 2.9; on 2.7 it is there from the start.
  const code = `const before = Deno.memoryUsage().heapUsed;
    later(0, () => {});
    const own = Deno.memoryUsage().heapUsed - before;
    console.log(own < 400_000);`;
  assertEquals(await said(code), "true");
});
