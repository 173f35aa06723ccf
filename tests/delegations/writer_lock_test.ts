import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import { WriterBusyError, WriterLock } from "../../lib/delegations/mod.ts";
import { makeTempDir, recordingLog, SidecarProcess } from "../support/mod.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";

/** A lock for a file, and what it has logged. */
interface MadeLock extends Disposable {
  readonly lock: WriterLock;
  readonly lines: readonly { readonly level: string; readonly message: string }[];
}

function makeLock(file: string, holder = "workspace w1"): MadeLock {
  const { log, lines } = recordingLog();
  const lock = new WriterLock({ file, name: "'results.jsonl'", holder, log });
  return { lock, lines, [Symbol.dispose]: () => lock.release() };
}

const ROOT = new URL("../..", import.meta.url);

/** A program that takes the lock, says so, and keeps it until it is killed or told to let go. */
const HOLDER = `
import { WriterLock } from ${JSON.stringify(new URL("lib/delegations/mod.ts", ROOT).href)};
import { createLog, Secrets } from ${JSON.stringify(new URL("lib/log/mod.ts", ROOT).href)};

const [file, holder] = Deno.args;
const { log } = createLog({ level: "error", format: "text", secrets: new Secrets() });
const lock = new WriterLock({ file, name: "'results.jsonl'", holder, log });
Deno.addSignalListener("SIGUSR1", () => {
  lock.release();
  console.log("released");
});
await lock.acquire();
console.log("held");
setInterval(() => {}, 1000);
`;

/** Starts another process that takes the lock; it is killed when it is disposed of. */
async function startHolder(dir: string, file: string): Promise<SidecarProcess> {
  const module = `${dir}/holder.ts`;
  await Deno.writeTextFile(module, HOLDER);
  const config = new URL("deno.json", ROOT).pathname;
  const grants = [`--allow-read=${file}`, `--allow-write=${file}`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--config", config, ...grants, module].concat(
      ...[file, "workspace w2"],
    ),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return new SidecarProcess(child);
}

/** What is refused is refused with this message; the stamp is left out. */
function busyWith(who: string): string {
  return `Cannot write to 'results.jsonl': ${who} does already: stop that one, or give this one ` +
    "a --results-file of its own";
}

async function refusal(lock: WriterLock): Promise<string> {
  const { message } = await assertRejects(() => lock.acquire(), WriterBusyError);
  return message.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "…");
}

Deno.test("acquire() makes a private file that says who holds the lock", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  using made = makeLock(file);
  await made.lock.acquire();
  assertMatch(
    await Deno.readTextFile(file),
    new RegExp(`^process ${Deno.pid}, workspace w1, since \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\n$`),
  );
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  assertEquals(made.lines, []);
});

Deno.test("acquire() leaves nothing of who held the lock before", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  await Deno.writeTextFile(file, "process 1, workspace of a very long name\n".repeat(100));
  using made = makeLock(file);
  await made.lock.acquire();
  assertMatch(await Deno.readTextFile(file), /^process \d+, workspace w1, since \S+\n$/);
});

Deno.test("acquire() does nothing when the lock is held already", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  using made = makeLock(file);
  assertEquals(await made.lock.acquire(), true);
  const before = await Deno.readTextFile(file);
  assertEquals(await made.lock.acquire(), false);
  assertEquals(await Deno.readTextFile(file), before);
  using other = makeLock(file);
  await assertRejects(() => other.lock.acquire(), WriterBusyError);
});

Deno.test("release() lets another one take the lock, and may be called again", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  using first = makeLock(file);
  using second = makeLock(file);
  first.lock.release();
  await first.lock.acquire();
  first.lock.release();
  first.lock.release();
  await second.lock.acquire();
  await assertRejects(() => first.lock.acquire(), WriterBusyError);
});

