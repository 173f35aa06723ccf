import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseToken } from "../../lib/token.ts";
import {
  ageText,
  fileModeText,
  parseAge,
  parseConfigInterval,
  parseFileMode,
  parseFolder,
  parseInterval,
  parseLogFormat,
  parseLogLevel,
  parseNotifyMode,
  parseOrgId,
  parsePath,
  parsePlatformUrl,
  parseRegisterMode,
  parseResultsBytes,
  parseSwitch,
  parseWakesPerHour,
  parseWorkspaceId,
} from "../../lib/config/values.ts";

/** What a parser makes of texts; null stands for "not allowed". */
type Table = readonly (readonly [text: string, value: string | number | boolean | null])[];

function assertTable(parse: (text: string) => unknown, table: Table): void {
  for (const [text, value] of table) {
    assertEquals(parse(text) ?? null, value, `for ${JSON.stringify(text)}`);
  }
}

Deno.test("parsePlatformUrl() takes http and https addresses, without a trailing slash (D22)", () => {
  assertTable(parsePlatformUrl, [
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://localhost:8080/", "http://localhost:8080"],
    ["https://platform.example.com///", "https://platform.example.com"],
    ["HTTPS://Platform.Example.com:443/base/", "https://platform.example.com/base"],
    ["http://[::1]:8080/", "http://[::1]:8080"],
    [" http://platform\n", "http://platform"],
    ["http://platform?", "http://platform"],
    ["http://platform/#", "http://platform"],
    ["platform", null],
    ["platform:8080", null],
    ["//platform", null],
    ["", null],
    ["http://", null],
    ["ftp://platform", null],
    ["file:///configs", null],
    ["http://platform:port", null],
    ["http://user@platform", null],
    ["http://:word@platform", null],
    ["http:user:word@platform", null],
    ["http://platform/?tenant=1", null],
    ["http://platform/#top", null],
  ]);
});

Deno.test("parsePlatformUrl() gives an address that paths can be put behind, whatever it is given", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.tuple(fc.constantFrom("http://h", "https://[::1]", "http:h"), fc.string()).map((parts) =>
      parts.join("")
    ),
  );
  fc.assert(fc.property(texts, (text) => {
    const address = parsePlatformUrl(text);
    if (address === undefined) return;
    assert(/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/.test(address) && !address.endsWith("/"), address);
    assertEquals(parsePlatformUrl(address), address);
    const url = new URL(`${address}/registry/heartbeat`);
    assertEquals(url.href, `${address}/registry/heartbeat`);
    assertEquals(url.search + url.hash + url.username + url.password, "");
  }));
});

Deno.test("parseWorkspaceId() takes 1 to 128 letters, digits, '-' or '_'", () => {
  assertTable(parseWorkspaceId, [
    ["0b6ce1a4-2d5c-4b8e-9f0a-1d2e3f4a5b6c", "0b6ce1a4-2d5c-4b8e-9f0a-1d2e3f4a5b6c"],
    ["Agent_1", "Agent_1"],
    ["a", "a"],
    ["a".repeat(128), "a".repeat(128)],
    ["a".repeat(129), null],
    ["", null],
    ["a b", null],
    ["a\n", null],
    ["../etc", null],
    ["a/b", null],
    ["é", null],
  ]);
});

Deno.test("parseInterval() keeps whole seconds from 5 to 300 as they are (contract 7 #18, #19)", () => {
  assertTable(parseInterval, [
    ["5", 5],
    ["30", 30],
    ["45", 45],
    ["300", 300],
    ["4", null],
    ["0", null],
    ["301", null],
    ["-5", null],
    ["+30", null],
    ["30.5", null],
    ["3e1", null],
    ["0x1e", null],
    [" 30", null],
    ["30s", null],
    ["", null],
    ["99999999999999999999", null],
  ]);
});

