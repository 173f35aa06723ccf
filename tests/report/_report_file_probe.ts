// Looks at a report that names a process, while that runs, when it has ended, and when the report
// names another one: FILE. Prints what each look has found, as a JSON list.

import { writePrivateFile } from "../../lib/secrets/mod.ts";
import { Looking } from "./_looking.ts";

const [file = "", tasks = "3"] = Deno.args;
const found: unknown[] = [];
await using looking = new Looking(file);

/** A process that does nothing. */
function start(): Deno.ChildProcess {
  return new Deno.Command("sleep", { args: ["600"], stdin: "null" }).spawn();
}

async function end(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await child.status; // and so it is reaped
}

async function write(pid: number): Promise<void> {
  const active_tasks = Number(tasks);
  const current_task = active_tasks > 0 ? "write" : "";
  const report = { pid, active_tasks, current_task, wedged: "stuck" };
  await writePrivateFile(file, JSON.stringify(report), { makesFolder: false });
}

async function look(): Promise<void> {
  const { activeTasks, currentTask, wedgeReason } = await looking.look();
  const said = looking.said().map((line) =>
    line.replace(`${first.pid}`, "PID").replace(file, "FILE")
  );
  found.push([activeTasks, currentTask, wedgeReason, looking.handedOn(), ...said]);
}

const first = start();
await write(first.pid);
await look();
await end(first);
await look();
await look();
const second = start();
await write(second.pid);
await look();
await end(second);
console.log(JSON.stringify(found));
