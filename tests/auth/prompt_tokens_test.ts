import { assertEquals } from "@std/assert";
import { PromptTokens } from "../../lib/auth/mod.ts";
import { recordingLog } from "../support/mod.ts";

/** A disk that answers when it is told to. */
function slowSource() {
  const answers: PromiseWithResolvers<string | undefined>[] = [];
  const ask = () => {
    const answer = Promise.withResolvers<string | undefined>();
    answers.push(answer);
    return answer.promise;
  };
  return { answers, source: { current: ask, refresh: ask } };
}

Deno.test("PromptTokens.current() gives the source's token when it answers", async () => {
  const source = { current: () => Promise.resolve("one"), refresh: () => Promise.resolve("two") };
  const { log, lines } = recordingLog();
  const tokens = new PromptTokens(source, { log });
  assertEquals(await tokens.current(), "one");
  assertEquals(await tokens.refresh("one"), "two");
  assertEquals(lines, []);
});

Deno.test("PromptTokens.current() gives the last token while the source hangs", async () => {
  const { answers, source } = slowSource();
  const { log, lines } = recordingLog();
  const tokens = new PromptTokens(source, { log, patienceMs: 1 });
  const first = tokens.current();
  answers[0]?.resolve("one");
  assertEquals(await first, "one");
  assertEquals(await tokens.current(), "one");
  assertEquals(await tokens.refresh("one"), "one");
  assertEquals(answers.length, 2, "a second look was begun while the first one hung");
  assertEquals(lines.map(({ level }) => level), ["WARN"]);

  answers[1]?.resolve("two");
  await answers[1]?.promise;
  const third = tokens.current();
  answers[2]?.resolve("three");
  assertEquals(await third, "three");
  assertEquals(lines.map(({ level }) => level), ["WARN", "INFO"]);
});

Deno.test("PromptTokens.current() gives no token when the source hangs from the start", async () => {
  const { source } = slowSource();
  const { log } = recordingLog();
  assertEquals(await new PromptTokens(source, { log, patienceMs: 1 }).current(), undefined);
});
