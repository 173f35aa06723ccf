import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { Secrets } from "../../lib/log/mod.ts";
import { InboundSecret } from "../../lib/secrets/mod.ts";
import { makeTempDir, ManualClock, recordingLog } from "../support/mod.ts";

/** The secret of a sidecar that keeps it in `<dir>/.platform_inbound_secret`. */
function secretIn(dir: string) {
  const { log, lines } = recordingLog();
  const secrets = new Secrets();
  const clock = new ManualClock();
  const file = `${dir}/.platform_inbound_secret`;
  const inbound = new InboundSecret({ file, secrets, log, clock });
  /** An accepted beat's answer, and the time that the disk needs. */
  const offer = async (secret: unknown) => {
    inbound.offer({ status: "ok", platform_inbound_secret: secret });
    await inbound.settled();
  };
  return { inbound, offer, file, secrets, lines, clock };
}

Deno.test("InboundSecret.offer() writes the secret, private and whole (contract 7 #97, #98, #111)", async () => {
  await using dir = await makeTempDir();
  const { offer, file, lines } = secretIn(dir.path);
  await offer("first-secret");
  assertEquals(await Deno.readTextFile(file), "first-secret");
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  assertEquals(lines, []);
});

Deno.test("InboundSecret.offer() makes the folder when there is none (contract 7 #102)", async () => {
  await using dir = await makeTempDir();
  const { offer, file } = secretIn(`${dir.path}/not/there`);
  await offer("first-secret");
  assertEquals(await Deno.readTextFile(file), "first-secret");
});

Deno.test("InboundSecret.offer() replaces the secret when it is another one (contract 7 #99, #100)", async () => {
  await using dir = await makeTempDir();
  const { offer, file } = secretIn(dir.path);
  await offer("first-secret");
  await offer("second-secret");
  assertEquals(await Deno.readTextFile(file), "second-secret");
});

Deno.test("InboundSecret.offer() leaves the file alone when it holds the secret already", async () => {
  await using dir = await makeTempDir();
  const { offer, file } = secretIn(dir.path);
  await offer("first-secret");
  const before = await Deno.stat(file);
  await offer("first-secret");
  await secretIn(dir.path).offer("first-secret"); // after a restart
  const after = await Deno.stat(file);
  assertEquals([after.ino, after.mtime], [before.ino, before.mtime]);
});

Deno.test("InboundSecret.offer() writes the secret again when others could read it", async () => {
  await using dir = await makeTempDir();
  const { offer, file } = secretIn(dir.path);
  await Deno.writeTextFile(file, "first-secret", { mode: 0o644 });
  await offer("first-secret");
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("InboundSecret.offer() writes the secret again when its file was lost or garbled", async () => {
  await using dir = await makeTempDir();
  const { offer, file } = secretIn(dir.path);
  await offer("first-secret");
  await Deno.remove(file);
  await offer("first-secret");
  assertEquals(await Deno.readTextFile(file), "first-secret");
  await Deno.writeTextFile(file, "");
  await offer("first-secret");
  assertEquals(await Deno.readTextFile(file), "first-secret");
});

Deno.test("InboundSecret.offer() does not wait when the file is a pipe that nobody writes to", async () => {
  await using dir = await makeTempDir();
  const { offer, file } = secretIn(dir.path);
  await new Deno.Command("mkfifo", { args: [file] }).output();
  await offer("first-secret");
  assertEquals((await Deno.lstat(file)).isFile, true);
});

Deno.test("InboundSecret.offer() keeps the newest secret when several come while it writes", async () => {
  await using dir = await makeTempDir();
  const { inbound, file } = secretIn(dir.path);
  for (let beat = 0; beat < 5; beat++) inbound.offer({ platform_inbound_secret: `secret-${beat}` });
  await inbound.settled();
  assertEquals(await Deno.readTextFile(file), "secret-4");
});

Deno.test("InboundSecret.offer() writes nothing when the answer has no sound secret (contract 7 #101, #112, #113, #115)", async () => {
  await using dir = await makeTempDir();
  const { inbound, offer, file, lines } = secretIn(dir.path);
  for (const secret of ["", "  ", 7, null, ["x"], "a\nb", "a\0b", "x".repeat(4097)]) {
    await offer(secret);
  }
  for (const answer of [undefined, null, "text", [], {}]) inbound.offer(answer);
  await inbound.settled();
  await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);
  assertEquals(lines, []);
});

Deno.test("InboundSecret.offer() leaves a sound secret in the file when it is given any JSON", async () => {
  await using dir = await makeTempDir();
  const { offer, file } = secretIn(dir.path);
  await offer("first-secret");
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" })), async (secret) => {
      await offer(secret);
      return /^[ -~]*[!-~][ -~]*$/.test(await Deno.readTextFile(file));
    }),
    { numRuns: 30 },
  );
});

Deno.test("InboundSecret.offer() warns once while the disk fails, and heals with the next beat (contract 7 #116)", async () => {
  await using dir = await makeTempDir();
  const { offer, file, lines, clock } = secretIn(dir.path);
  await Deno.mkdir(`${file}/in-the-way`, { recursive: true });
  for (let beat = 0; beat < 3; beat++) {
    await offer("first-secret");
    clock.advance(30_000);
  }
  assertEquals(lines.map(({ level }) => level), ["WARN", "DEBUG", "DEBUG"]);
  assertStringIncludes(lines[0]?.message ?? "", `Cannot save the inbound secret to '${file}'`);
  assertStringIncludes(lines[0]?.message ?? "", "the next beat tries again");

  await Deno.remove(file, { recursive: true });
  await offer("first-secret");
  assertEquals(await Deno.readTextFile(file), "first-secret");
  assertEquals(lines.slice(3), [{
    level: "INFO",
    message: "Saving the inbound secret recovered after 90.0 s and 3 failed attempts",
  }]);
});

Deno.test("InboundSecret shows the secret in no line, and tells it to the secrets, when it fails", async () => {
  await using dir = await makeTempDir();
  const { offer, file, lines, secrets } = secretIn(dir.path);
  await Deno.mkdir(`${file}/in-the-way`, { recursive: true });
  await offer("hush-hush");
  assertEquals(lines.some(({ message }) => message.includes("hush")), false);
  assertEquals(secrets.mask("hush-hush"), "[redacted]");
});
