import { assert, assertEquals } from "@std/assert";
import { commandOf, nextWords } from "../../lib/commands/command_table.ts";
import { commandTable } from "../../lib/commands/routes.ts";
import { EXIT_CODE } from "../../lib/exit_code.ts";
import { CAPABILITIES, parseRuntimeReport, REPORT_FIELDS } from "../../lib/report/mod.ts";
import { makeTempDir, testWithPrograms } from "../support/mod.ts";
import { Agent } from "./_agent.ts";
import { parseHooks } from "./_claude_code.ts";
import { Document } from "./_document.ts";
import { agentEnvironment, type Reporting, startReporting } from "./_reporting.ts";

const DOCUMENT = await Document.read("docs/report.md");
const EXAMPLE = DOCUMENT.take("The report file", "json");
const FOR_ANOTHER_USER = DOCUMENT.take("An agent that runs as another user", "sh");
const JOB = DOCUMENT.take("Bash", "bash");
const PYTHON = DOCUMENT.take("Python", "python");
const NODE = DOCUMENT.take("Node", "js ignore");
const SETTINGS = DOCUMENT.take("Claude Code", "json");

Deno.test("docs/report.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

Deno.test("docs/report.md shows a report that the sidecar takes, with every field there is", () => {
  assertEquals(Object.keys(parseRuntimeReport(EXAMPLE).report ?? {}), [...REPORT_FIELDS]);
});

Deno.test("docs/report.md says what each field does", () => {
  const fields = DOCUMENT.column("The report file").map((cell) => cell.replaceAll("`", ""));
  assertEquals(fields, [...REPORT_FIELDS]);
});

Deno.test("docs/report.md names every capability", () => {
  for (const name of CAPABILITIES) assert(DOCUMENT.text.includes(`\`${name}\``), name);
});

Deno.test("docs/report.md lists every verb of the command", () => {
  const verbs = DOCUMENT.column("The command").map((cell) => /`report (\w+)/.exec(cell)?.[1]);
  assertEquals(verbs, [...nextWords(commandOf(commandTable(), ["report"]))]);
});

Deno.test("docs/report.md lists exit codes that there are", () => {
  const codes = DOCUMENT.column("The command", { table: 2 }).map(Number);
  const { fine, usage, resultsFile, tryAgain, notAllowed } = EXIT_CODE;
  assertEquals(codes, [fine, usage, resultsFile, tryAgain, notAllowed]);
});

Deno.test("the Python recipe has at most 20 lines", () => {
  assert(PYTHON.trimEnd().split("\n").length <= 20);
});

// claude_code_test.ts runs them.
Deno.test("docs/report.md shows hooks that Claude Code takes", () => {
  assert(Object.keys(parseHooks(SETTINGS)).length > 0);
});

Deno.test("the command keeps the mode of the file that is made for a sidecar of another user", async () => {
  await using dir = await makeTempDir();
  const reportFile = `${dir.path}/report.json`;
  const env = await agentEnvironment(dir.path, reportFile);
  await shell(FOR_ANOTHER_USER, env);
  await shell("workspace-beat report start Counting ducks", env);
  const { mode } = await Deno.stat(reportFile);
  assertEquals((mode ?? 0) & 0o777, 0o640);
});

/** A test of a recipe, which is ignored where its interpreter is not installed. */
function recipeTest(name: string, interpreter: string, fn: () => Promise<void>): void {
  testWithPrograms(name, { programs: [interpreter], fn });
}

/** What the platform shows of the workspace. */
function shown({ workspace }: Reporting): [number, string, string] {
  return [workspace.activeTasks, workspace.currentTask, workspace.status];
}

/** Runs a command line, which has to succeed without a word. */
async function shell(command: string, env: Readonly<Record<string, string>>): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", command],
    clearEnv: true,
    env: { ...env },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals([code, ...said], [0, "", ""]);
}

async function startJob({ dir, env }: Reporting, ...command: string[]): Promise<Agent> {
  await Deno.writeTextFile(`${dir}/job.sh`, JOB);
  return await Agent.start("bash", { args: ["job.sh", ...command], cwd: dir, env });
}

async function runJob(reporting: Reporting, ...command: string[]): Promise<number> {
  await using job = await startJob(reporting, ...command);
  return await job.ended();
}

recipeTest("the bash recipe reports a task as long as it takes", "bash", async () => {
  await using reporting = await startReporting();
  await using job = await startJob(reporting, "cat", "gate");
  await reporting.hears({ active_tasks: 1 });
  assertEquals(shown(reporting), [1, "cat gate", "online"]);
  await job.openGate();
  assertEquals(await job.ended(), 0);
  await reporting.hears({ active_tasks: 0 });
  assertEquals(shown(reporting), [0, "", "online"]);
});

recipeTest("the bash recipe reports a task that begins with a dash", "bash", async () => {
  await using reporting = await startReporting();
  const { dir } = reporting;
  await Deno.writeTextFile(`${dir}/bin/--help`, "#!/bin/sh\nexec cat gate\n", { mode: 0o755 });
  await using job = await startJob(reporting, "--help");
  await reporting.hears({ active_tasks: 1 });
  assertEquals(shown(reporting), [1, "--help", "online"]);
  await job.openGate();
  assertEquals(await job.ended(), 0);
});

recipeTest("the bash recipe reports the end of a task that is killed", "bash", async () => {
  await using reporting = await startReporting();
  await using job = await startJob(reporting, "cat", "gate");
  await reporting.hears({ active_tasks: 1 });
  await job.kill("SIGTERM");
  await reporting.hears({ active_tasks: 0 });
  assertEquals(shown(reporting), [0, "", "online"]);
});

recipeTest("the bash recipe reports failures, and passes them on", "bash", async () => {
  await using reporting = await startReporting();
  const codes: number[] = [];
  await reporting.hearsTogether(async () => {
    codes.push(await runJob(reporting, "sh", "-c", "exit 3"));
    codes.push(await runJob(reporting, "true"));
  }, { error_rate: 0.5, sample_error: "sh has ended with exit code 3", active_tasks: 0 });
  assertEquals([codes, ...shown(reporting)], [[3, 0], 0, "", "degraded"]);
});

recipeTest(
  "the bash recipe reports a runtime that is stuck, and that it is not",
  "bash",
  async () => {
    await using reporting = await startReporting();
    assertEquals(await runJob(reporting, "no-such-program"), 127);
    await reporting.hears({ runtime_state: "wedged", active_tasks: 0 });
    assertEquals(reporting.workspace.lastBeat?.sample_error, "no-such-program cannot be run");
    assertEquals(shown(reporting), [0, "", "degraded"]);
    await runJob(reporting, "true");
    await reporting.hears({ runtime_state: undefined, active_tasks: 0 });
    assertEquals(shown(reporting), [0, "", "online"]);
  },
);

recipeTest("the bash recipe runs its job where nothing can be reported", "bash", async () => {
  await using dir = await makeTempDir();
  const env = await agentEnvironment(dir.path, `${dir.path}/missing/report.json`);
  await Deno.writeTextFile(`${dir.path}/job.sh`, JOB);
  const args = ["job.sh", "touch", "worked"];
  await using job = await Agent.start("bash", { args, cwd: dir.path, env });
  assertEquals(await job.ended(), 0);
  await Deno.stat(`${dir.path}/worked`);
});

/** The recipes for agents that run one command after the other. */
for (
  const [recipe, interpreter, file, program] of [
    ["the Python recipe", "python3", "agent.py", PYTHON],
    ["the Node recipe", "node", "agent.mjs", NODE],
  ] as const
) {
  const start = async (cwd: string, env: Readonly<Record<string, string>>) => {
    await Deno.writeTextFile(`${cwd}/${file}`, program);
    return await Agent.start(interpreter, { args: [file], cwd, env });
  };
  const begin = async (reporting: Reporting) => {
    const agent = await start(reporting.dir, reporting.env);
    await agent.write("cat gate");
    await reporting.hears({ active_tasks: 1 });
    return agent;
  };

  recipeTest(`${recipe} reports a task as long as it takes`, interpreter, async () => {
    await using reporting = await startReporting();
    await using agent = await begin(reporting);
    assertEquals(shown(reporting), [1, "cat gate", "online"]);
    await agent.openGate();
    await reporting.hears({ active_tasks: 0 });
    assertEquals(shown(reporting), [0, "", "online"]);
    assertEquals(await agent.ended(), 0);
  });

  recipeTest(`${recipe} reports how many tasks fail`, interpreter, async () => {
    await using reporting = await startReporting();
    await using agent = await start(reporting.dir, reporting.env);
    await reporting.hearsTogether(
      () => agent.write("exit 3", "true", "true", "true"),
      { error_rate: 0.25, active_tasks: 0 },
    );
    const { sample_error = "" } = reporting.workspace.lastBeat ?? {};
    assert(/'exit 3.*' .*exit (?:code|status) 3/.test(sample_error), sample_error);
  });

  recipeTest(`${recipe} leaves no task behind when it is killed`, interpreter, async () => {
    await using reporting = await startReporting();
    await using agent = await begin(reporting);
    await agent.kill("SIGKILL");
    await reporting.hears({ active_tasks: 0 });
    assertEquals(shown(reporting), [0, "", "online"]);
  });

  recipeTest(`${recipe} begins without the task of a killed agent`, interpreter, async () => {
    await using reporting = await startReporting();
    await Deno.writeTextFile(reporting.reportFile, '{"active_tasks": 2, "current_task": "old"}');
    await reporting.hears({ active_tasks: 2 });
    await using _agent = await start(reporting.dir, reporting.env);
    await reporting.hears({ active_tasks: 0 });
    assertEquals(shown(reporting), [0, "", "online"]);
  });

  recipeTest(
    `${recipe} says who it is and when, to its own user alone`,
    interpreter,
    async () => {
      await using reporting = await startReporting();
      await using _agent = await begin(reporting);
      const text = await Deno.readTextFile(reporting.reportFile);
      const { pid, updated_at } = parseRuntimeReport(text).report ?? {};
      assertEquals([typeof pid, updated_at != null], ["number", true]);
      const { mode } = await Deno.stat(reporting.reportFile);
      assertEquals((mode ?? 0) & 0o777, 0o600);
    },
  );

  recipeTest(`${recipe} works where nothing can be reported`, interpreter, async () => {
    await using dir = await makeTempDir();
    const env = await agentEnvironment(dir.path, `${dir.path}/missing/report.json`);
    await using agent = await start(dir.path, env);
    await agent.write("touch worked");
    assertEquals(await agent.ended(), 0);
    await Deno.stat(`${dir.path}/worked`);
  });
}
