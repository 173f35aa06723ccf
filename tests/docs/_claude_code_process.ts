/**
 * Stands in for the process of Claude Code: runs the hook commands that come on standard input, one
 * at a time, and says on standard output what became of each. One line of JSON per hook, both ways.
 *
 * Requires `--allow-run=sh`.
 *
 * @module
 */

import * as v from "valibot";

const Request = v.object({ id: v.number(), command: v.string(), input: v.unknown() });

if (import.meta.main) {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { id, command, input } = v.parse(Request, JSON.parse(line));
      const answer = { id, ...await runHook(command, input) };
      await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
    }
  }
}

async function runHook(command: string, input: unknown) {
  const hook = new Deno.Command("sh", {
    args: ["-c", command],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = hook.stdin.getWriter();
  // A hook need not read it, and may have ended by then.
  const written = writer.write(new TextEncoder().encode(JSON.stringify(input)))
    .then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await hook.output();
  await written;
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}
