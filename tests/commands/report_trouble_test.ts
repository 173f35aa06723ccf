import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type ReportFiles, reportFiles } from "../../lib/permissions.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import {
  canHoldBack,
  MAIN,
  makeReportFolder,
  reportGrants,
  runHeldBack,
  runReport,
  untimed,
} from "./_report.ts";

/** Texts that are no report, and what is said of them. */
const BROKEN: readonly (readonly [what: string, text: string, says: string])[] = [
  ["empty", "", "expected one JSON object: it is empty"],
  [
    "half of one",
    '{"active_tasks": 1, "current',
    "one JSON object: it is no JSON, or a part of it",
  ],
  ["not what it should be", '{"active_tasks": -1}', "'active_tasks': expected a whole number from"],
  ["too large", `{"a": "${"x".repeat(65_536)}"}`, "expected at most 65536 bytes: it has 65545"],
];

for (const [what, text, says] of BROKEN) {
  Deno.test(`report start begins a report anew, and says so once, when it is ${what}`, async () => {
    await using folder = await makeReportFolder();
    const { report } = folder.files;
    await Deno.writeTextFile(report, text);
    const { code, lines, stderr, stdout } = await folder.run("start", "x");
    assertEquals([code, stdout, lines.length], [0, "", 1], stderr);
    assert(stderr.startsWith(`The report '${report}' is begun anew: `), stderr);
    assertStringIncludes(stderr, says);
    const begun = { active_tasks: 1, current_task: "x" };
    assertEquals(untimed(await folder.written()), begun);
    assertEquals(untimed(await folder.change("start", "x")), { ...begun, active_tasks: 2 });
  });

  Deno.test(`report show ends with 73, and changes nothing, when the report is ${what}`, async () => {
    await using folder = await makeReportFolder();
    const { report } = folder.files;
    await Deno.writeTextFile(report, text);
    const { code, lines, stderr, stdout } = await folder.run("show");
    assertEquals([code, stdout, lines.length], [73, "", 1], stderr);
    assert(stderr.startsWith(`Cannot use the report '${report}': `), stderr);
    assertStringIncludes(stderr, says);
    assertEquals(await Deno.readTextFile(report), text);
  });
}

for (
  const [what, text] of [
    ["a list", "[]"],
    ["a token file", "a-token-of-somebody"],
    ["a large file of something else", "#".repeat(70_000)],
  ] as const
) {
  Deno.test(`report start ends with 73, and changes nothing, when there is ${what} in the report's place`, async () => {
    await using folder = await makeReportFolder();
    const { report } = folder.files;
    await Deno.writeTextFile(report, text);
    const { code, lines, stderr, stdout } = await folder.run("start", "x");
    assertEquals([code, stdout, lines.length], [73, "", 1], stderr);
    assert(
      stderr.startsWith(`Cannot change the report '${report}': it is something else: `),
      stderr,
    );
    assert(stderr.endsWith(": remove it, or name another file\n"), stderr);
    assert(!stderr.includes("a-token"), stderr);
    assertEquals(await Deno.readTextFile(report), text);
  });
}

Deno.test("report says in one line that a report is begun anew when its path has several", async () => {
  await using folder = await makeReportFolder();
  const file = `${folder.dir}/a\nb\u001b[31m`;
  await Deno.writeTextFile(file, "");
  const { code, lines } = await runReport(file, ["done"]);
  assertEquals([code, lines.length], [0, 1], lines.join("\n"));
});

Deno.test("report begins a report anew although nobody reads what it says of that", async () => {
  await using folder = await makeReportFolder();
  await Deno.writeTextFile(folder.files.report, "{");
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...reportGrants(folder.files.report)].concat(
      ...[MAIN, "report", "start", "x", "--report-file", folder.files.report],
    ),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  await process.stderr.cancel();
  assertEquals((await process.status).code, 0);
  assertEquals((await folder.written()).active_tasks, 1);
});

/** What may be in a file's place. */
const OBSTACLES: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  "a link": (path) => Deno.symlink(`${path}.target`, path),
  "a folder": (path) => Deno.mkdir(path),
  "a pipe": (path) => new Deno.Command("mkfifo", { args: [path] }).output(),
};

for (const [what, put] of Object.entries(OBSTACLES)) {
  for (const name of ["report", "lock"] as const) {
    Deno.test(`report start ends with 73, and touches nothing, when ${what} is in the ${name}'s place`, async () => {
      await using folder = await makeReportFolder();
      const path = folder.files[name];
      if (name === "lock") await folder.write({ active_tasks: 1 });
      await Deno.writeTextFile(`${path}.target`, '{"precious": 1}');
      await put(path);
      const { ino } = await Deno.lstat(path);
      const { code, lines, stderr, stdout } = await folder.run("start", "x");
      assertEquals([code, stdout, lines.length], [73, "", 1], stderr);
      const kind = what === "a link" ? "a symbolic link" : "no regular file";
      const attempt = name === "lock" ? "lock" : "change the report";
      assertStringIncludes(
        stderr,
        `Cannot ${attempt} '${path}': it is ${kind}: expected a regular`,
      );
      assertEquals((await Deno.lstat(path)).ino, ino);
      assertEquals(await Deno.readTextFile(`${path}.target`), '{"precious": 1}');
      if (name === "lock") assertEquals(await folder.written(), { active_tasks: 1 });
    });
  }

  if (what === "a link") continue; // which may be read

  Deno.test(`report show ends with 73 when ${what} is in the report's place`, async () => {
    await using folder = await makeReportFolder();
    await put(folder.files.report);
    const { code, stderr, stdout } = await folder.run("show");
    const says = `Cannot read '${folder.files.report}': it is not a regular file: ` +
      "remove it, or name another with --report-file\n";
    assertEquals([code, stdout, stderr], [73, "", says]);
  });
}

