// Prints whether each process of its arguments exists, as a JSON list; null where it cannot tell.

import { processExists } from "../../lib/report/process_existence.ts";

const answers = Deno.args.map((pid) => processExists(Number(pid)));
console.log(JSON.stringify((await Promise.all(answers)).map((answer) => answer ?? null)));
