import { assertEquals, assertMatch } from "@std/assert";
import { grantFlags, leastGrants } from "../../lib/permissions.ts";
import { check } from "./_checked.ts";
import { type Session, startSession } from "./_session.ts";

const TIME = "2026-05-03T12:00:00.000Z\n";

/** The grants for a wake file, and for whatever else may be read. */
function grantsFor({ dir, platform }: Session, wakeFile: string, ...read: string[]): string[] {
  const grants = leastGrants({
    platformUrls: [platform.url],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: `${dir}/.runtime_report.json`,
    wakeFile,
  });
  return grantFlags({ ...grants, read: [...grants.read, ...read] });
}

Deno.test("check finds nothing to test when no wake file is touched", async () => {
  await using session = await startSession();
  const { code, finding } = await check(session, { args: ["--wake-file", "off"] });
  assertEquals([code, finding("wake file")], [0, {
    name: "wake file",
    status: "ok",
    message: "none is touched",
    remedy: "",
  }]);
});

Deno.test("check says that the wake file is made when it is needed, and makes none", async () => {
  await using session = await startSession();
  const path = `${session.dir}/results.jsonl.wake`;
  const { code, finding } = await check(session);
  assertEquals([code, finding("wake file")], [0, {
    name: "wake file",
    status: "ok",
    message: `no '${path}': it is made when the agent polls for its messages`,
    remedy: "",
  }]);
  assertEquals(await Deno.lstat(path).catch(({ name }) => name), "NotFound");
});

for (const text of ["", TIME]) {
  Deno.test(`check finds that a wake file can be written, and leaves it as it is, when it holds ${JSON.stringify(text)}`, async () => {
    await using session = await startSession();
    const path = `${session.dir}/results.jsonl.wake`;
    await Deno.writeTextFile(path, text, { mode: 0o640 });
    await Deno.utime(path, 1, 1);
    const { code, finding } = await check(session);
    assertEquals([code, finding("wake file")], [0, {
      name: "wake file",
      status: "ok",
      message: `'${path}' can be written`,
      remedy: "",
    }]);
    const { mode, mtime } = await Deno.stat(path);
    assertEquals([await Deno.readTextFile(path), (mode ?? 0) & 0o777, mtime?.getTime()], [
      ...[text, 0o640, 1000],
    ]);
  });
}

Deno.test("check warns when there is no folder for the wake file, and it may look for that", async () => {
  await using session = await startSession();
  const folder = `${session.dir}/not`;
  const wakeFile = `${folder}/wake`;
  const grants = grantsFor(session, wakeFile, folder);
  const { code, finding } = await check(session, { args: ["--wake-file", wakeFile], grants });
  assertEquals([code, finding("wake file")], [0, {
    name: "wake file",
    status: "warning",
    message: `there is no folder '${folder}'`,
    remedy: "make it, or name another --wake-file",
  }]);
});

Deno.test("check finds nothing wrong when it may not look for the wake file's folder", async () => {
  await using session = await startSession();
  const wakeFile = `${session.dir}/not/wake`;
  const grants = grantsFor(session, wakeFile);
  const { finding } = await check(session, { args: ["--wake-file", wakeFile], grants });
  assertEquals(finding("wake file")?.status, "ok");
});

/** What is in the wake file's place, and what is said of it. */
const OBSTACLES: readonly (readonly [
  what: string,
  make: (path: string) => Promise<void>,
  says: RegExp,
])[] = [
  [
    "holds something else than a time",
    (path) => Deno.writeTextFile(path, "a token"),
    /^Cannot touch '.*\.wake': it is no wake file: expected an empty file, or one that holds a t/,
  ],
  [
    "is a link",
    (path) => Deno.symlink("/dev/null", path),
    /^Cannot touch '.*\.wake': it is a symbolic link: expected a regular file/,
  ],
  [
    "is a folder",
    (path) => Deno.mkdir(path),
    /^Cannot touch '.*\.wake': it is no regular file: expected a regular file/,
  ],
];

for (const [what, make, says] of OBSTACLES) {
  Deno.test(`check ends with 78, and says what that means, when the wake file ${what}`, async () => {
    await using session = await startSession();
    await make(`${session.dir}/results.jsonl.wake`);
    const { code, finding } = await check(session);
    const { message = "", remedy, status } = finding("wake file") ?? {};
    assertEquals([code, status, remedy], [
      78,
      "failed",
      "an agent that polls for its messages is not told of results until this is mended",
    ]);
    assertMatch(message, says);
  });
}

Deno.test("check ends with 78 when the system does not let the wake file be looked at", async () => {
  await using session = await startSession();
  await session.writeConfig("");
  const wakeFile = `${session.dir}/config.yaml/wake`;
  const grants = grantsFor(session, wakeFile);
  const { code, finding } = await check(session, { args: ["--wake-file", wakeFile], grants });
  const { message = "", remedy, status } = finding("wake file") ?? {};
  assertEquals([code, status, remedy], [78, "failed", "let this user write it"]);
  assertMatch(message, /^Not a directory/);
});

for (const kind of ["read", "write"] as const) {
  Deno.test(`check skips the wake file when --allow-${kind} lacks it`, async () => {
    await using session = await startSession();
    const path = `${session.dir}/results.jsonl.wake`;
    const grants = grantsFor(session, path).map((flag) =>
      flag.startsWith(`--allow-${kind}=`) ? flag.replace(`,${path}`, "") : flag
    );
    const { code, finding } = await check(session, { grants });
    assertEquals([code, finding("wake file")], [0, {
      name: "wake file",
      status: "skipped",
      message: `not tested: '${path}' is not granted`,
      remedy: "",
    }]);
  });
}
