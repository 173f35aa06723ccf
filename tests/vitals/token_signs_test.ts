import { assert, assertEquals } from "@std/assert";
import { TokenStore } from "../../lib/auth/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { makeTempDir, recordingLog } from "../support/mod.ts";

const WRITTEN_AT = Date.UTC(2026, 3, 1);

function storeIn(dir: string, environmentToken?: string) {
  const { log } = recordingLog();
  const file = `${dir}/.auth_token`;
  return { file, store: new TokenStore({ file, environmentToken, secrets: new Secrets(), log }) };
}

async function put(file: string, token: string, at: number): Promise<void> {
  await Deno.writeTextFile(file, token);
  await Deno.utime(file, at / 1000, at / 1000);
}

Deno.test("TokenStore.inUse says that there is no token, or that it is the environment's", async () => {
  await using dir = await makeTempDir();
  const [none, set] = [storeIn(dir.path), storeIn(dir.path, "variable")];
  await Promise.all([none.store.current(), set.store.current()]);
  assertEquals(none.store.inUse, { source: "none", changedAt: undefined });
  assertEquals(set.store.inUse, { source: "environment", changedAt: undefined });
});

Deno.test("TokenStore.inUse says when the token in the file was written", async () => {
  await using dir = await makeTempDir();
  const { file, store } = storeIn(dir.path, "variable");
  await put(file, "token-one", WRITTEN_AT);
  await store.current();
  assertEquals(store.inUse, { source: "file", changedAt: WRITTEN_AT });
  await put(file, "token-two", WRITTEN_AT + 5000);
  await store.current();
  assertEquals(store.inUse, { source: "file", changedAt: WRITTEN_AT + 5000 });
});

Deno.test("TokenStore.inUse is as old as before when the same token is written again", async () => {
  await using dir = await makeTempDir();
  const { file, store } = storeIn(dir.path);
  await put(file, "token-one", WRITTEN_AT);
  await store.current();
  await put(file, "token-one", WRITTEN_AT + 5000);
  await store.current();
  assertEquals(store.inUse, { source: "file", changedAt: WRITTEN_AT });
});

Deno.test("TokenStore.inUse says that a token was issued, until its file holds it", async () => {
  await using dir = await makeTempDir();
  const { store } = storeIn(dir.path);
  const before = Date.now();
  store.adopt("token-issued");
  const { changedAt = 0, source } = store.inUse;
  assertEquals(source, "issued");
  assert(changedAt >= before && changedAt <= Date.now());
  await store.save();
  await store.current();
  assertEquals(store.inUse, { source: "file", changedAt });
});
