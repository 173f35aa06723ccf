import { assertEquals } from "@std/assert";
import { PromptTokens } from "../../lib/auth/mod.ts";
import { Turns } from "../../lib/turns.ts";
import { ManualClock, recordingLog } from "../support/mod.ts";

/** A store whose disk answers when it is told to. */
function slowSource(latest?: string) {
  const answers: PromiseWithResolvers<string | undefined>[] = [];
  const ask = async () => {
    const answer = Promise.withResolvers<string | undefined>();
    answers.push(answer);
    source.latest = await answer.promise;
    return source.latest;
  };
  const source = { current: ask, refresh: ask, latest };
  return { answers, source };
}

/** A store that finds another token with each look: "token-1", "token-2", … */
function countingSource() {
  let asked = 0;
  const ask = () => {
    asked++;
    return Promise.resolve(`token-${asked}`);
  };
  return {
    current: ask,
    refresh: ask,
    get asked() {
      return asked;
    },
    get latest() {
      return asked === 0 ? undefined : `token-${asked}`;
    },
  };
}

Deno.test("PromptTokens gives the source's token when it answers", async () => {
  const { log, lines } = recordingLog();
  const tokens = new PromptTokens(countingSource(), { log });
  assertEquals(await tokens.current(), "token-1");
  assertEquals(await tokens.refresh("token-1"), "token-2");
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
  await new Promise((resolve) => setTimeout(resolve));
  const third = tokens.current();
  answers[2]?.resolve("three");
  assertEquals(await third, "three");
  assertEquals(lines.map(({ level }) => level), ["WARN", "INFO"]);
});

Deno.test("PromptTokens.current() gives the token that the source has learned while it hangs", async () => {
  const { source } = slowSource();
  const tokens = new PromptTokens(source, { log: recordingLog().log, patienceMs: 1 });
  assertEquals(await tokens.current(), undefined);
  source.latest = "issued-token";
  assertEquals(await tokens.current(), "issued-token");
});

for (
  const [token, says] of [
    [undefined, "none is known, and requests go without"],
    ["variable-token", "the last one that is known is used"],
  ] as const
) {
  Deno.test(`PromptTokens.current() gives ${token ?? "no token"} and says so when the source hangs from the start`, async () => {
    const { source } = slowSource(token);
    const { log, lines } = recordingLog();
    assertEquals(await new PromptTokens(source, { log, patienceMs: 1 }).current(), token);
    assertEquals(lines.map(({ message }) => message), [
      `The token file takes longer than 0.001 s to read: ${says} until its disk answers`,
    ]);
  });
}

Deno.test("PromptTokens.current() asks when it may use the disk, and gives the last token until then", async () => {
  const disk = new Turns();
  const { log, lines } = recordingLog();
  const source = countingSource();
  const tokens = new PromptTokens(source, { log, disk, patienceMs: 1 });
  assertEquals(await tokens.current(), "token-1");
  const other = Promise.withResolvers<void>();
  const holding = disk.take(() => other.promise);
  assertEquals([await tokens.current(), source.asked], ["token-1", 1]);
  assertEquals(lines.map(({ level }) => level), ["WARN"]);
  other.resolve();
  await holding;
  await disk.take(() => Promise.resolve()); // behind the look that waited
  assertEquals(lines.map(({ level }) => level), ["WARN", "INFO"]);
});

/** Tokens whose looks are good for a while, by a clock. */
function patientTokens() {
  const clock = new ManualClock();
  const source = countingSource();
  const { log } = recordingLog();
  return { clock, source, tokens: new PromptTokens(source, { log, goodForMs: 10_000, clock }) };
}

Deno.test("PromptTokens.current() asks again when the last answer is as old as it may be, and not before", async () => {
  const { clock, source, tokens } = patientTokens();
  await tokens.current();
  clock.advance(9999);
  assertEquals([await tokens.current(), source.asked], ["token-1", 1]);
  clock.advance(1);
  assertEquals([await tokens.current(), source.asked], ["token-2", 2]);
});

Deno.test("PromptTokens.refresh() asks however young the last answer is", async () => {
  const { source, tokens } = patientTokens();
  await tokens.current();
  assertEquals([await tokens.refresh("token-1"), source.asked], ["token-2", 2]);
});

Deno.test("PromptTokens.current() gives what the source knows by now while the last answer is young", async () => {
  const { source, tokens } = patientTokens();
  await tokens.current();
  await source.current(); // somebody else has looked, or a token was issued
  assertEquals([await tokens.current(), source.asked], ["token-2", 2]);
});

Deno.test("PromptTokens.current() asks every time while no token is known", async () => {
  let asked = 0;
  const none = () => Promise.resolve(void asked++);
  const source = { current: none, refresh: none, latest: undefined };
  const { log } = recordingLog();
  const tokens = new PromptTokens(source, { log, goodForMs: 10_000, clock: new ManualClock() });
  assertEquals([await tokens.current(), await tokens.current(), asked], [undefined, undefined, 2]);
});
