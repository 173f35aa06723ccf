import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { StderrHandler } from "../../lib/log/mod.ts";
import type { LineSink } from "../../lib/log/stderr_handler.ts";

/** A standard error that nobody reads until somebody does. */
class StuckSink implements LineSink {
  readonly #read = Promise.withResolvers<void>();
  text = "";

  async write(bytes: Uint8Array): Promise<number> {
    await this.#read.promise;
    const taken = bytes.subarray(0, 1000); // a pipe takes what fits
    this.text += new TextDecoder().decode(taken);
    return taken.length;
  }

  /** Somebody begins to read. */
  read(): void {
    this.#read.resolve();
  }
}

function handlerOn(sink: LineSink): StderrHandler {
  return new StderrHandler("DEBUG", { formatter: ({ msg }) => msg, sink });
}

Deno.test("StderrHandler.log() writes lines whole and in order when the sink takes them in parts", async () => {
  const sink = new StuckSink();
  const handler = handlerOn(sink);
  const lines = Array.from({ length: 20 }, (_, index) => `${index}:${"x".repeat(index * 200)}`);
  for (const line of lines) handler.log(line);
  sink.read();
  await handler.flush(60_000);
  assertEquals(sink.text, lines.map((line) => `${line}\n`).join(""));
});

Deno.test("StderrHandler.log() drops and counts lines, and keeps little, when nobody reads", async () => {
  const sink = new StuckSink();
  const handler = handlerOn(sink);
  for (let line = 0; line < 10_000; line++) handler.log("x".repeat(99));
  sink.read();
  await handler.flush(60_000);
  const lines = sink.text.trimEnd().split("\n");
  assertLess(sink.text.length, 140_000);
  assertMatch(lines.at(-1) ?? "", /^\(\d+ log lines were dropped: standard error was not read\)$/);
  const dropped = Number(lines.at(-1)?.match(/\d+/)?.[0]);
  assertEquals(lines.length - 1 + dropped, 10_000);
});

Deno.test("StderrHandler.log() goes on as before when the lines that waited were read", async () => {
  const sink = new StuckSink();
  const handler = handlerOn(sink);
  for (let line = 0; line < 5000; line++) handler.log("x".repeat(99));
  sink.read();
  await handler.flush(60_000);
  const before = sink.text.length;
  for (let line = 0; line < 5; line++) {
    handler.log("y".repeat(99_999));
    await handler.flush(60_000);
  }
  assertEquals(sink.text.length - before, 500_000);
});

Deno.test("StderrHandler.flush() gives up after its time when nobody ever reads", async () => {
  const sink: LineSink = { write: () => new Promise(() => {}) };
  const handler = handlerOn(sink);
  handler.log("lost");
  await handler.flush(5);
});

Deno.test("StderrHandler.flush() ends at once when nothing waits", async () => {
  await handlerOn(new StuckSink()).flush(60_000);
});

Deno.test("StderrHandler.log() fails nobody, and writes again later, when the sink is broken for a while", async () => {
  let broken = true;
  let text = "";
  const handler = handlerOn({
    write(bytes) {
      if (broken) return Promise.reject(new Deno.errors.BrokenPipe("closed"));
      text += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  });
  handler.log("lost");
  handler.log("lost too");
  await handler.flush(60_000);
  broken = false;
  handler.log("seen");
  await handler.flush(60_000);
  assertEquals(text, "seen\n");
});

Deno.test("StderrHandler.log() keeps a process going when its standard error is a pipe that nobody reads", async () => {
  const module = new URL("../../lib/log/mod.ts", import.meta.url).href;
  const program = `
    import { createLog, Secrets } from "${module}";
    const { log } = createLog({ level: "info", format: "text", secrets: new Secrets() });
    for (let line = 0; line < 20_000; line++) log.info("x".repeat(100));
    await new Promise((resolve) => setTimeout(resolve, 5));
    console.log("still here");
    Deno.exit(0);
  `;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--config", config],
      `data:text/typescript,${encodeURIComponent(program)}`,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const patience = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const said = await new Response(child.stdout).text();
  await child.stderr.cancel();
  await child.status;
  clearTimeout(patience);
  assertEquals(said, "still here\n");
});
