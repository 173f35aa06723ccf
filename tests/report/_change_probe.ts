// Starts so many tasks, all at once, in the report file: FILE COUNT.

import { changeReport, taskStarted } from "../../lib/report/mod.ts";

const [file = "", count] = Deno.args;
const changes = Array.from(
  { length: Number(count) },
  (_, n) =>
    changeReport(file, (report) => taskStarted(report, `task ${n} of ${Deno.pid}`), {
      tell: (line) => console.error(line),
    }),
);
await Promise.all(changes);
