import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import * as v from "valibot";
import { testWithPrograms } from "../support/mod.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${ROOT}.github/workflows`;
const CONFIG = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));

const Step = v.object({ uses: v.optional(v.string()), run: v.optional(v.string()) });
const Job = v.object({
  "permissions": v.optional(v.record(v.string(), v.string())),
  "timeout-minutes": v.optional(v.number()),
  "runs-on": v.optional(v.string()),
  "uses": v.optional(v.string()),
  "steps": v.optional(v.array(Step), []),
});
const Workflow = v.object({
  permissions: v.record(v.string(), v.string()),
  concurrency: v.object({ group: v.string() }),
  jobs: v.record(v.string(), Job),
});

const NAMES = (await Array.fromAsync(Deno.readDir(FOLDER), ({ name }) => name)).sort();

Deno.test(".github/workflows/ holds the checks and the releases", () => {
  assertEquals(NAMES, ["checks.yml", "release.yml"]);
});

/** What may be written to, and by which job. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  "release.yml build": ["attestations", "id-token"],
  "release.yml publish": ["contents"],
};

for (const name of NAMES) {
  const text = await Deno.readTextFile(`${FOLDER}/${name}`);
  const workflow = v.parse(Workflow, parse(text));
  const jobs = Object.entries(workflow.jobs);

  Deno.test(`${name} pins every action to a commit, and says which version that is`, () => {
    const used = [...text.matchAll(/^ *-? *uses: (.*)$/gm)].map(([, action = ""]) => action)
      .filter((action) => !action.startsWith("./"));
    assert(used.length > 0);
    for (const action of used) {
      assert(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action), action);
    }
  });

  Deno.test(`${name} may write only what it has to`, () => {
    assertEquals(Object.values(workflow.permissions).filter((right) => right !== "read"), []);
    for (const [job, { permissions = {} }] of jobs) {
      const written = Object.entries(permissions).filter(([, right]) => right !== "read");
      assertEquals(written.map(([kind]) => kind).sort(), WRITES[`${name} ${job}`] ?? [], job);
    }
  });

  Deno.test(`${name} lets no job run for ever, nor on a system that changes`, () => {
    for (const [job, { "timeout-minutes": minutes, "runs-on": system, uses }] of jobs) {
      if (uses !== undefined) continue; // another workflow's jobs
      assert(minutes !== undefined && minutes <= 60, job);
      assert(system !== undefined && !system.endsWith("-latest"), job);
    }
  });

  Deno.test(`${name} calls the tasks that everybody calls`, () => {
    const commands = jobs.flatMap(([, { steps }]) => steps.flatMap(({ run = "" }) => run));
    for (const [, task = ""] of commands.join("\n").matchAll(/deno task ([a-z:]+)/g)) {
      assert(task in CONFIG.tasks, task);
    }
    for (const [, script = ""] of commands.join("\n").matchAll(/^bash (\S+)$/gm)) {
      assert(Deno.statSync(ROOT + script).isFile, script);
    }
    // What is put into a command by ${{ }} is a command, whoever wrote it.
    assertEquals(commands.filter((command) => command.includes("${{")), []);
  });
}

testWithPrograms("actionlint finds nothing in the workflows", {
  programs: ["actionlint"],
  async fn() {
    const args = ["-no-color", ...NAMES.map((name) => `${FOLDER}/${name}`)];
    const { code, stderr, stdout } = await new Deno.Command("actionlint", { args }).output();
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assertEquals([code, said], [0, ""]);
  },
});

testWithPrograms("shellcheck finds nothing in .ci/run and in what the workflows run", {
  programs: ["shellcheck"],
  async fn() {
    const scripts = [await Deno.readTextFile(`${ROOT}.ci/run`)];
    for (const name of NAMES) {
      const { jobs } = v.parse(Workflow, parse(await Deno.readTextFile(`${FOLDER}/${name}`)));
      scripts.push(
        ...Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? [])),
      );
    }
    for (const script of scripts) {
      const child = new Deno.Command("shellcheck", {
        args: ["--shell=bash", "--color=never", "-"],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const input = child.stdin.getWriter();
      await input.write(new TextEncoder().encode(script));
      await input.close();
      const { code, stdout } = await child.output();
      assertEquals([code, new TextDecoder().decode(stdout)], [0, ""], script);
    }
  },
});
