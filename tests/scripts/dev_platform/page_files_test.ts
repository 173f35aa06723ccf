import { assertEquals, assertMatch } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { call } from "./_client.ts";

const FOLDER = new URL("../../../scripts/dev_platform/page/", import.meta.url);

Deno.test("the platform leads a browser from its root to the page, and nobody else", async () => {
  await using platform = await startDevPlatform();
  const headers = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
  const led = await call(platform, "GET /", { headers });
  assertEquals([led.status, led.headers.get("location")], [302, "/_dev/"]);
  assertEquals((await call(platform, "GET /")).status, 404);
  assertEquals((await call(platform, "POST /", { headers, body: {} })).status, 404);
});

Deno.test("the platform serves the page with all its files, and lets it load nothing else", async () => {
  await using platform = await startDevPlatform();
  const page = await call(platform, "GET /_dev/");
  assertEquals(page.status, 200);
  const policy = `${page.headers.get("content-security-policy")}`.split("; ");
  assertEquals(policy.slice(0, 3), ["default-src 'none'", "script-src 'self'", "style-src 'self'"]);
  assertEquals(policy.join().includes("unsafe"), false);
  const types: Record<string, RegExp> = {
    html: /^text\/html/,
    css: /^text\/css/,
    js: /^text\/javascript/,
    svg: /^image\/svg\+xml/,
  };
  for await (const { name } of Deno.readDir(FOLDER)) {
    const { status, headers, text } = await call(platform, `GET /_dev/page/${name}`);
    assertEquals([status, text], [200, await Deno.readTextFile(new URL(name, FOLDER))], name);
    assertMatch(`${headers.get("content-type")}`, types[name.split(".")[1] ?? ""] ?? /never/);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
  }
});

const missing = [
  "none.js",
  "..%2fpage%2fapp.js",
  "..%2fmain.ts",
  "app",
  "app.ts",
  "app.js.map",
  "App.js",
];
for (const name of missing) {
  Deno.test(`the platform answers 404 when it is asked for the page's file '${name}'`, async () => {
    await using platform = await startDevPlatform();
    assertEquals((await call(platform, `GET /_dev/page/${name}`)).status, 404);
  });
}

Deno.test("requests for the page are not among those that the platform has received", async () => {
  await using platform = await startDevPlatform();
  for (const path of ["/", "/_dev/", "/_dev/page/app.js"]) {
    await call(platform, `GET ${path}`, { headers: { Accept: "text/html" } });
  }
  assertEquals(platform.requests, []);
});
