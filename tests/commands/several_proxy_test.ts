import { assertEquals, assertMatch } from "@std/assert";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { type SeveralOptions, startSeveral } from "./_several.ts";
import { check } from "./_several_checked.ts";

/** The first of several workspaces has a platform whose proxy can read nothing; those of the others can. */
function proxied(proxyUrl: string): SeveralOptions {
  return {
    entries: [{ id: "scribe", token: "a-token", platform_url: "https://127.0.0.1:9" }],
    platformUrls: ["https://127.0.0.1:9"],
    env: { HTTP_PROXY: proxyUrl },
  };
}

Deno.test("run sends nothing, and ends with 78, when a proxy would read the token of the last of several workspaces", async () => {
  await using session = await startSeveral();
  await using proxy = await startDevPlatform();
  const { platform } = session;
  await using sidecar = session.start({ args: ["--once"], ...proxied(proxy.url) });
  assertEquals(await sidecar.ended(), 78);
  const [line = "", ...more] = sidecar.stderr;
  assertMatch(line, new RegExp(`^Cannot send the token to '${platform.url}' .* '${proxy.url}'`));
  assertEquals([more, proxy.requests.length, platform.requests.length], [[], 0, 0]);
});

Deno.test("check asks no platform when a proxy would read the token of the last of several workspaces", async () => {
  await using session = await startSeveral();
  await using proxy = await startDevPlatform();
  const { checks, exitCode } = await check(session, proxied(proxy.url));
  const found = checks.find(({ name }) => name === "proxy");
  assertEquals([exitCode, found?.status], [78, "failed"]);
  const skipped = checks.filter(({ message }) =>
    message === "not tested: nothing is sent through the proxy"
  );
  assertEquals(skipped.length, 9, "platform, workspace and token of three workspaces");
  assertEquals([proxy.requests.length, session.platform.requests.length], [0, 0]);
});
