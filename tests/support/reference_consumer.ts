/** What one look at the results file gave the agent. */
export interface ConsumedBatch {
  /** What the agent is told, in front of its next message; "" when there is nothing to tell. */
  readonly text: string;
  /** The JSON of each line that could be read, in the file's order. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
  /** The lines that hold something and could not be read: each is a result that is lost. */
  readonly skipped: readonly string[];
}

const NOTHING: ConsumedBatch = { text: "", records: [], skipped: [] };
const PREVIEW_CHARACTERS = 200;

/**
 * Consumes a results file exactly as the agent's side of the reference does (contract 5): renames
 * it to `<stem>.consumed`, reads that whole, unlinks it, cuts it at "\n" and parses line by line.
 * It works synchronously, so that in a test of one process nothing happens in between.
 *
 * @param path The results file.
 * @throws {TypeError} A line is JSON but no object; the file, and every line in it, is then gone.
 */
export function consumeResults(path: string): ConsumedBatch {
  const consumed = consumedPath(path);
  try {
    Deno.renameSync(path, consumed);
  } catch {
    return NOTHING;
  }
  let content = "";
  try {
    content = new TextDecoder().decode(Deno.readFileSync(consumed));
  } catch {
    return NOTHING;
  } finally {
    unlink(consumed);
  }
  return readLines(content.split("\n"));
}

/** Where the consumer moves the file: the last suffix is replaced. */
export function consumedPath(path: string): string {
  return path.replace(/(?<=[^/])\.[^./]*$/, "") + ".consumed";
}

function readLines(lines: readonly string[]): ConsumedBatch {
  const records: Record<string, unknown>[] = [];
  const skipped: string[] = [];
  const told: string[] = [];
  for (const line of lines) {
    if (line.trim() === "") continue;
    const value = parse(line);
    if (value === undefined) {
      skipped.push(line);
      continue;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new TypeError(`Cannot read a result: expected an object: current value is ${line}`);
    }
    const record: Record<string, unknown> = { ...value };
    records.push(record);
    told.push(`- [${record["status"] ?? "?"}] ${record["summary"] ?? ""}`);
    const preview = record["response_preview"];
    if (preview) told.push(`  Response: ${String(preview).slice(0, PREVIEW_CHARACTERS)}`);
  }
  return { text: told.join("\n"), records, skipped };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function unlink(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // As in the reference: the agent goes on without it.
  }
}
