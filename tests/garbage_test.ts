import { assertEquals, assertRejects } from "@std/assert";
import { type RequestSource, whileCollecting } from "../lib/garbage.ts";
import { later } from "../lib/later.ts";
import type { RequestListener } from "../lib/vitals/mod.ts";
import { patient } from "./support/mod.ts";

/** A workspace whose requests end when a test says so. */
class Requests implements RequestSource {
  readonly listeners = new Set<RequestListener>();

  onRequest(listener: RequestListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  end(count: number): void {
    for (let n = 0; n < count; n++) {
      for (const listener of this.listeners) listener("beat", { kind: "ok", seconds: 0.1 });
    }
  }
}

/** Work that goes on until a test ends it, while the garbage of its requests is collected. */
function collecting({ workspaces = 1, megabytes = 4 } = {}) {
  const sources = Array.from({ length: workspaces }, () => new Requests());
  const work = Promise.withResolvers<string>();
  const collected = { times: 0 };
  const done = whileCollecting(sources, () => work.promise, {
    collect: () => {
      collected.times++;
      return megabytes * 1_000_000;
    },
  });
  return { sources, work, done, collected };
}

/** Resolves when what was to be done by now is done. */
async function settled(): Promise<void> {
  await patient(new Promise<void>((resolve) => void later(1, resolve)));
}

for (
  const [workspaces, requests, times] of [
    [1, 39, 0],
    [1, 40, 1],
    [3, 119, 0],
    [3, 120, 1],
  ] as const
) {
  Deno.test(`whileCollecting() has collected ${times} times after the first ${requests} requests of ${workspaces} workspaces`, async () => {
    const { sources, work, done, collected } = collecting({ workspaces });
    sources[workspaces - 1]?.end(requests);
    await settled();
    assertEquals(collected, { times });
    work.resolve("done");
    await patient(done);
  });
}

for (
  const [megabytes, requests, times] of [
    [4, 107, 1],
    [4, 108, 2],
    [9, 242, 1],
    [9, 243, 2],
  ] as const
) {
  Deno.test(`whileCollecting() collects ${times - 1} times in ${requests} requests more where ${megabytes} MB are in use`, async () => {
    const { sources, work, done, collected } = collecting({ megabytes });
    sources[0]?.end(40);
    await settled();
    sources[0]?.end(requests);
    await settled();
    assertEquals(collected, { times });
    work.resolve("done");
    await patient(done);
  });
}

Deno.test("whileCollecting() collects once for requests that end before it can", async () => {
  const { sources, work, done, collected } = collecting();
  sources[0]?.end(1000);
  await settled();
  assertEquals(collected, { times: 1 });
  work.resolve("done");
  await patient(done);
});

Deno.test("whileCollecting() does not collect while somebody tells of a request", async () => {
  const { sources, work, done, collected } = collecting();
  sources[0]?.end(40);
  assertEquals(collected, { times: 0 });
  await settled();
  assertEquals(collected, { times: 1 });
  work.resolve("done");
  await patient(done);
});

Deno.test("whileCollecting() gives what its work gives, and listens no longer", async () => {
  const { sources, work, done } = collecting();
  assertEquals(sources[0]?.listeners.size, 1);
  work.resolve("done");
  assertEquals(await patient(done), "done");
  assertEquals(sources[0]?.listeners.size, 0);
});

Deno.test("whileCollecting() listens no longer when its work has failed", async () => {
  const { sources, work, done } = collecting();
  work.reject(new Error("it failed"));
  await assertRejects(() => patient(done), Error, "it failed");
  assertEquals(sources[0]?.listeners.size, 0);
});

Deno.test("whileCollecting() only does its work where nothing collects", async () => {
  const source = new Requests();
  const work = () => Promise.resolve("done");
  assertEquals(await whileCollecting([source], work, { collect: undefined }), "done");
  assertEquals(source.listeners.size, 0);
});

for (
  const [flags, does, seen] of [
    [["--v8-flags=--expose-gc"], "collects by itself, and not again soon", "true 1"],
    [[], "does not collect", "false 0"],
  ] as const
) {
  Deno.test(`whileCollecting() ${does} with ${flags.join() || "no flags"}`, async () => {
    const [garbage, timers] = ["garbage", "later"].map((name) =>
      JSON.stringify(new URL(`../lib/${name}.ts`, import.meta.url).href)
    );
    // An object that only a weak reference leads to goes with a collection.
    const code = `import { whileCollecting } from ${garbage};
      import { later } from ${timers};
      const { gc } = globalThis;
      let times = 0;
      if (gc !== undefined) globalThis.gc = (options) => (times++, gc(options));
      let weak;
      (() => { weak = new WeakRef({}); })();
      let tell;
      const source = { onRequest: (listener) => (tell = listener, () => {}) };
      const settled = () => new Promise((resolve) => later(1, resolve));
      await whileCollecting([source], async () => {
        for (const count of [40, 50]) {
          for (let n = 0; n < count; n++) tell?.();
          await settled();
        }
      });
      console.log(weak.deref() === undefined, times);`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", ...flags, code],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), seen);
  });
}
