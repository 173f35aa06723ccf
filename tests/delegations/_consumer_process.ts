// Consumes a results file again and again, until a run that began when the file that ends it all
// was there has found nothing. Prints a line with the ids of each run that was given any.
import { NotConsumedError } from "../../lib/delegations/not_consumed_error.ts";
import { resultsFiles } from "../../lib/permissions.ts";
import { consume, idsIn } from "./_consumer_files.ts";

const [path = "", end = ""] = Deno.args;
const { results, next } = resultsFiles(path);

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

while (true) {
  const isLast = isThere(end) && !isThere(results) && !isThere(next);
  const { printed, error } = await consume(path);
  if (error instanceof NotConsumedError && error.failed === "lock") continue;
  if (error !== undefined) throw error;
  const ids = idsIn(printed);
  if (ids.length > 0) console.log(JSON.stringify(ids));
  else if (isLast) break;
}
