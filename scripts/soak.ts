// Lets the real sidecar live for an hour with a platform that fails in every way, and looks for what
// it never gives back: memory, handles, timers, files. Exits with 0 only if nothing grows and
// nothing is lost:
//   deno task soak [--minutes N] [--seed N] [--compiler DENO|none] [--json FILE] [--markdown FILE]

import { withReport } from "./soak/document.ts";
import { parseFlags, type SoakFlags, USAGE } from "./soak/options.ts";
import { reportText } from "./soak/report_text.ts";
import { soak } from "./soak/soak.ts";
import { problemsOf } from "./soak/soak_report.ts";

const EXIT_USAGE = 64;

async function run({ json, markdown, ...options }: SoakFlags): Promise<number> {
  // What cannot be written is to be known now, and not after an hour.
  if (json !== undefined) await Deno.writeTextFile(json, "");
  if (markdown !== undefined) withReport(await Deno.readTextFile(markdown), "");
  console.error(`soak: ${options.minutes} min, seed ${options.seed}`);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  Deno.addSignalListener("SIGINT", interrupt);
  try {
    const report = await soak({
      ...options,
      signal: interrupted.signal,
      onSnapshot: (line) => console.error(`soak: ${line}`),
    });
    const text = reportText(report);
    console.log(text);
    if (json !== undefined) await Deno.writeTextFile(json, JSON.stringify(report, null, 1));
    if (markdown !== undefined) await show(text, markdown);
    return problemsOf(report).length === 0 ? 0 : 1;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
  }
}

async function show(report: string, document: string): Promise<void> {
  await Deno.writeTextFile(document, withReport(await Deno.readTextFile(document), report));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", document] }).output();
}

if (import.meta.main) {
  const flags = parseFlags(Deno.args);
  if (flags === undefined) console.error(USAGE);
  const code = flags === undefined ? EXIT_USAGE : await run(flags).catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
  Deno.exit(code);
}
