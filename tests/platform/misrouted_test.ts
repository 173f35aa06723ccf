import { assertEquals, assertMatch } from "@std/assert";
import { PlatformClient, workspaceRequest } from "../../lib/platform/mod.ts";
import { eachDialect } from "../support/mod.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";

const ANYBODY = "0ac7f1de-0000-4000-8000-000000000001";
const never = new AbortController().signal;

/** What a client lacks or gets wrong, and what it is told of it. */
const lacking: [what: string, options: { sendsOrigin?: boolean; orgId?: string }, says: RegExp][] =
  [
    [
      "no tenant was sent",
      {},
      /Origin header: X-Molecule-Org-Id was not sent: set MOLECULE_ORG_ID to the workspace's tenant$/,
    ],
    [
      "neither a tenant nor an Origin was sent",
      { sendsOrigin: false },
      /Origin and X-Molecule-Org-Id were not sent: run with --origin on, and set MOLECULE_ORG_ID/,
    ],
    [
      "it is another tenant",
      { orgId: "other" },
      /both were sent: check that MOLECULE_ORG_ID names this workspace's tenant, and the platform's/,
    ],
    [
      "it is another tenant, and no Origin was sent",
      { orgId: "other", sendsOrigin: false },
      /Origin header: Origin was not sent: run with --origin on$/,
    ],
  ];
for (const [what, options, says] of lacking) {
  eachDialect.test(`PlatformClient.send() names the header that is wrong when ${what} (D30)`, async (dialect) => {
    await using platform = await startDevPlatform({ dialect, orgId: "org-1" });
    const client = new PlatformClient({ platformUrl: platform.url, ...options });
    const { detail, kind } = await client.send(workspaceRequest(ANYBODY), { signal: never });
    assertEquals(kind, "misrouted");
    assertMatch(detail, says);
  });
}

Deno.test("PlatformClient.send() names the Origin when a page of the canvas answers without it (D30)", async () => {
  await using platform = await startDevPlatform();
  platform.fault("workspace", {
    kind: "answer",
    status: 404,
    body: "<!doctype html><html></html>",
    headers: { "Content-Type": "text/html" },
  });
  const client = new PlatformClient({
    platformUrl: platform.url,
    sendsOrigin: false,
    orgId: "org-1",
  });
  const { detail } = await client.send(workspaceRequest(ANYBODY), { signal: never });
  assertMatch(detail, /\(a page\): wrong tenant or Origin header: Origin was not sent: run with/);
});

Deno.test("PlatformClient.send() blames the address, and no header, when the path leads nowhere", async () => {
  await using platform = await startDevPlatform();
  const client = new PlatformClient({ platformUrl: `${platform.url}/api` });
  const { detail, kind } = await client.send(workspaceRequest(ANYBODY), { signal: never });
  assertEquals(kind, "misrouted");
  assertMatch(detail, /\(an answer without JSON\): check the platform's address$/);
});