Deno.test("parseFileMode() takes what chmod takes, as long as the owner writes and nobody executes", () => {
  assertTable(parseFileMode, [
    ["0600", 0o600],
    ["600", 0o600],
    ["0o600", 0o600],
    ["0640", 0o640],
    ["0660", 0o660],
    ["0666", 0o666],
    ["0606", 0o606],
    ["0622", 0o622],
    ["0400", null],
    ["0200", null],
    ["0060", null],
    ["0700", null],
    ["0610", null],
    ["0601", null],
    ["0677", null],
    ["1600", null],
    ["4600", null],
    ["00600", null],
    ["0680", null],
    ["60", null],
    ["6", null],
    ["0O600", null],
    ["0x180", null],
    ["384", null],
    ["-600", null],
    ["+0600", null],
    [" 0600", null],
    ["0600\n", null],
    ["u=rw", null],
    ["", null],
  ]);
});

Deno.test("fileModeText() writes every mode that parseFileMode() gives as that reads it", () => {
  const texts = fc.tuple(fc.constantFrom("", "0", "0o"), fc.stringMatching(/^[0-7]{3}$/));
  fc.assert(fc.property(texts, (parts) => {
    const mode = parseFileMode(parts.join(""));
    if (mode === undefined) return;
    assertEquals(fileModeText(mode), `0${parts[1]}`);
    assertEquals(parseFileMode(fileModeText(mode)), mode);
  }));
});

Deno.test("parseResultsBytes() takes whole bytes from 1 to 1 TiB", () => {
  assertTable(parseResultsBytes, [
    ["65536", 65_536],
    ["67108864", 67_108_864],
    ["1099511627776", 1_099_511_627_776],
    ["1", 1],
    ["0", null],
    ["1099511627777", null],
    ["99999999999999999999", null],
    ["65536.5", null],
    ["1e6", null],
    ["64M", null],
    ["-65536", null],
    ["+65536", null],
    ["0x10000", null],
    ["65 536", null],
    ["65_536", null],
    [" 65536", null],
    ["65536\n", null],
    ["", null],
  ]);
});

Deno.test("parseAge() takes a whole number of seconds, minutes, hours or days", () => {
  assertTable(parseAge, [
    ["0s", 0],
    ["0d", 0],
    ["90s", 90],
    ["15m", 900],
    ["24h", 86_400],
    ["007d", 604_800],
    ["999999999d", 86_399_999_913_600],
    ["1000000000s", null],
    ["24", 24],
    ["0", 0],
    ["h", null],
    ["24H", null],
    ["24 h", null],
    ["1.5h", null],
    ["1h30m", null],
    ["-1h", null],
    ["+1h", null],
    ["1w", null],
    ["1ms", null],
    ["1constructor", null],
    [" 1h", null],
    ["1h\n", null],
    ["", null],
  ]);
});

Deno.test("ageText() writes an age in the largest unit that leaves no rest", () => {
  const table: readonly (readonly [seconds: number, text: string])[] = [
    [0, "0s"],
    [1, "1s"],
    [59, "59s"],
    [60, "1m"],
    [61, "61s"],
    [3600, "1h"],
    [5400, "90m"],
    [86_400, "1d"],
    [129_600, "36h"],
    [604_800, "7d"],
  ];
  for (const [seconds, text] of table) assertEquals(ageText(seconds), text);
});

Deno.test("ageText() writes every age that parseAge() gives as that reads it", () => {
  const numbers = fc.integer({ min: 0, max: 999_999_999 });
  fc.assert(fc.property(numbers, fc.constantFrom("s", "m", "h", "d"), (number, unit) => {
    const seconds = parseAge(`${number}${unit}`);
    assert(seconds !== undefined, `${number}${unit}`);
    assertEquals(parseAge(ageText(seconds)), seconds);
  }));
});

Deno.test("parsePath() and parseFolder() take what a system takes as a path", () => {
  assertTable(parsePath, [["/tmp/a b", "/tmp/a b"], ["-", "-"], ["", null], ["a\0b", null]]);
  assertTable(parseFolder, [
    ["/configs", "/configs"],
    ["/configs//", "/configs"],
    ["/", "/"],
    ["//", "/"],
    ["", null],
    ["a\0/", null],
  ]);
});

