import { assertEquals, assertMatch } from "@std/assert";
import {
  type DevPlatformOptions,
  type DevWorkspace,
  startDevPlatform,
} from "../../../scripts/dev_platform/mod.ts";
import { call, type CallOptions } from "./_client.ts";

/** A platform with a workspace, and what asks for its listing. */
async function started(options: DevPlatformOptions = {}) {
  const platform = await startDevPlatform(options);
  const workspace: DevWorkspace = platform.addWorkspace();
  return {
    platform,
    workspace,
    list: (headers: NonNullable<CallOptions["headers"]> = {}) =>
      call(platform, `GET /workspaces/${workspace.id}/delegations`, {
        token: workspace.token,
        headers,
      }),
    [Symbol.asyncDispose]: () => platform.close(),
  };
}

Deno.test("GET /delegations has no ETag, and is always sent, when none is to be offered", async () => {
  await using made = await started();
  const { headers } = await made.list();
  const { status } = await made.list({ "if-none-match": "*" });
  assertEquals([headers.get("etag"), status], [null, 200]);
});

Deno.test("GET /delegations is 304 without a body when its ETag is known", async () => {
  await using made = await started({ offersEtags: true });
  const etag = (await made.list()).headers.get("etag") ?? "";
  assertMatch(etag, /^"[0-9a-f]{64}"$/);
  const { headers, status, text } = await made.list({ "if-none-match": `"other", ${etag}` });
  assertEquals([status, text, headers.get("etag")], [304, "", etag]);
});

Deno.test("GET /delegations is sent with another ETag when it is another listing", async () => {
  await using made = await started({ offersEtags: true });
  const etag = (await made.list()).headers.get("etag") ?? "";
  made.workspace.delegate();
  const { headers, status } = await made.list({ "if-none-match": etag });
  assertEquals([status, headers.get("etag") === etag], [200, false]);
});

Deno.test("GET /delegations has no ETag when it is refused", async () => {
  await using made = await started({ offersEtags: true });
  const path = `GET /workspaces/${made.workspace.id}/delegations`;
  const { headers, status } = await call(made.platform, path);
  assertEquals([status, headers.get("etag")], [401, null]);
});
