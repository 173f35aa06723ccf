// Writers of one report file, each in a loop of its own, until standard input closes: each writes
// its number as the count of tasks and in the label, so that what is torn shows. The idle time-out
// and the capabilities are the same in all. Prints how often it has written.
//   _report_writers.ts FILE WRITERS

const [file = "", writers = ""] = Deno.args;
let isOver = false;
let written = 0;

/** What writer N says, always the same. */
function reportOf(writer: number): string {
  return JSON.stringify({
    active_tasks: writer,
    current_task: `writer ${writer}`,
    requests_total: written,
    errors_total: 0,
    capabilities: { scheduler: true },
    idle_timeout_seconds: 600,
  });
}

async function write(writer: number): Promise<void> {
  const next = `${file}.${writer}.tmp`;
  while (!isOver) {
    await Deno.writeTextFile(next, reportOf(writer), { mode: 0o600 });
    await Deno.rename(next, file);
    written++;
  }
}

const all = Array.from({ length: Number(writers) }, (_, index) => write(index + 1));
for await (const _chunk of Deno.stdin.readable); // until it closes
isOver = true;
await Promise.all(all);
console.log(written);
