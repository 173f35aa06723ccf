import { assertEquals, assertRejects } from "@std/assert";
import { readingProblem, readReport } from "../../lib/report/mod.ts";
import { makeTempDir } from "../support/mod.ts";

const LARGEST = 64 * 1024;

/** What is in a file, and what is found there besides that text. */
const CONTENTS: readonly (readonly [what: string, text: string, found: object])[] = [
  ["a report", '{"active_tasks": 1}', { report: { active_tasks: 1 } }],
  ["no fields", "{}", { report: {} }],
  ["nothing", "", { problem: "expected one JSON object: it is empty" }],
  [
    "half a report",
    '{"active_tasks": 1',
    { problem: "expected one JSON object: it is no JSON, or a part of it" },
  ],
  [
    "a field that is wrong",
    '{"wedged": 1}',
    { problem: "'wedged': expected text: current value is 1" },
  ],
];

for (const [what, text, found] of CONTENTS) {
  Deno.test(`readReport() gives the text, and what it says, when the file holds ${what}`, async () => {
    await using dir = await makeTempDir();
    await Deno.writeTextFile(`${dir.path}/report`, text);
    assertEquals<unknown>(await readReport(`${dir.path}/report`), { text, ...found });
  });
}

Deno.test("readReport() gives an empty report and no text when there is no file", async () => {
  await using dir = await makeTempDir();
  assertEquals(await readReport(`${dir.path}/none`), { text: undefined, report: {} });
  assertEquals(await readReport(`${dir.path}/no/folder`), { text: undefined, report: {} });
});

Deno.test("readReport() follows a link, and takes one to nothing for no file", async () => {
  await using dir = await makeTempDir();
  await Deno.writeTextFile(`${dir.path}/report`, "{}");
  await Deno.symlink(`${dir.path}/report`, `${dir.path}/link`);
  await Deno.symlink(`${dir.path}/none`, `${dir.path}/dangling`);
  assertEquals(await readReport(`${dir.path}/link`), { text: "{}", report: {} });
  assertEquals(await readReport(`${dir.path}/dangling`), { text: undefined, report: {} });
});

Deno.test("readReport() reads 64 KiB, and not a byte more", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/report`;
  const text = `{"sample_error": "${"x".repeat(LARGEST - 20)}"}`;
  await Deno.writeTextFile(file, text);
  const { report } = await readReport(file);
  assertEquals(report?.sample_error?.length, LARGEST - 20);
  await Deno.writeTextFile(file, `${text} `);
  assertEquals(await readReport(file), {
    text: undefined,
    problem: "expected at most 65536 bytes: it has 65537",
  });
});

Deno.test("readReport() refuses a folder and a pipe, and waits for neither", async () => {
  await using dir = await makeTempDir();
  await new Deno.Command("mkfifo", { args: [`${dir.path}/pipe`] }).output();
  await assertRejects(() => readReport(dir.path), TypeError, "it is not a regular file");
  await assertRejects(() => readReport(`${dir.path}/pipe`), TypeError, "it is not a regular file");
});

/** What reading has thrown, and how it is said. */
const THROWN: readonly (readonly [error: unknown, problem: string])[] = [
  [new TypeError("Cannot read '/r': it is not a regular file"), "it is not a regular file"],
  [new Error("Is a directory (os error 21)"), "Is a directory (os error 21)"],
  [
    new Deno.errors.PermissionDenied("Permission denied (os error 13): stat '/r'"),
    "Permission denied (os error 13): stat '/r': let this user read it",
  ],
  [new Error("first\nsecond\u001b[31m"), "first second[31m"],
  ["text", "text"],
];

for (const [error, problem] of THROWN) {
  Deno.test(`readingProblem() says '${problem}'`, () => {
    assertEquals(readingProblem(error, "/r"), problem);
  });
}
