import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseProcessFigures, processFigures } from "../../../scripts/bench/process_figures.ts";

const STATUS = `Name:\tworkspace-beat
VmPeak:\t 9999999 kB
VmHWM:\t   70000 kB
VmRSS:\t   65536 kB
RssAnon:\t   21504 kB
RssFile:\t   44032 kB
Threads:\t12
`;
const stat = (name: string) =>
  `4242 (${name}) S 1 4242 4242 0 -1 4194560 9000 0 12 0 250 75 3 4 20 0 12 0 1000 1 2 3\n`;

Deno.test("parseProcessFigures() reads memory in bytes, and user and system time in seconds", () => {
  assertEquals(parseProcessFigures(STATUS + stat("workspace-beat")), {
    residentBytes: 65536 * 1024,
    anonymousBytes: 21504 * 1024,
    cpuSeconds: 3.25,
  });
});

Deno.test("parseProcessFigures() is not misled by a program's name", () => {
  for (const name of ["a b", "a) R 1 2", "(sd-pam)", ") S 9 9"]) {
    assertEquals(parseProcessFigures(STATUS + stat(name)).cpuSeconds, 3.25, name);
  }
});

Deno.test("parseProcessFigures() refuses what lacks a figure, as of a process that has ended", () => {
  const broken = [
    "",
    STATUS,
    stat("a"),
    STATUS.replace(/^VmRSS.*\n/m, "") + stat("a"), // a zombie
    STATUS.replace(/^RssAnon.*\n/m, "") + stat("a"),
    `${STATUS}4242 (a) S 1 4242\n`,
  ];
  for (const text of broken) {
    assertThrows(() => parseProcessFigures(text), Error, "Cannot read the figures of a process");
  }
});

Deno.test("processFigures() tells of a process that runs", async () => {
  const { anonymousBytes, cpuSeconds, residentBytes } = await processFigures(Deno.pid);
  assert(anonymousBytes > 0 && anonymousBytes < residentBytes);
  assert(cpuSeconds > 0);
});
