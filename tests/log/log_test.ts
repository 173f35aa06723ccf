import { assertEquals, assertMatch } from "@std/assert";
import { createLog, type LogFormat, type LogLevel, Secrets } from "../../lib/log/mod.ts";

/** A log whose lines are kept, and the text so far. */
function logTo(options: { format?: LogFormat; level?: LogLevel; secret?: string }) {
  const { format = "text", level = "debug", secret = "" } = options;
  const secrets = new Secrets();
  secrets.add(secret);
  let text = "";
  const decoder = new TextDecoder();
  const sink = {
    write(bytes: Uint8Array): Promise<number> {
      text += decoder.decode(bytes);
      return Promise.resolve(bytes.length);
    },
  };
  const { log, handler, ofWorkspace } = createLog({ level, format, secrets, sink });
  return {
    log,
    ofWorkspace,
    async written(): Promise<string> {
      await handler.flush(60_000);
      return text;
    },
  };
}

Deno.test("createLog() writes time, level and message on one line when the format is text", async () => {
  const { log, written } = logTo({});
  log.warn("One\r\ntwo");
  assertMatch(await written(), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN One two\n$/);
});

Deno.test("createLog() writes one JSON object per line when the format is json", async () => {
  const { log, written } = logTo({ format: "json" });
  log.error('A "quoted"\nmessage');
  const [line = "", rest] = (await written()).split("\n");
  const { time, level, message } = JSON.parse(line);
  assertMatch(time, /^\d{4}-.+Z$/);
  assertEquals([level, message, rest], ["ERROR", 'A "quoted"\nmessage', ""]);
});

for (const format of ["text", "json"] as const) {
  Deno.test(`createLog() hides secrets when the format is ${format}`, async () => {
    const { log, written } = logTo({ format, secret: 'hush"\\hush' });
    log.info('The token is hush"\\hush');
    assertMatch(await written(), /The token is \[redacted\]/);
    assertEquals((await written()).includes("hush"), false);
  });
}

const levels: [level: LogLevel, names: string[]][] = [
  ["debug", ["DEBUG", "INFO", "WARN", "ERROR"]],
  ["info", ["INFO", "WARN", "ERROR"]],
  ["warning", ["WARN", "ERROR"]],
  ["error", ["ERROR"]],
];
for (const [level, names] of levels) {
  Deno.test(`createLog() writes only ${names.join(", ")} when the level is ${level}`, async () => {
    const { log, written } = logTo({ level });
    log.debug("x");
    log.info("x");
    log.warn("x");
    log.error("x");
    assertEquals((await written()).match(/[A-Z]{4,}/g), names);
  });
}

Deno.test("ofWorkspace() puts the workspace in front of the message when the format is text", async () => {
  const { ofWorkspace, written } = logTo({});
  ofWorkspace("scribe").warn("One\ntwo");
  assertMatch(await written(), /^\d{4}-[-\d]{5}T[:.\d]+Z WARN \[scribe\] One two\n$/);
});

Deno.test("ofWorkspace() gives the workspace a member of its own when the format is json", async () => {
  const { ofWorkspace, written } = logTo({ format: "json" });
  ofWorkspace("scribe").error("A message");
  const { time: _time, ...line } = JSON.parse(await written());
  assertEquals(line, { level: "ERROR", workspace: "scribe", message: "A message" });
});

Deno.test("createLog() says nothing of a workspace in lines of its own log", async () => {
  const { log, ofWorkspace, written } = logTo({ format: "json" });
  ofWorkspace("scribe").info("Of one");
  log.info("Of all");
  const [, line = ""] = (await written()).split("\n");
  assertEquals(Object.keys(JSON.parse(line)), ["time", "level", "message"]);
});

for (const id of ["workspace-beat", "default", "constructor"]) {
  Deno.test(`ofWorkspace() says which workspace it is when that is called ${id}`, async () => {
    const { ofWorkspace, written } = logTo({});
    ofWorkspace(id).info("A message");
    assertMatch(await written(), new RegExp(` INFO \\[${id}\\] A message\n$`));
  });
}

for (const format of ["text", "json"] as const) {
  Deno.test(`ofWorkspace() hides secrets, and keeps the order of lines, when the format is ${format}`, async () => {
    const { log, ofWorkspace, written } = logTo({ format, secret: "hush-hush" });
    log.info("1 hush-hush");
    ofWorkspace("scribe").info("2 hush-hush");
    ofWorkspace("critic").info("3 hush-hush");
    log.info("4 hush-hush");
    assertEquals((await written()).match(/\d (\[redacted\]|hush)/g), [
      "1 [redacted]",
      "2 [redacted]",
      "3 [redacted]",
      "4 [redacted]",
    ]);
  });
}

Deno.test("ofWorkspace() writes only from the level on", async () => {
  const { ofWorkspace, written } = logTo({ level: "warning" });
  ofWorkspace("scribe").info("Too low");
  ofWorkspace("scribe").warn("High enough");
  assertMatch(await written(), /^\S+ WARN \[scribe\] High enough\n$/);
});
