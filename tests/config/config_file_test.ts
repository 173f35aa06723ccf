import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseConfig } from "../../lib/config/config_text.ts";
import { readConfigFile } from "../../lib/config/mod.ts";
import { makeTempDir } from "../support/mod.ts";

Deno.test("parseConfig() takes both values of the observability block (contract 7 #70, #82)", () => {
  const text =
    "name: scribe\nobservability:\n  heartbeat_interval_seconds: 60\n  log_level: Debug\n";
  assertEquals(parseConfig(text, "/c"), {
    state: "read",
    intervalSeconds: 60,
    logLevel: "debug",
    problems: [],
  });
});

Deno.test("parseConfig() leaves out what the file does not say (contract 7 #69, #71)", () => {
  const nothing = { state: "read", problems: [] } as const;
  for (const text of ["", "# nothing\n", "---\n", "~", "name: scribe\n", "observability: {}\n"]) {
    assertEquals(parseConfig(text, "/c"), nothing, text);
  }
  const partial = "observability: {log_level: error, event_log: {backend: disabled}}";
  assertEquals(parseConfig(partial, "/c"), { ...nothing, logLevel: "error" });
});

/** Files with one thing wrong, the place that is named, and what the message says of it. */
const BROKEN: readonly (readonly [text: string, place: string, says: string])[] = [
  ["observability:\n", "line 1, column 1", "'observability'"],
  ["a: 1\nobservability: [30]\n", "line 2, column 1", "current value is a list"],
  ["observability: 30\n", "line 1, column 1", "current value is '30'"],
  ["observability: 2026-01-01\n", "line 1, column 1", "expected a mapping"],
  ["# observability:\nother:\n  observability: {}\nobservability:\n", "line 4, column 1", "'null'"],
  ["{observability: off}", "line 1, column 2", "current value is 'off'"],
  ["observability:\r\n  log_level: loud\r\n", "line 2, column 3", "'observability.log_level'"],
  [
    "observability:\n  log_level: DEBUGG\n",
    "line 2, column 3",
    "did you mean debug? expected one of",
  ],
  ["heartbeat:\n  register: pull\n", "line 2, column 3", "did you mean poll? expected push, poll"],
  ["observability:\n  log_level: 20\n", "line 2, column 3", "expected one of debug, info"],
  ["observability:\n  log_level: &a [*a]\n", "line 2, column 3", "current value is a list"],
  [
    "observability:\n  log_level: info\n  heartbeat_interval_seconds: soon\n",
    "line 3, column 3",
    "current value is 'soon'",
  ],
  ["observability: {heartbeat_interval_seconds: .nan}", "line 1, column 17", "'NaN'"],
  ["observability: &a {heartbeat_interval_seconds: *a}", "line 1, column 20", "a mapping"],
  ["observability: &a [*a]", "line 1, column 1", "a list"],
  ["just text", "line 1, column 1", "expected a mapping"],
  ["- 1\n- 2\n", "line 1, column 1", "expected a mapping"],
  ["a: b: c\n", "line 1, column 5", "Cannot parse '/c'"],
  ["observability:\n  heartbeat_interval_seconds: [30\n", "line 3, column 1", "flow collection"],
  ["a: 'b\n", "line 2, column 1", "Cannot parse '/c'"],
  ["observability: *nowhere\n", "line 1", "Cannot parse '/c'"],
  ["a: 1\na: 2\n", "line 2", "duplicated key"],
];

Deno.test("parseConfig() names the place and the value, and uses no more than is sound, when the file is broken", () => {
  for (const [text, place, says] of BROKEN) {
    const { problems, state, intervalSeconds } = parseConfig(text, "/c");
    const [problem = "(none)"] = problems;
    assertEquals([state, problems.length, intervalSeconds], ["read", 1, undefined], text);
    assertMatch(problem, new RegExp(`${place}(?!\\d)`), text);
    assert(!problem.includes("column -") && !problem.includes("\n"), problem);
    assertStringIncludes(problem, says, text);
    assertStringIncludes(problem, "'/c'", text);
  }
});

