import { assertEquals, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import { TokenStore } from "../../lib/auth/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { makeTempDir, recordingLog } from "../support/mod.ts";

/** A store over `<dir>/.auth_token`, with what it logs. */
function storeIn(dir: string, environmentToken?: string) {
  const { log, lines } = recordingLog();
  const file = `${dir}/.auth_token`;
  const store = new TokenStore({ file, environmentToken, secrets: new Secrets(), log });
  return { store, file, lines };
}

/** Adopts a token, and saves it. */
async function keep(store: TokenStore, token: string): Promise<boolean> {
  store.adopt(token);
  return await store.save();
}

/** A store that has read "former-token", and whose disk has just refused "issued-token". */
async function makeUnsaved(dir: string) {
  const made = storeIn(dir);
  const { file, store } = made;
  await Deno.writeTextFile(file, "former-token");
  assertEquals(await store.current(), "former-token");
  await Deno.mkdir(`${file}.tmp/in-the-way`, { recursive: true });
  await assertRejects(() => keep(store, "issued-token"));
  return { ...made, mend: () => Deno.remove(`${file}.tmp`, { recursive: true }) };
}

Deno.test("TokenStore.save() writes exactly the token, private, in its folder when there is none (contract 7 #26, #27, #28)", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(`${dir.path}/made/by/save`);
  await keep(store, "issued-token");
  assertEquals(await Deno.readTextFile(file), "issued-token");
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  assertEquals(await store.current(), "issued-token");
});

Deno.test("TokenStore.save() leaves the file alone when it holds the token (contract 7 #30)", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await keep(store, "issued-token");
  const before = await Deno.stat(file);
  await keep(store, "issued-token");
  const after = await Deno.stat(file);
  assertEquals([after.ino, after.mtime], [before.ino, before.mtime]);
});

Deno.test("TokenStore.save() replaces the token when it is another one (contract 7 #31)", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await keep(store, "first-token");
  await keep(store, "second-token");
  assertEquals(await Deno.readTextFile(file), "second-token");
  assertEquals(await store.current(), "second-token");
});

Deno.test("TokenStore.save() writes the token again when its file was lost", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await keep(store, "issued-token");
  await Deno.remove(file);
  await keep(store, "issued-token");
  assertEquals(await Deno.readTextFile(file), "issued-token");
});

Deno.test("TokenStore.save() replaces the token that was read from the file, and is not asked for again", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await Deno.writeTextFile(file, "revoked-token");
  await store.current();
  await keep(store, "issued-token");
  assertEquals([await Deno.readTextFile(file), await store.current()], [
    "issued-token",
    "issued-token",
  ]);
});

Deno.test("TokenStore.save() uses the token at once when it cannot be written", async () => {
  await using dir = await makeTempDir();
  const { file, store } = await makeUnsaved(dir.path);
  assertEquals(await store.current(), "issued-token");
  assertEquals(await Deno.readTextFile(file), "former-token");
});

Deno.test("TokenStore.refresh() keeps to the token that could not be written although the file still holds the former one", async () => {
  await using dir = await makeTempDir();
  const { store } = await makeUnsaved(dir.path);
  assertEquals(await store.refresh("issued-token"), "issued-token");
  assertEquals(await store.current(), "issued-token");
});

Deno.test("TokenStore.current() keeps to the token that could not be written when the file has another stamp, but the same text", async () => {
  await using dir = await makeTempDir();
  const { file, store } = await makeUnsaved(dir.path);
  await Deno.writeTextFile(file, "former-token\n");
  await Deno.utime(file, new Date(0), new Date(0));
  assertEquals(await store.current(), "issued-token");
  assertEquals(await store.refresh("issued-token"), "issued-token");
});

for (const how of ["current", "refresh"] as const) {
  Deno.test(`TokenStore.${how}() gives the token that somebody has put into the file since the last one could not be written`, async () => {
    await using dir = await makeTempDir();
    const { file, store } = await makeUnsaved(dir.path);
    await Deno.writeTextFile(file, "somebodys-token");
    const given = how === "current" ? store.current() : store.refresh("issued-token");
    assertEquals(await given, "somebodys-token");
  });
}

Deno.test("TokenStore.save() leaves the token that somebody has put into the file since the last try, and uses it", async () => {
  await using dir = await makeTempDir();
  const { file, mend, store } = await makeUnsaved(dir.path);
  await Deno.writeTextFile(file, "somebodys-token");
  await mend();
  await keep(store, "issued-token");
  assertEquals([await Deno.readTextFile(file), await store.current()], [
    "somebodys-token",
    "somebodys-token",
  ]);
});

Deno.test("TokenStore.save() leaves the token that somebody has put into the file while it was issued, and uses it", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path, "revoked-token");
  await store.current();
  await Deno.writeTextFile(file, "somebodys-token");
  await keep(store, "issued-token");
  assertEquals([await Deno.readTextFile(file), await store.current()], [
    "somebodys-token",
    "somebodys-token",
  ]);
});

Deno.test("TokenStore.save() writes the token with the next try when the file still holds the former one", async () => {
  await using dir = await makeTempDir();
  const { file, mend, store } = await makeUnsaved(dir.path);
  await assertRejects(() => keep(store, "issued-token"));
  await mend();
  await keep(store, "issued-token");
  assertEquals(await Deno.readTextFile(file), "issued-token");
});

Deno.test("TokenStore.save() writes the token with the next try when the file was lost meanwhile", async () => {
  await using dir = await makeTempDir();
  const { file, mend, store } = await makeUnsaved(dir.path);
  await Deno.remove(file);
  assertEquals(await store.refresh("issued-token"), "issued-token");
  await mend();
  await keep(store, "issued-token");
  assertEquals(await Deno.readTextFile(file), "issued-token");
});

