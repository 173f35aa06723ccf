import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { IssuedToken, probeTokenFile, TokenStore } from "../../lib/auth/mod.ts";
import { Secrets } from "../../lib/log/mod.ts";
import { Turns } from "../../lib/turns.ts";
import { makeTempDir, ManualClock, recordingLog } from "../support/mod.ts";

/** What keeps an issued token in `<dir>/.auth_token`, with all that it knows. */
function issuedIn(dir: string, environmentToken?: string) {
  const { log, lines } = recordingLog();
  const secrets = new Secrets();
  const clock = new ManualClock();
  const file = `${dir}/.auth_token`;
  const tokens = new TokenStore({ file, environmentToken, secrets, log });
  const issued = new IssuedToken({ file, store: tokens, source: tokens, log, clock });
  return { issued, tokens, file, secrets, lines };
}

Deno.test("IssuedToken.isThere() is true when the workspace has a token, wherever it is", async () => {
  await using dir = await makeTempDir();
  assertEquals(await issuedIn(dir.path).issued.isThere(), false);
  assertEquals(await issuedIn(dir.path, "variable-token").issued.isThere(), true);
  await Deno.writeTextFile(`${dir.path}/.auth_token`, "file-token");
  assertEquals(await issuedIn(dir.path).issued.isThere(), true);
});

Deno.test("IssuedToken.isThere() asks its source, which does not wait for a disk", async () => {
  const { log } = recordingLog();
  const file = "/nowhere/.auth_token";
  const store = new TokenStore({ file, secrets: new Secrets(), log });
  const token = () => Promise.resolve("last-token");
  const source = { current: token, refresh: token };
  const issued = new IssuedToken({ file, store, source, log, clock: new ManualClock() });
  assertEquals(await issued.isThere(), true);
});

Deno.test("IssuedToken.offer() saves exactly the token, private, and it is used from then on (contract 1.2, 4.1)", async () => {
  await using dir = await makeTempDir();
  const { file, issued, lines, secrets, tokens } = issuedIn(dir.path);
  assertEquals(issued.offer({ status: "registered", auth_token: "issued-token" }), true);
  await issued.settled();
  assertEquals(await Deno.readTextFile(file), "issued-token");
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  assertEquals([await tokens.current(), await issued.isThere()], ["issued-token", true]);
  assertEquals(secrets.mask("issued-token"), "[redacted]");
  assertEquals(lines, []);
});

Deno.test("IssuedToken.offer() leaves white space around the token out (contract 7 #26)", async () => {
  await using dir = await makeTempDir();
  const { file, issued, tokens } = issuedIn(dir.path);
  for (const token of ["  issued-token\n", " issued-token "]) {
    assertEquals(issued.offer({ auth_token: token }), true);
    await issued.settled();
    assertEquals([await Deno.readTextFile(file), await tokens.current()], [
      "issued-token",
      "issued-token",
    ]);
  }
});

Deno.test("IssuedToken.offer() takes the place of the token that was there, also of the environment's", async () => {
  await using dir = await makeTempDir();
  const { issued, tokens } = issuedIn(dir.path, "revoked-token");
  issued.offer({ auth_token: "issued-token" });
  await issued.settled();
  assertEquals(await tokens.current(), "issued-token");
});

const none: [what: string, answer: unknown][] = [
  ["holds none", { status: "registered" }],
  ["is no object", "issued-token"],
  ["is null", null],
  ["is nothing", undefined],
  ["holds an empty one", { auth_token: "" }],
  ["holds null for one", { auth_token: null }],
];
for (const [what, answer] of none) {
  Deno.test(`IssuedToken.offer() takes nothing, and keeps what is there, when the answer ${what}`, async () => {
    await using dir = await makeTempDir();
    const { file, issued, lines, tokens } = issuedIn(dir.path);
    await Deno.writeTextFile(file, "former-token");
    assertEquals(issued.offer(answer), false);
    await issued.settled();
    assertEquals([await Deno.readTextFile(file), await tokens.current()], [
      "former-token",
      "former-token",
    ]);
    assertEquals(lines, []);
  });
}

const unusable: [what: string, token: unknown][] = [
  ["blank (contract 7 #29)", "  \n"],
  ["a number", 12345678],
  ["two words", "two words"],
  ["two lines", "two\nlines"],
  ["what cannot stand in a header", "töken-töken"],
  ["a book", "x".repeat(5000)],
];
for (const [what, token] of unusable) {
  Deno.test(`IssuedToken.offer() takes nothing, and says so in one error without it, when the token is ${what}`, async () => {
    await using dir = await makeTempDir();
    const { file, issued, lines } = issuedIn(dir.path);
    assertEquals(issued.offer({ auth_token: token }), false);
    assertEquals(await issued.settled(), true);
    assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
    const [line, ...more] = lines;
    assertEquals([line?.level, more], ["ERROR", []]);
    assertEquals(
      line?.message,
      "The platform has issued a token that cannot be one, and will not tell it again: make " +
        `another in the workspace's settings on the platform, and put it into '${file}'`,
    );
  });
}

Deno.test("IssuedToken.offer() uses the token at once while the disk refuses it, and saves it when it is retried", async () => {
  await using dir = await makeTempDir();
  const { file, issued, tokens } = issuedIn(dir.path, "revoked-token");
  await Deno.mkdir(`${file}.tmp/in-the-way`, { recursive: true });
  issued.offer({ auth_token: "issued-token" });
  assertEquals(await tokens.current(), "issued-token");
  assertEquals(await issued.settled(), false);
  issued.retry();
  assertEquals(await issued.settled(), false);
  assertEquals(await tokens.refresh("issued-token"), "issued-token");
  await Deno.remove(`${file}.tmp`, { recursive: true });
  issued.retry();
  assertEquals(await issued.settled(), true);
  assertEquals(await Deno.readTextFile(file), "issued-token");
});