Deno.test("report follows no link that stands where the next report is written", async () => {
  await using folder = await makeReportFolder();
  const target = `${folder.dir}/target`;
  await Deno.writeTextFile(target, "precious");
  await Deno.symlink(target, folder.files.next);
  assertEquals((await folder.change("start", "x")).active_tasks, 1);
  assertEquals(await Deno.readTextFile(target), "precious");
});

for (const [what, name] of [["there is no folder", "none"], ["a file is in its place", "file"]]) {
  Deno.test(`report start ends with 73, and says what to do, when ${what} for the report`, async () => {
    await using folder = await makeReportFolder();
    await Deno.writeTextFile(`${folder.dir}/file`, "precious");
    const file = `${folder.dir}/${name}/report.json`;
    const { code, lines, stdout } = await runReport(file, ["start", "x"]);
    assertEquals([code, stdout, lines.length], [73, "", 1], lines.join("\n"));
    const [line = ""] = lines;
    assertStringIncludes(line, `Cannot change the report '${file}' (from `);
    assertMatch(line, /: make its folder, or name another with --report-file$/);
    assertEquals(await folder.names(), ["file"]);
  });
}

Deno.test("report start ends with 75, and changes nothing, when the lock is held for 10 s", async () => {
  await using folder = await makeReportFolder();
  const { lock, report } = folder.files;
  await folder.write({ active_tasks: 1 });
  using file = await Deno.open(lock, { write: true, create: true });
  assert(await file.tryLock(true));
  const { code, stderr, stdout } = await folder.run("start", "x");
  assertEquals([code, stdout, stderr], [
    75,
    "",
    `Cannot change the report '${report}': others have held '${lock}' for 10 s: try again\n`,
  ]);
  assertEquals(await folder.written(), { active_tasks: 1 });
  assertEquals((await folder.run("show")).code, 0); // it needs no lock
});

/** What the system may forbid, and what the message must name. */
const FORBIDDEN: readonly (readonly [
  what: string,
  forbid: (files: ReportFiles, dir: string) => Promise<unknown>,
  verb: "start" | "show",
  names: keyof ReportFiles,
])[] = [
  ["nothing can be made in the folder", (_files, dir) => Deno.chmod(dir, 0o500), "start", "lock"],
  ["the report cannot be read", ({ report }) => Deno.chmod(report, 0), "start", "report"],
  ["the report cannot be read", ({ report }) => Deno.chmod(report, 0), "show", "report"],
  ["the lock is another user's", othersLock, "start", "lock"],
  ["the folder is sticky and the report another user's", othersReport, "start", "report"],
];

async function othersLock({ lock }: ReportFiles): Promise<void> {
  await Deno.writeTextFile(lock, "", { mode: 0o600 });
  await Deno.chown(lock, 12345, 12345);
}

async function othersReport({ report }: ReportFiles, dir: string): Promise<void> {
  await Deno.chmod(report, 0o666);
  await Deno.chown(report, 12345, 12345);
  await Deno.chmod(dir, 0o1777);
  await Deno.chown(dir, 12346, 12346);
}

for (const [what, forbid, verb, names] of FORBIDDEN) {
  Deno.test(`report ${verb} ends with 73, and says what to do, when ${what}`, {
    ignore: !await canHoldBack(),
  }, async () => {
    await using folder = await makeReportFolder();
    const { files } = folder;
    await folder.write({ active_tasks: 1 });
    await forbid(files, folder.dir);
    const { code, stderr, stdout } = await runHeldBack(files.report, [
      verb,
      ...(verb === "start" ? ["x"] : []),
    ]);
    assertEquals([code, stdout], [73, ""], stderr);
    assertMatch(
      stderr,
      /^Cannot .* the report '.*' \(from .*\): (Permission denied|Operation not permitted).*: let this user read and write it and its folder, or name another with --report-file\n$/,
    );
    assertStringIncludes(stderr, `'${files[names]}'`);
    assert(!stderr.includes("--allow"), stderr);
    assertEquals(await folder.written(), { active_tasks: 1 });
  });
}

Deno.test("report start ends with 73, and keeps the former report whole, when the disk is full", {
  ignore: await whyNot(mountSmallDisk) !== undefined,
}, async () => {
  await using disk = await mountSmallDisk();
  const files = reportFiles(`${disk.path}/report.json`);
  const before = JSON.stringify({ active_tasks: 1, pond: "x".repeat(9000) });
  await Deno.writeTextFile(files.report, before);
  await disk.fill();
  const { code, lines, stdout } = await runReport(files.report, ["start", "x"]);
  assertEquals([code, stdout, lines.length], [73, "", 1], lines.join("\n"));
  assertMatch(
    lines[0] ?? "",
    /^Cannot change the report '.*' \(from .*\): No space (is )?left on /,
  );
  assertEquals(await Deno.readTextFile(files.report), before);
  await disk.mend();
  assertEquals((await runReport(files.report, ["start", "x"])).code, 0);
  assertEquals(JSON.parse(await Deno.readTextFile(files.report)).active_tasks, 2);
});