Deno.test("parseLogLevel() takes a level in any case, also by Python's names (contract 7 #82)", () => {
  assertTable(parseLogLevel, [
    ["debug", "debug"],
    ["Info", "info"],
    ["WARNING", "warning"],
    ["warn", "warning"],
    [" error\n", "error"],
    ["CRITICAL", "error"],
    ["FATAL", "error"],
    ["loud", null],
    ["", null],
    ["10", null],
    ["constructor", null],
    ["__proto__", null],
  ]);
});

Deno.test("parseLogFormat(), parseNotifyMode() and parseSwitch() take their words and no others", () => {
  assertTable(parseLogFormat, [["text", "text"], ["json", "json"], ["JSON", null], ["", null]]);
  assertTable(parseNotifyMode, [
    ["all", "all"],
    ["failures", "failures"],
    ["off", "off"],
    ["none", null],
  ]);
  assertTable(parseSwitch, [["on", true], ["off", false], ["true", null], ["", null]]);
});

Deno.test("parseRegisterMode() takes push, poll and off", () => {
  assertTable(parseRegisterMode, [
    ["push", "push"],
    ["poll", "poll"],
    ["off", "off"],
    ["Poll", null],
    ["on", null],
    [" off", null],
    ["", null],
  ]);
});

Deno.test("parseWakesPerHour() takes whole numbers from 1 to 60", () => {
  assertTable(parseWakesPerHour, [
    ["1", 1],
    ["30", 30],
    ["60", 60],
    ["07", 7],
    ["0", null],
    ["00", null],
    ["61", null],
    ["100", null],
    ["-1", null],
    ["1.5", null],
    ["1e1", null],
    ["30\n", null],
    ["off", null],
    ["", null],
  ]);
});

Deno.test("parseOrgId() and parseToken() give only what can stand in a header", () => {
  const canStand = (text: string) => new Headers({ "x-value": text }).get("x-value");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const orgId = parseOrgId(text);
    if (orgId !== undefined) assertEquals(canStand(orgId), text);
    const token = parseToken(text);
    if (token !== undefined) assertEquals(canStand(`Bearer ${token}`), `Bearer ${text.trim()}`);
  }));
  assertTable(parseOrgId, [
    ["org 1", "org 1"],
    ["o".repeat(128), "o".repeat(128)],
    ["o".repeat(129), null],
    [" org", null],
    ["", null],
    ["org\n", null],
    ["örg", null],
  ]);
  assertTable(parseToken, [[" abc\n", "abc"], ["a b", null], ["", null], ["a\0", null]]);
});

Deno.test("parseConfigInterval() reads like Python's int() and clamps (contract 7 #72-#81)", () => {
  const table: readonly (readonly [value: unknown, seconds: number | undefined])[] = [
    [5, 5],
    [30, 30],
    [300, 300],
    [1, 5],
    [0, 5],
    [-7, 5],
    [301, 300],
    [3600, 300],
    ["not-a-number", undefined],
    [null, undefined],
    [45.9, 45],
    [-0.5, 5],
    [true, 5],
    [false, 5],
    ["45", 45],
    [" 4_5 ", 45],
    ["+45", 45],
    ["45.9", undefined],
    ["", undefined],
    ["_45", undefined],
    ["4__5", undefined],
    ["0x1e", undefined],
    [NaN, undefined],
    [Infinity, undefined],
    [10n ** 30n, 300],
    [[30], undefined],
    [{}, undefined],
    [undefined, undefined],
  ];
  for (const [value, seconds] of table) {
    assertEquals(parseConfigInterval(value), seconds, `for ${String(value)}`);
  }
});

Deno.test("parseConfigInterval() gives whole seconds from 5 to 300 or nothing, whatever it is given", () => {
  fc.assert(fc.property(fc.anything({ withBigInt: true, withDate: true }), (value) => {
    const seconds = parseConfigInterval(value);
    if (seconds === undefined) return;
    assert(Number.isInteger(seconds) && seconds >= 5 && seconds <= 300, String(seconds));
  }));
});
