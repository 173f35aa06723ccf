import { assertEquals } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { call } from "./_client.ts";

const JSON_TYPE = { "Content-Type": "application/json" };
const PATH = "/_dev/workspaces/ws-1/rotate-token";

/** Sends a request with these headers, `Host` included, which fetch() does not let one choose. */
async function status(port: number, head: readonly string[]): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const text = [...head, "Connection: close", "Content-Length: 0", "", ""].join("\r\n");
  await conn.write(new TextEncoder().encode(text));
  let answer = "";
  for await (const chunk of conn.readable.pipeThrough(new TextDecoderStream())) answer += chunk;
  return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
}

const senders: [name: string, status: number, headers: Record<string, string>][] = [
  ["another program", 200, {}],
  ["the page itself", 200, { Origin: "SELF", "Sec-Fetch-Site": "same-origin", ...JSON_TYPE }],
  ["the address line", 200, { "Sec-Fetch-Site": "none" }],
  ["another page", 403, { Origin: "https://evil.example", ...JSON_TYPE }],
  ["a page on another port", 403, { Origin: "http://127.0.0.1:1", ...JSON_TYPE }],
  ["a page without an origin", 403, { Origin: "null", ...JSON_TYPE }],
  ["an image of another page", 403, { "Sec-Fetch-Site": "cross-site" }],
  ["an image of a page on another port", 403, { "Sec-Fetch-Site": "same-site" }],
  ["a form", 415, { Origin: "SELF", "Content-Type": "text/plain" }],
  ["a form that lies", 415, { Origin: "SELF", "Content-Type": "text/plain; x=application/json" }],
];
for (const [name, expected, { Origin: origin, ...headers }] of senders) {
  Deno.test(`the control surface answers ${expected}, and obeys only with 200, when it is asked by ${name}`, async () => {
    await using platform = await startDevPlatform();
    const workspace = platform.addWorkspace({ id: "ws-1" });
    const { token } = workspace;
    const from = origin && { Origin: origin.replace("SELF", platform.url) };
    const answer = await call(platform, `POST ${PATH}`, {
      headers: { ...headers, ...from },
      body: {},
    });
    assertEquals([answer.status, workspace.token !== token], [expected, expected === 200]);
    assertEquals(answer.text.trim().split("\n").length, 1);
  });
}

const hosts: [host: string, status: number][] = [
  ["Host: 127.0.0.1:PORT", 200],
  ["Host: LOCALHOST:PORT", 200],
  ["Host: [::1]", 200],
  ["Host: evil.example:PORT", 403],
  ["Host: 127.0.0.1.evil.example", 403],
  ["X-Host: 127.0.0.1", 403],
];
for (const [host, expected] of hosts) {
  Deno.test(`the control surface answers ${expected} when it is asked with ${host}`, async () => {
    await using platform = await startDevPlatform();
    const port = Number(new URL(platform.url).port);
    const head = ["GET /_dev/state HTTP/1.1", host.replace("PORT", `${port}`)];
    assertEquals(await status(port, head), expected);
  });
}

Deno.test("the platform's own endpoints answer whatever the name is that leads to it", async () => {
  await using platform = await startDevPlatform();
  const port = Number(new URL(platform.url).port);
  const head = ["GET /health HTTP/1.1", "Host: host.docker.internal"];
  assertEquals(await status(port, head), 200);
});
