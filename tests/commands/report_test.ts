import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { runModule, startSidecar } from "../support/mod.ts";
import { MAIN, makeReportFolder, reportGrants, untimed } from "./_report.ts";

Deno.test("report start counts one more task, and shows the last label", async () => {
  await using folder = await makeReportFolder();
  const first = await folder.change("start", "Counting ducks");
  assertEquals(untimed(first), { active_tasks: 1, current_task: "Counting ducks" });
  const second = await folder.change("start", "Feeding them");
  assertEquals(untimed(second), { active_tasks: 2, current_task: "Feeding them" });
});

Deno.test("report start joins words by spaces when they are not quoted", async () => {
  await using folder = await makeReportFolder();
  const { current_task } = await folder.change("start", "Counting", "two  ducks", "=", "2");
  assertEquals(current_task, "Counting two  ducks = 2");
});

for (const [verb, field] of [["start", "current_task"], ["error", "sample_error"]] as const) {
  Deno.test(`report ${verb} takes a text that begins with dashes behind --`, async () => {
    await using folder = await makeReportFolder();
    const report = await folder.change(verb, "--", "--report-file", "-x", "--", "y");
    assertEquals(report[field], "--report-file -x -- y");
  });
}

Deno.test("report start takes a quoted text for no flag", async () => {
  await using folder = await makeReportFolder();
  const { current_task } = await folder.change("start", "--verbose output", "-", "-5 °C");
  assertEquals(current_task, "--verbose output - -5 °C");
});

Deno.test("report done counts one task less, and takes the label away with the last one", async () => {
  await using folder = await makeReportFolder();
  await folder.write({ active_tasks: 2, current_task: "Counting ducks" });
  const first = await folder.change("done");
  assertEquals(untimed(first), { active_tasks: 1, current_task: "Counting ducks" });
  const last = await folder.change("done");
  assertEquals(untimed(last), { active_tasks: 0, current_task: "" });
});

Deno.test("report done never counts less than no task", async () => {
  await using folder = await makeReportFolder();
  assertEquals((await folder.change("done")).active_tasks, 0);
  assertEquals((await folder.change("done")).active_tasks, 0);
  assertEquals((await folder.change("start", "x")).active_tasks, 1);
});

Deno.test("report ok counts a request, and report error counts it as failed, too", async () => {
  await using folder = await makeReportFolder();
  assertEquals(untimed(await folder.change("ok")), { requests_total: 1 });
  const failed = await folder.change("error", "no", "ducks");
  assertEquals(untimed(failed), { requests_total: 2, errors_total: 1, sample_error: "no ducks" });
  const again = await folder.change("error", "no pond");
  assertEquals(untimed(again), { requests_total: 3, errors_total: 2, sample_error: "no pond" });
  const { errors_total, requests_total } = await folder.change("ok");
  assertEquals([requests_total, errors_total], [4, 2]);
});

Deno.test("report wedged keeps the first reason until report clear", async () => {
  await using folder = await makeReportFolder();
  assertEquals(untimed(await folder.change("wedged", "no", "pond")), { wedged: "no pond" });
  assertEquals((await folder.change("wedged", "no ducks")).wedged, "no pond");
  assertEquals((await folder.change("clear")).wedged, null);
  assertEquals((await folder.change("wedged", "no ducks")).wedged, "no ducks");
});

for (const args of [[], ["show"]]) {
  Deno.test(`${["report", ...args].join(" ")} prints all that stands in the report, and changes nothing`, async () => {
    await using folder = await makeReportFolder();
    const report = { active_tasks: 1, current_task: "Counting\nducks", pond: { deep: true } };
    await folder.write(report);
    const { code, stderr, stdout } = await folder.run(...args);
    assertEquals([code, stderr, JSON.parse(stdout)], [0, "", report]);
    assertEquals([await folder.written(), await folder.names()], [report, ["report.json"]]);
  });
}

Deno.test("report show prints {} and makes nothing when there is no report", async () => {
  await using folder = await makeReportFolder();
  const { code, stderr, stdout } = await folder.run("show");
  assertEquals([code, stderr, stdout], [0, "", "{}\n"]);
  assertEquals(await folder.names(), []);
});

Deno.test("report show needs only to read the file", async () => {
  await using folder = await makeReportFolder();
  const { report } = folder.files;
  await folder.write({ active_tasks: 1 });
  const args = ["report", "show", "--report-file", report];
  const { stdout } = await runModule(MAIN, { grants: [`--allow-read=${report}`], args });
  assertEquals(JSON.parse(stdout), { active_tasks: 1 });
});

/** Every way to change a report. */
const CHANGES = [
  ["start", "x"],
  ["done"],
  ["ok"],
  ["error", "x"],
  ["wedged", "x"],
  ["clear"],
  ["set", "pid=1"],
] as const;

for (const args of CHANGES) {
  Deno.test(`report ${args[0]} says when the report was changed`, async () => {
    await using folder = await makeReportFolder();
    await folder.write({ updated_at: "2020-01-01T00:00:00Z" });
    const from = new Date().toISOString();
    const { updated_at } = await folder.change(...args);
    assert(String(updated_at) >= from, `${updated_at}`);
    assert(String(updated_at) <= new Date().toISOString(), `${updated_at}`);
  });

  Deno.test(`report ${args[0]} leaves fields as they are that it does not know`, async () => {
    await using folder = await makeReportFolder();
    const unknown = { pond: { depth: [1, null], name: "Ü\u2028" }, capabilities: { fly: "often" } };
    await folder.write({ ...unknown, active_tasks: 3, monthly_spend: 5 });
    const report = await folder.change(...args);
    assertEquals({ ...report, ...unknown, monthly_spend: 5 }, report);
  });
}

