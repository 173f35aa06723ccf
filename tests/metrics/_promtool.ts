import { testWithPrograms } from "../support/mod.ts";

/** What a checker said. */
export interface Checked {
  readonly isSound: boolean;
  /** All that it said. */
  readonly said: string;
}

/**
 * Runs promtool.
 *
 * @param args What it is to do.
 * @param options `input`: its standard input; `cwd`: where it runs.
 */
export async function promtool(
  args: readonly string[],
  { cwd, input = "" }: { readonly cwd?: string; readonly input?: string } = {},
): Promise<Checked> {
  const child = new Deno.Command("promtool", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    ...(cwd !== undefined && { cwd }),
  }).spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(input)).then(() => writer.close());
  const { stderr, stdout, success } = await child.output();
  await written.catch(() => {}); // it may not read what it is not interested in
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { isSound: success, said: text(stdout) + text(stderr) };
}

/** A test that needs promtool. */
export function promtoolTest(name: string, fn: () => Promise<void>): void {
  testWithPrograms(name, { programs: ["promtool"], fn });
}