Deno.test("TokenStore.save() writes another token when the file still holds the former one, since the first could not be written", async () => {
  await using dir = await makeTempDir();
  const { file, mend, store } = await makeUnsaved(dir.path);
  await mend();
  await keep(store, "another-token");
  assertEquals([await Deno.readTextFile(file), await store.current()], [
    "another-token",
    "another-token",
  ]);
});

Deno.test("TokenStore.current() gives a rotated token again, without a 401, when the one before was saved", async () => {
  await using dir = await makeTempDir();
  const { file, mend, store } = await makeUnsaved(dir.path);
  await mend();
  await keep(store, "issued-token");
  await Deno.writeTextFile(file, "former-token"); // as somebody wants it
  assertEquals(await store.current(), "former-token");
});

Deno.test("TokenStore.save() leaves the token that somebody has put into the file, also when it was in use before", async () => {
  await using dir = await makeTempDir();
  const { file, lines, mend, store } = await makeUnsaved(dir.path);
  await Deno.writeTextFile(file, "somebodys-token");
  assertEquals(await store.current(), "somebodys-token");
  await mend();
  await store.save();
  assertEquals([await Deno.readTextFile(file), await store.current()], [
    "somebodys-token",
    "somebodys-token",
  ]);
  assertEquals(lines.map(({ level, message }) => `${level} ${message}`), [
    `INFO Somebody has put another token into '${file}': it is used, and the one that the platform ` +
    "has issued is dropped",
  ]);
});

Deno.test("TokenStore.save() writes the newer of two tokens whenever that was issued while the first was saved", async () => {
  for (let turns = 0; turns < 30; turns++) {
    await using dir = await makeTempDir();
    const { store, file } = storeIn(dir.path);
    store.adopt("first-token");
    const saving = store.save();
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setTimeout(resolve));
    store.adopt("second-token");
    await saving;
    await store.save();
    assertEquals([await Deno.readTextFile(file), await store.current(), store.unsaved], [
      "second-token",
      "second-token",
      undefined,
    ]);
  }
});

Deno.test("TokenStore.unsaved is the token that was issued when its file is found to be gone, and it can be saved again", async () => {
  await using dir = await makeTempDir();
  const { lines, store, file } = storeIn(dir.path);
  await keep(store, "issued-token");
  assertEquals(await store.current(), "issued-token");
  assertEquals(store.unsaved, undefined);
  await Deno.remove(file);
  assertEquals(await store.current(), "issued-token");
  assertEquals(store.unsaved, "issued-token");
  await store.save();
  assertEquals([await Deno.readTextFile(file), store.unsaved], ["issued-token", undefined]);
  assertEquals(lines, []);
});

Deno.test("TokenStore.unsaved is none when the file is only empty: somebody is writing to it", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await keep(store, "issued-token");
  await Deno.writeTextFile(file, "");
  assertEquals([await store.current(), store.unsaved], ["issued-token", undefined]);
});

Deno.test("TokenStore.current() says once that a file is gone whose token is somebody else's, and uses that until there is another", async () => {
  await using dir = await makeTempDir();
  const { lines, store, file } = storeIn(dir.path);
  await Deno.writeTextFile(file, "somebodys-token");
  await store.current();
  await Deno.remove(file);
  for (let look = 0; look < 2; look++) {
    assertEquals(await store.refresh("somebodys-token"), "somebodys-token");
  }
  assertEquals(store.unsaved, undefined);
  assertEquals(lines.map(({ level, message }) => `${level} ${message}`), [
    `WARN The token file '${file}' is gone: its token is used until a restart: put it back`,
  ]);
});

Deno.test("TokenStore.latest is the token that was found last, without a look", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path, "variable-token");
  await Deno.writeTextFile(file, "file-token");
  assertEquals(store.latest, "variable-token");
  await store.current();
  assertEquals(store.latest, "file-token");
  store.adopt("issued-token");
  assertEquals(store.latest, "issued-token");
});

Deno.test("TokenStore.save() leaves the token that somebody puts into the file while ours is on its way to the disk, and uses it", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  const { sync } = Deno.FsFile.prototype;
  using _slow = stub(Deno.FsFile.prototype, "sync", async function (this: Deno.FsFile) {
    await sync.call(this);
    await Deno.writeTextFile(file, "somebodys-token");
  });
  await keep(store, "issued-token");
  assertEquals([await Deno.readTextFile(file), await store.current()], [
    "somebodys-token",
    "somebodys-token",
  ]);
});

for (const text of ["TOKEN=operators token", "one\ntwo", "x".repeat(9000)]) {
  Deno.test(`TokenStore.save() leaves a file that holds ${JSON.stringify(text.slice(0, 22))}, and says what to do: it is somebody's`, async () => {
    await using dir = await makeTempDir();
    const { store, file } = storeIn(dir.path);
    await Deno.writeTextFile(file, text);
    await assertRejects(() => keep(store, "issued-token"), Error, `the token file '${file}'`);
    assertEquals([await Deno.readTextFile(file), await store.current(), store.unsaved], [
      text,
      "issued-token",
      "issued-token",
    ]);
    await Deno.remove(file);
    assertEquals(await store.save(), true);
    assertEquals(await Deno.readTextFile(file), "issued-token");
  });
}

Deno.test("TokenStore.save() writes into a file that is empty", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await Deno.writeTextFile(file, "\n");
  await keep(store, "issued-token");
  assertEquals(await Deno.readTextFile(file), "issued-token");
});