Deno.test("report makes a file that only its owner can read, and leaves nothing but its lock beside it", async () => {
  await using folder = await makeReportFolder();
  await folder.change("ok");
  assertEquals(((await Deno.stat(folder.files.report)).mode ?? 0) & 0o777, 0o600);
  assertEquals(await folder.names(), ["report.json", "report.json.lock"]);
});

Deno.test("report lets those read the file who could read it before", async () => {
  await using folder = await makeReportFolder();
  await folder.write({});
  await Deno.chmod(folder.files.report, 0o644);
  await folder.change("ok");
  assertEquals(((await Deno.stat(folder.files.report)).mode ?? 0) & 0o777, 0o644);
});

// What JSON writes in the most bytes.
for (const [what, character] of [["letters", "x"], ["bells", "\u0007"], ["ducks", "🦆"]] as const) {
  Deno.test(`report cuts texts, so that it never gets too large, when they are all of 100 000 ${what}`, async () => {
    await using folder = await makeReportFolder();
    const text = character.repeat(100_000 / new TextEncoder().encode(character).length);
    await folder.change("start", text, text);
    await folder.change("error", text);
    await folder.change("wedged", text);
    const { current_task, sample_error, wedged } = await folder.change("ok");
    for (const kept of [current_task, sample_error, wedged].map(String)) {
      assert(text.startsWith(kept) && kept.length >= 2000, `${kept.length}`);
    }
    const { code, stdout } = await folder.run(); // the sidecar reads no more than it does
    assertEquals([code, JSON.parse(stdout).wedged], [0, wedged]);
  });
}

Deno.test("report start gives 20 when 20 are started at once", async () => {
  await using folder = await makeReportFolder();
  const labels = Array.from({ length: 20 }, (_, n) => `task ${n}`);
  const ended = await Promise.all(labels.map((label) => folder.run("start", label)));
  for (const { code, stderr, stdout } of ended) assertEquals([code, stdout, stderr], [0, "", ""]);
  const { active_tasks, current_task } = await folder.written();
  assertEquals(active_tasks, 20);
  assertStringIncludes(labels.join(), String(current_task));
});

Deno.test("report loses nothing when 10 of start, done, ok and error are run at once", async () => {
  await using folder = await makeReportFolder();
  await folder.write({ active_tasks: 20, requests_total: 5, errors_total: 3, pond: "deep" });
  const commands = Array.from(
    { length: 10 }, // 40 programs: a busy machine takes seconds for them, and a lock is waited for 10 s
    () => [["start", "x"], ["done"], ["ok"], ["error", "y"]],
  );
  const ended = await Promise.all(commands.flat().map((args) => folder.run(...args)));
  for (const { code, stderr, stdout } of ended) assertEquals([code, stdout, stderr], [0, "", ""]);
  assertEquals(untimed(await folder.written()), {
    active_tasks: 20,
    current_task: "x",
    requests_total: 25,
    errors_total: 13,
    sample_error: "y",
    pond: "deep",
  });
});

Deno.test("report finds the file by --report-file, RUNTIME_REPORT_FILE, --configs-dir and CONFIGS_DIR, in this order", async () => {
  await using folder = await makeReportFolder();
  const { dir } = folder;
  const [first, second, third, fourth] = [
    `${dir}/flag.json`,
    `${dir}/variable.json`,
    `${dir}/flag/.runtime_report.json`,
    `${dir}/variable/.runtime_report.json`,
  ] as const;
  for (const name of ["flag", "variable"]) await Deno.mkdir(`${dir}/${name}`);
  const grants = reportGrants(first, second, third, fourth);
  const byFlag = ["--report-file", first];
  const byFolder = ["--configs-dir", `${dir}/flag`];
  const byVariable = { RUNTIME_REPORT_FILE: second };
  const CONFIGS_DIR = `${dir}/variable`;
  const from = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const ended = await runModule(MAIN, { grants, args: ["report", "ok", ...args], env });
    assertEquals([ended.code, ended.stdout, ended.stderr], [0, "", ""]);
    const there = [];
    for (const file of [first, second, third, fourth]) {
      if (await Deno.remove(file).then(() => true, () => false)) there.push(file);
    }
    return there;
  };
  assertEquals(await from([...byFolder, ...byFlag], { ...byVariable, CONFIGS_DIR }), [first]);
  assertEquals(await from(byFolder, { ...byVariable, CONFIGS_DIR }), [second]);
  assertEquals(await from(byFolder, { CONFIGS_DIR }), [third]);
  assertEquals(await from([], { CONFIGS_DIR }), [fourth]);
});

Deno.test("report takes a path that begins in the current folder", async () => {
  await using folder = await makeReportFolder();
  await using process = startSidecar({
    command: "report",
    args: ["start", "x", "--report-file", "report.json"],
    grants: reportGrants("report.json"),
    cwd: folder.dir,
  });
  assertEquals(await process.ended(), 0, process.stderr.join("\n"));
  assertEquals((await folder.written()).current_task, "x");
});

Deno.test("report needs no environment when a flag names the file", async () => {
  await using folder = await makeReportFolder();
  const { report } = folder.files;
  const grants = reportGrants(report).filter((grant) => !grant.startsWith("--allow-env"));
  assertNotEquals(grants, reportGrants(report));
  const args = ["report", "start", "x", "--report-file", report];
  const { code, stderr } = await runModule(MAIN, { grants, args });
  assertEquals([code, stderr], [0, ""]);
  assertEquals((await folder.written()).active_tasks, 1);
});
