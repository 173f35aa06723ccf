import { assertEquals } from "@std/assert";
import { spy } from "@std/testing/mock";
import fc from "fast-check";
import { TokenStore } from "../../lib/auth/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { makeTempDir, recordingLog } from "../support/mod.ts";
import { writeUnnoticed } from "./_unnoticed.ts";

/** A store over `<dir>/.auth_token`, with all that it knows. */
function storeIn(dir: string, environmentToken?: string) {
  const { log, lines } = recordingLog();
  const secrets = new Secrets();
  const file = `${dir}/.auth_token`;
  const store = new TokenStore({ file, environmentToken, secrets, log });
  return { store, file, secrets, lines };
}

Deno.test("TokenStore.current() gives nothing when there is no file and no variable (contract 7 #25)", async () => {
  await using dir = await makeTempDir();
  const { store, lines } = storeIn(dir.path);
  assertEquals(await store.current(), undefined);
  assertEquals(lines, []);
});

const contents: [what: string, content: string, token: string | undefined][] = [
  ["holds a token", "file-token", "file-token"],
  ["has white space around it", "  file-token\r\n", "file-token"],
  ["is empty (contract 7 #35)", "", "variable"],
  ["is blank (contract 7 #36)", " \n\t\n", "variable"],
  ["holds two lines", "one\ntwo", "variable"],
  ["holds a token that cannot stand in a header", "töken", "variable"],
  ["holds NUL", "tok\0en", "variable"],
];
for (const [what, content, token] of contents) {
  Deno.test(`TokenStore.current() gives '${token}' when the file ${what}`, async () => {
    await using dir = await makeTempDir();
    const { store, file } = storeIn(dir.path, "variable");
    await Deno.writeTextFile(file, content);
    assertEquals(await store.current(), token);
  });
}

Deno.test("TokenStore.current() gives a header-safe token or none when the file holds any bytes", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      await Deno.writeFile(file, bytes);
      const token = await store.refresh(await store.current());
      return token === undefined || /^[!-~]+$/.test(token);
    }),
    { numRuns: 50 },
  );
});

Deno.test("TokenStore.current() does not read the file again when nothing has changed (contract 7 #34)", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  do {
    await Deno.writeTextFile(file, "first");
    assertEquals(await store.refresh(await store.current()), "first");
  } while (!await writeUnnoticed(file, "other"));
  assertEquals(await store.current(), "first");
  assertEquals(await store.refresh("first"), "other");
});

const changes: [what: string, change: (file: string) => Promise<void>][] = [
  ["was written in place", (file) => Deno.writeTextFile(file, "second-token")],
  ["was replaced by a rename", async (file) => {
    const { mtime } = await Deno.stat(file);
    await Deno.writeTextFile(`${file}.new`, "second");
    if (mtime) await Deno.utime(`${file}.new`, mtime, mtime);
    await Deno.rename(`${file}.new`, file);
  }],
  ["has only another mtime", async (file) => {
    await Deno.writeTextFile(file, "second");
    await Deno.utime(file, new Date(0), new Date(0));
  }],
];
for (const [what, change] of changes) {
  Deno.test(`TokenStore.current() gives the new token, without a 401, when the file ${what}`, async () => {
    await using dir = await makeTempDir();
    const { store, file } = storeIn(dir.path);
    await Deno.writeTextFile(file, "firsts");
    assertEquals(await store.current(), "firsts");
    await change(file);
    assertEquals((await store.current())?.slice(0, 6), "second");
  });
}

Deno.test("TokenStore.current() keeps the last token when the file is emptied, is gone, and comes back", async () => {
  await using dir = await makeTempDir();
  const { store, file, lines } = storeIn(dir.path, "variable");
  await Deno.writeTextFile(file, "first");
  assertEquals(await store.current(), "first");
  await Deno.writeTextFile(file, "");
  assertEquals(await store.current(), "first");
  await Deno.remove(file);
  assertEquals(await store.current(), "first");
  await Deno.writeTextFile(file, "third");
  assertEquals(await store.current(), "third");
  assertEquals(lines.map(({ level }) => level), ["WARN"]);
});

Deno.test("TokenStore.refresh() gives the whole token when the file was half written before", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await Deno.writeTextFile(file, "who");
  assertEquals(await store.current(), "who");
  await Deno.writeTextFile(file, "whole-token");
  assertEquals(await store.refresh("who"), "whole-token");
});

Deno.test("TokenStore.refresh() reads the file once when many ask together", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await Deno.writeTextFile(file, "first");
  await store.current();
  await Deno.writeTextFile(file, "second");
  using reads = spy(Deno, "readTextFile");
  const tokens = await Promise.all([1, 2, 3].map(() => store.refresh("first")));
  assertEquals(tokens, ["second", "second", "second"]);
  assertEquals(reads.calls.length, 1);
});

Deno.test("TokenStore.refresh() does not read when somebody else has found the new token", async () => {
  await using dir = await makeTempDir();
  const { store, file } = storeIn(dir.path);
  await Deno.writeTextFile(file, "second");
  assertEquals(await store.current(), "second");
  await Deno.remove(file);
  await Deno.mkdir(file);
  assertEquals(await store.refresh("first"), "second");
});

const oddities: [what: string, make: (file: string) => Promise<unknown>, warning: string][] = [
  ["a folder", (file) => Deno.mkdir(file), "it is not a regular file"],
  ["a pipe", (file) => new Deno.Command("mkfifo", { args: [file] }).output(), "not a regular file"],
  ["too large", (file) => Deno.writeTextFile(file, "x".repeat(9000)), "at most 8192 bytes"],
  ["no token", (file) => Deno.writeTextFile(file, "{\n}"), "one line of printable characters"],
];
for (const [what, make, warning] of oddities) {
  Deno.test(`TokenStore.current() warns once and goes on when the file is ${what}`, async () => {
    await using dir = await makeTempDir();
    const { store, file, lines } = storeIn(dir.path, "variable");
    await make(file);
    for (let turn = 0; turn < 3; turn++) assertEquals(await store.current(), "variable");
    assertEquals(await store.refresh("variable"), "variable");
    assertEquals(lines.map(({ level }) => level), ["WARN"]);
    assertEquals(lines[0]?.message.includes(warning), true, lines[0]?.message);
    assertEquals(lines[0]?.message.includes(file), true);
  });
}

Deno.test("TokenStore tells every token to the secrets when it learns one", async () => {
  await using dir = await makeTempDir();
  const { store, file, secrets } = storeIn(dir.path, "variable-token");
  await Deno.writeTextFile(file, "file-token");
  await store.current();
  store.adopt("saved-token");
  await store.save();
  assertEquals(
    secrets.mask("variable-token file-token saved-token"),
    "[redacted] [redacted] [redacted]",
  );
});

Deno.test("TokenStore.current() tells the token to the secrets with each use, so that what came later does not push it out", async () => {
  await using dir = await makeTempDir();
  const { store, secrets } = storeIn(dir.path, "token-in-use");
  for (let n = 0; n < 40; n++) {
    secrets.add(`a-later-secret-${n}`);
    await store.current();
  }
  assertEquals(secrets.mask("token-in-use"), "[redacted]");
});