Deno.test("acquire() lets exactly one have the lock when many want it at once", async () => {
  await using dir = await makeTempDir();
  using made = new DisposableStack();
  const locks = Array.from(
    { length: 20 },
    (_, n) => makeLock(`${dir.path}/lock`, `workspace ${n}`),
  );
  for (const lock of locks) made.use(lock);
  const ended = await Promise.allSettled(locks.map(({ lock }) => lock.acquire()));
  assertEquals(ended.filter(({ status }) => status === "fulfilled").length, 1);
  for (const one of ended) {
    assert(one.status === "fulfilled" || one.reason instanceof WriterBusyError, String(one));
  }
});

Deno.test("acquire() names process and workspace when another process holds the lock", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  await using holder = await startHolder(dir.path, file);
  await holder.waitForOutput(/^held$/);
  using made = makeLock(file);
  const before = await Deno.readTextFile(file);
  const who = `process ${holder.pid}, workspace w2, since …`;
  assertEquals(await refusal(made.lock), busyWith(who));
  assertEquals(await Deno.readTextFile(file), before);
});

Deno.test("acquire() takes the lock when the other process has released it", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  await using holder = await startHolder(dir.path, file);
  await holder.waitForOutput(/^held$/);
  using made = makeLock(file);
  await refusal(made.lock);
  holder.kill("SIGUSR1");
  await holder.waitForOutput(/^released$/);
  await made.lock.acquire();
});

Deno.test("acquire() takes the lock when its holder was killed with SIGKILL", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  await using holder = await startHolder(dir.path, file);
  await holder.waitForOutput(/^held$/);
  holder.kill("SIGKILL");
  await holder.ended();
  assertMatch(await Deno.readTextFile(file), new RegExp(`^process ${holder.pid}, workspace w2`));
  using made = makeLock(file);
  await made.lock.acquire();
  assertMatch(await Deno.readTextFile(file), new RegExp(`^process ${Deno.pid}, workspace w1`));
});

Deno.test("acquire() keeps others out again when the file was tidied away while it was held", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  using made = makeLock(file);
  await made.lock.acquire();
  assertEquals(await made.lock.acquire(), false);
  await Deno.remove(file);
  assertEquals([await made.lock.acquire(), await made.lock.acquire()], [true, false]);
  assertMatch(await Deno.readTextFile(file), /^process \d+, workspace w1/);
  using other = makeLock(file);
  assertEquals(await refusal(other.lock), busyWith(`process ${Deno.pid}, workspace w1, since …`));
});

/** How often it is tried to remove the file between the making and the locking of it. */
const MOST_ROUNDS = 2000;

Deno.test("acquire() makes the file again when it was tidied away before it was locked", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    using made = makeLock(file);
    let isOver = false;
    const acquired = made.lock.acquire().finally(() => isOver = true);
    let isRemoved = false;
    while (!isOver && !isRemoved) {
      isRemoved = await Deno.remove(file).then(() => true, () => false);
    }
    await acquired;
    const isThere = await Deno.lstat(file).then(() => true, () => false);
    if (isRemoved && isThere) {
      using other = makeLock(file);
      await assertRejects(() => other.lock.acquire(), WriterBusyError);
      return;
    }
    if (isThere) await Deno.remove(file); // or it was tidied away too late
  }
  throw new Error(`The file was never made again in ${MOST_ROUNDS} rounds`);
});

Deno.test("acquire() gives way when another process has the lock since the file was tidied away", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  using made = makeLock(file);
  await made.lock.acquire();
  await Deno.remove(file);
  await using holder = await startHolder(dir.path, file);
  await holder.waitForOutput(/^held$/);
  const who = `process ${holder.pid}, workspace w2, since …`;
  assertEquals(await refusal(made.lock), busyWith(who));
  holder.kill("SIGKILL");
  await holder.ended();
  assertEquals(await made.lock.acquire(), true); // in the meantime there was another writer
});

Deno.test("acquire() gives way when another file was moved into the lock's place", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  using made = makeLock(file);
  using other = makeLock(`${dir.path}/moved`, "workspace w2");
  await made.lock.acquire();
  await other.lock.acquire();
  await Deno.rename(`${dir.path}/moved`, file);
  assertEquals(await refusal(made.lock), busyWith(`process ${Deno.pid}, workspace w2, since …`));
});

