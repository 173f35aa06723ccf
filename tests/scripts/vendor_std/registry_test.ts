import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { fetchTarball, tarballUrl } from "../../../scripts/vendor_std/registry.ts";

/** A registry in which every path does something else. */
async function withRegistry(use: (base: string) => Promise<void>): Promise<void> {
  const open = new AbortController();
  const routes: Record<string, (url: string) => Response | Promise<Response>> = {
    "/bytes": () => new Response("bytes"),
    "/moved": (url) => Response.redirect(new URL("/bytes", url)),
    "/elsewhere": () => Response.redirect("http://localhost:8080/bytes"),
    "/refused": () => new Response("log in first", { status: 401 }),
    "/silent": () =>
      new Promise((resolve) =>
        open.signal.addEventListener("abort", () => resolve(new Response()))
      ),
    "/endless": () =>
      new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(64)) })),
  };
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) => routes[new URL(url).pathname]?.(url) ?? new Response(null, { status: 404 }),
  );
  try {
    await use(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    open.abort();
  }
}

/** The address of a server that is gone. */
async function goneServer(): Promise<string> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(),
  );
  return `127.0.0.1:${server.addr.port}`;
}

for (
  const [registry, spec, url] of [
    ["https://npm.test", "a@1.0.0", "https://npm.test/a/-/a-1.0.0.tgz"],
    ["https://npm.test/api/npm/", "a@1.0.0", "https://npm.test/api/npm/a/-/a-1.0.0.tgz"],
    [
      "https://npm.test/api/npm",
      "@s/a@1.0.0-b.1",
      "https://npm.test/api/npm/@s/a/-/a-1.0.0-b.1.tgz",
    ],
  ] as const
) {
  Deno.test(`tarballUrl() finds ${spec} when the registry is ${registry}`, () => {
    assertEquals(tarballUrl(registry, spec).href, url);
  });
}

Deno.test("tarballUrl() throws when the registry is no address", () => {
  assertThrows(() => tarballUrl("npm.test", "a@1.0.0"), TypeError, "is 'npm.test'");
});

for (const path of ["/bytes", "/moved"]) {
  Deno.test(`fetchTarball() gives the bytes when it asks ${path}`, async () => {
    await withRegistry(async (base) => {
      const bytes = await fetchTarball(new URL(path, base));
      assertEquals(new TextDecoder().decode(bytes), "bytes");
    });
  });
}

for (
  const [path, options, reason] of [
    ["/refused", {}, "it answered 401"],
    ["/none", {}, "it answered 404"],
    ["/silent", { answerMs: 50 }, "it took longer than 50 ms"],
    ["/endless", { answerMs: 50, totalMs: 100 }, "it took longer than 100 ms"],
    ["/endless", { maxBytes: 63 }, "it is larger than 63 bytes"],
    ["/elsewhere", {}, "it redirects to where this task may not go"],
  ] as const
) {
  Deno.test(`fetchTarball() rejects when ${path} is asked: ${reason}`, async () => {
    await withRegistry(async (base) => {
      const url = new URL(path, base);
      const said = `${url.host} does not give ${path} (${reason}`;
      await assertRejects(() => fetchTarball(url, options), Error, said);
    });
  });
}

Deno.test("fetchTarball() takes as much as it may", async () => {
  await withRegistry(async (base) => {
    assertEquals((await fetchTarball(new URL("/bytes", base), { maxBytes: 5 })).length, 5);
  });
});

Deno.test("fetchTarball() says why, without the password, when nobody answers", async () => {
  const url = new URL(`http://user:secret@${await goneServer()}/a.tgz`);
  const error = await assertRejects(() => fetchTarball(url), Error, `${url.host} does not give /a`);
  assertMatch(error.message, /refused/);
  assertEquals(/secret|\n/.test(error.message), false, error.message);
});

Deno.test("fetchTarball() says how to allow it when the registry may not be asked", async () => {
  const command = "'deno run -P=setup --allow-net=jsr.io,npm.test scripts/vendor_std.ts'";
  await assertRejects(() => fetchTarball(new URL("https://npm.test/a")), Error, command);
});