Deno.test("parseConfig() keeps what is sound when its neighbour is broken", () => {
  const text = "observability:\n  heartbeat_interval_seconds: 60\n  log_level: loud\n";
  const { intervalSeconds, problems } = parseConfig(text, "/c");
  assertEquals([intervalSeconds, problems.length], [60, 1]);
});

Deno.test("parseConfig() shows nothing of a file that is no config, since it may be the token's", () => {
  const token = "s3cr3t-token-s3cr3t-token";
  for (const text of [token, `"${token}`, `- ${token}`, `${token}: ${token}: x`, `'${token}`]) {
    const { problems } = parseConfig(text, "/c");
    assertEquals(problems.length, 1, text);
    assert(!problems.join().includes(token), problems.join());
  }
});

Deno.test("parseConfig() spells out no value that YAML's aliases make endless", () => {
  const steps = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`);
  const text = `a0: &a0 [x, y]\n${steps.join("")}observability: *a30\n`;
  assertEquals(parseConfig(text, "/c").problems.length, 1);
});

Deno.test("parseConfig() gives one line per problem and never throws, whatever the text", () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.constantFrom("null", "~", ".nan", "*a", "&a [*a]", "!!binary aGk=", "1e400", "2026-01-01"),
    fc.constantFrom("!!set {a}", "!foo x", "|", ">", "- -", "{", "'", "99999999999999999999"),
    fc.double().map(String),
  );
  const lines = fc.record({ block: leaf, interval: leaf, level: leaf }).map((parts) =>
    `observability: ${parts.block}\n  heartbeat_interval_seconds: ${parts.interval}\n` +
    `  log_level: ${parts.level}\n`
  );
  const block = fc.record({ interval: leaf, level: leaf }).map(({ interval, level }) =>
    `observability:\n  heartbeat_interval_seconds: ${interval}\n  log_level: ${level}\n`
  );
  const texts = fc.oneof(fc.string({ unit: "binary" }), lines, block, fc.json());
  fc.assert(
    fc.property(texts, (text) => {
      const { intervalSeconds = 30, problems } = parseConfig(text, "/c");
      assert(Number.isInteger(intervalSeconds) && intervalSeconds >= 5 && intervalSeconds <= 300);
      for (const problem of problems) {
        assert(problem.length < 500 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(problem), problem);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("readConfigFile() says what is wrong, and goes on, when there is no sound file", async (t) => {
  const bytes = Uint8Array.from({ length: 4096 }, (_, n) => (n * 7) % 256);
  const cases: readonly (readonly [
    what: string,
    make: (path: string) => Promise<unknown>,
    says: RegExp,
  ])[] = [
    ["a folder", (path) => Deno.mkdir(path), /it is not a regular file$/],
    ["a pipe", makePipe, /it is not a regular file$/],
    ["a link to nowhere", (path) => Deno.symlink(`${path}.nowhere`, path), /^$/],
    ["a link to itself", (path) => Deno.symlink(path, path), /os error 40/],
    ["2 MiB", (path) => Deno.writeTextFile(path, "a: 1\n".repeat(450_000)), /at most 1048576 b/],
    ["binary", (path) => Deno.writeFile(path, bytes), /Cannot parse .* line 1/],
    ["empty", (path) => Deno.writeTextFile(path, ""), /^$/],
    ["many brackets", (path) => Deno.writeTextFile(path, "[".repeat(100_000)), /Cannot parse/],
  ];
  for (const [what, make, says] of cases) {
    await t.step(what, async () => {
      await using dir = await makeTempDir();
      const path = `${dir.path}/config.yaml`;
      await make(path);
      const { problems, intervalSeconds } = await readConfigFile(path);
      const [problem = ""] = problems;
      assertEquals([problems.length <= 1, intervalSeconds], [true, undefined]);
      assertMatch(problem, says);
      assert(!/': Cannot read '/.test(problem), problem);
    });
  }
});

Deno.test("readConfigFile() tells a file that is absent from one that may not be read", {
  permissions: { read: ["/nowhere/config.yaml"] },
}, async () => {
  assertEquals(await readConfigFile("/nowhere/config.yaml"), { state: "absent", problems: [] });
  const other = await readConfigFile("/nowhere/other.yaml");
  assertEquals(other, { state: "not granted", problems: [] });
});

async function makePipe(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success);
}