Deno.test("IssuedToken.offer() uses the token at once while it may not use the disk", async () => {
  await using dir = await makeTempDir();
  const { log } = recordingLog();
  const file = `${dir.path}/.auth_token`;
  const store = new TokenStore({ file, secrets: new Secrets(), log });
  const disk = new Turns();
  const other = Promise.withResolvers<void>();
  const holding = disk.take(() => other.promise);
  const clock = new ManualClock();
  const issued = new IssuedToken({ file, store, source: store, disk, log, clock });
  issued.offer({ auth_token: "issued-token" });
  const inUse = await store.current();
  other.resolve();
  await holding;
  await issued.settled();
  assertEquals(inUse, "issued-token");
});

Deno.test("IssuedToken.retry() leaves the token that somebody has put into the file after it could not be saved", async () => {
  await using dir = await makeTempDir();
  const { file, issued, lines, tokens } = issuedIn(dir.path);
  await Deno.mkdir(`${file}.tmp/in-the-way`, { recursive: true });
  issued.offer({ auth_token: "issued-token" });
  await issued.settled();
  await Deno.writeTextFile(file, "somebodys-token");
  assertEquals(await tokens.current(), "somebodys-token");
  await Deno.remove(`${file}.tmp`, { recursive: true });
  issued.retry();
  assertEquals(await issued.settled(), true);
  assertEquals([await Deno.readTextFile(file), await tokens.current()], [
    "somebodys-token",
    "somebodys-token",
  ]);
  assertEquals(lines.map(({ level }) => level), ["ERROR", "INFO"]);
  assertMatch(lines[1]?.message ?? "", /^Somebody has put another token into/);
});

Deno.test("IssuedToken.retry() saves the token again when its folder was emptied", async () => {
  await using dir = await makeTempDir();
  const { file, issued, tokens } = issuedIn(dir.path);
  issued.offer({ auth_token: "issued-token" });
  await issued.settled();
  await tokens.current();
  await Deno.remove(file);
  await tokens.current();
  assertEquals(await issued.settled(), false);
  issued.retry();
  assertEquals(await issued.settled(), true);
  assertEquals(await Deno.readTextFile(file), "issued-token");
});

Deno.test("IssuedToken says one error, without the token, while the disk refuses it: a restart would lose it", async () => {
  await using dir = await makeTempDir();
  const { file, issued, lines } = issuedIn(dir.path);
  await Deno.mkdir(`${file}.tmp/in-the-way`, { recursive: true });
  issued.offer({ auth_token: "issued-token" });
  for (let retry = 0; retry < 2; retry++) {
    await issued.settled();
    issued.retry();
  }
  await issued.settled();
  await Deno.remove(`${file}.tmp`, { recursive: true });
  issued.retry();
  await issued.settled();
  assertEquals(lines.map(({ level }) => level), ["ERROR", "DEBUG", "DEBUG", "INFO"]);
  assertMatch(
    lines[0]?.message ?? "",
    /^Cannot save the token that the platform has issued to '.+\.auth_token': .+; the next beat tries again, and a restart before that loses it$/,
  );
  assertEquals(lines.some(({ message }) => message.includes("issued-token")), false);
});

Deno.test("probeTokenFile() resolves when a token could be kept, and rejects when it could not", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/.auth_token`;
  await probeTokenFile(file);
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
  await Deno.mkdir(`${file}.tmp/in-the-way`, { recursive: true });
  await assertRejects(() => probeTokenFile(file));
});

const FILE = "/nowhere/.auth_token";
const grants: [permissions: Deno.PermissionOptions, lacks: string][] = [
  [{ read: true, write: false }, `write access to '${FILE}'`],
  [{ read: false, write: true }, `read access to '${FILE}'`],
  [{ read: false, write: false }, `read and write access to '${FILE}'`],
  [{ read: true, write: [FILE] }, `write access to '${FILE}.tmp'`],
  [{ read: [FILE], write: true }, `read access to '${FILE}.tmp'`],
];
for (const [permissions, lacks] of grants) {
  Deno.test(
    `probeTokenFile() rejects as not granted, and touches nothing, when the manifest lacks ${lacks}`,
    { permissions },
    async () => {
      await assertRejects(
        () => probeTokenFile(FILE),
        Deno.errors.NotCapable,
        `Requires ${lacks}`,
      );
    },
  );
}

Deno.test("probeTokenFile() rejects, and leaves the file as it is, when it holds something else than a token", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/.auth_token`;
  await Deno.writeTextFile(file, "TOKEN=two words");
  await assertRejects(() => probeTokenFile(file), TypeError, "expected one line of printable");
  assertEquals(await Deno.readTextFile(file), "TOKEN=two words");
});

Deno.test("IssuedToken.isStored() waits for the disk, and finds the token that is there", async () => {
  await using dir = await makeTempDir();
  await Deno.writeTextFile(`${dir.path}/.auth_token`, "file-token");
  const { log } = recordingLog();
  const file = `${dir.path}/.auth_token`;
  const store = new TokenStore({ file, secrets: new Secrets(), log });
  const none = () => Promise.resolve(undefined);
  const source = { current: none, refresh: none };
  const issued = new IssuedToken({ file, store, source, log, clock: new ManualClock() });
  assertEquals([await issued.isThere(), await issued.isStored()], [false, true]);
});