/** What the file of a lock may say while some program holds it, and who that is then. */
const SAID: readonly (readonly [text: string, who: string])[] = [
  ["", "another process"],
  [" \n", "another process"],
  ["\u001b[31mprocess\n7\u202e\n", "[31mprocess 7"],
  ["x".repeat(5000), "x".repeat(300)],
];

Deno.test("acquire() names the holder on one short line, whatever the file says", async () => {
  await using dir = await makeTempDir();
  for (const [n, [text, who]] of SAID.entries()) {
    const file = `${dir.path}/lock${n}`;
    await Deno.writeTextFile(file, text);
    using opened = await Deno.open(file, { read: true, write: true });
    await opened.lock(true);
    using made = makeLock(file);
    assertEquals(await refusal(made.lock), busyWith(who));
    assertEquals(await Deno.readTextFile(file), text);
  }
});

/** What else may stand in the file's place, and how the message calls it. */
const IN_THE_WAY: readonly (readonly [
  what: string,
  make: (file: string) => Promise<unknown>,
  called: string,
])[] = [
  ["a link", (file) => Deno.symlink("/etc/passwd", file), "a symbolic link"],
  ["a link to nothing", (file) => Deno.symlink(`${file}.target`, file), "a symbolic link"],
  ["a folder", (file) => Deno.mkdir(file), "no regular file"],
  [
    "a pipe",
    (file) => new Deno.Command("mkfifo", { args: [file] }).output(),
    "no regular file",
  ],
];

for (const [what, make, called] of IN_THE_WAY) {
  Deno.test(`acquire() refuses ${what} in the file's place, and leaves it there`, async () => {
    await using dir = await makeTempDir();
    const file = `${dir.path}/lock`;
    await make(file);
    const before = await Deno.lstat(file);
    using made = makeLock(file);
    const { message } = await assertRejects(() => made.lock.acquire(), TypeError);
    assertEquals(
      message,
      `Cannot lock '${file}': it is ${called}: expected a regular file: remove it, and it is ` +
        "made anew",
    );
    assertEquals((await Deno.lstat(file)).ino, before.ino);
    assertEquals((await Array.fromAsync(Deno.readDir(dir.path))).length, 1);
    await Deno.remove(file);
    await made.lock.acquire();
  });
}

Deno.test("acquire() refuses a link that was put in the file's place while the lock was held", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  using made = makeLock(file);
  await made.lock.acquire();
  await Deno.rename(file, `${dir.path}/moved`);
  await Deno.symlink(`${dir.path}/moved`, file);
  await assertRejects(() => made.lock.acquire(), TypeError, "it is a symbolic link");
});

Deno.test("acquire() fails as the system does when there is no folder for the file", async () => {
  await using dir = await makeTempDir();
  using made = makeLock(`${dir.path}/none/lock`);
  await assertRejects(() => made.lock.acquire(), Deno.errors.NotFound);
});

Deno.test("acquire() keeps others out when the disk is full", {
  ignore: await whyNot(mountSmallDisk) !== undefined,
}, async () => {
  await using disk = await mountSmallDisk();
  const file = `${disk.path}/lock`;
  await disk.fill();
  {
    using made = makeLock(file);
    await made.lock.acquire();
    assertEquals([await Deno.readTextFile(file), made.lines], ["", []]);
    using other = makeLock(file);
    assertEquals(await refusal(other.lock), busyWith("another process"));
    assertEquals(await made.lock.acquire(), false);
  }
});

Deno.test("WriterLock.acquire() waits a moment for a holder that is just ending", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/lock`;
  using ending = makeLock(file);
  using starting = makeLock(file);
  await ending.lock.acquire();
  const lockFile = Deno.FsFile.prototype.tryLock;
  const answers: boolean[] = [];
  using _tryLock = stub(
    Deno.FsFile.prototype,
    "tryLock",
    async function (this: Deno.FsFile, exclusive) {
      const isOurs = await lockFile.call(this, exclusive);
      answers.push(isOurs);
      ending.lock.release();
      return isOurs;
    },
  );
  assertEquals(await starting.lock.acquire(), true);
  assertEquals([answers[0], answers.at(-1)], [false, true]);
});
