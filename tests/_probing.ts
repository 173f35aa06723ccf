// What the probes of the grants share: they run under those grants, in a process of their own.

/** What is tried, by what it is called. */
export type Attempts = Readonly<Record<string, () => unknown>>;

/**
 * What a probe is started with.
 *
 * @returns Its one argument, as parsed from JSON.
 */
export function targets<T>(): T {
  const [text] = Deno.args;
  if (text === undefined) throw new TypeError("Cannot try anything without being told where");
  return JSON.parse(text);
}

/** Tries everything, and prints how each attempt ended: "done", or the error's name. */
export async function probe(
  attempts: { readonly granted: Attempts; readonly refused: Attempts },
): Promise<void> {
  const ended: Record<string, Record<string, string>> = {};
  for (const [kind, actions] of Object.entries(attempts)) {
    for (const [what, action] of Object.entries(actions)) {
      ended[kind] = { ...ended[kind], [what]: await attempt(action) };
    }
  }
  console.log(JSON.stringify(ended));
}

async function attempt(action: () => unknown): Promise<string> {
  try {
    await action();
    return "done";
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    // What import() throws has no class of its own.
    return /^Requires import access/.test(error.message) ? "NotCapable" : error.name;
  }
}

/** Asks for a page, whose refusal is an answer too. */
export async function ask(url: string): Promise<void> {
  const response = await fetch(url);
  await response.body?.cancel();
}

/** Takes a file's lock, and gives it back. */
export async function lock(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true, create: true });
  if (!await file.tryLock(true)) throw new Error("Somebody holds it");
}

/** For a look whose answer may be that nothing is there. */
export function unlessAbsent(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
