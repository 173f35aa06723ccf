import { assertEquals, assertMatch } from "@std/assert";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { startSession } from "./_session.ts";

Deno.test("run sends nothing and ends with 78 when a proxy would read the token", async () => {
  await using session = await startSession();
  await using proxy = await startDevPlatform();
  const env = { http_proxy: proxy.url.replace("://", "://user:hunter2@") };
  await using sidecar = session.start({ args: ["--once"], env });
  assertEquals(await sidecar.ended(), 78);
  assertEquals(sidecar.stderr.length, 1);
  const [line = ""] = sidecar.stderr;
  assertMatch(line, new RegExp(`'${proxy.url}' \\(from environment http_proxy\\)`));
  assertMatch(line, /unset the variable, add the platform's host to NO_PROXY, or .*--allow-proxy$/);
  assertEquals([proxy.requests.length, session.platform.requests.length], [0, 0]);
});

Deno.test("run goes past the proxy when NO_PROXY names the platform's host", async () => {
  await using session = await startSession();
  await using proxy = await startDevPlatform();
  const env = { HTTP_PROXY: proxy.url, NO_PROXY: "other.test, 127.0.0.1" };
  await using sidecar = session.start({ args: ["--once"], env });
  assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  assertEquals(proxy.requests.length, 0);
});

Deno.test("run goes through the proxy when it is told to with --allow-proxy", async () => {
  await using session = await startSession();
  await using proxy = await startDevPlatform();
  const args = ["--once", "--allow-proxy"];
  await using sidecar = session.start({ args, env: { HTTP_PROXY: proxy.url } });
  await sidecar.ended(); // with whatever the proxy makes of it
  assertEquals([proxy.requests.length > 0, session.platform.requests.length], [true, 0]);
});
