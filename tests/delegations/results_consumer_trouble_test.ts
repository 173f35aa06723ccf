import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { NotConsumedError } from "../../lib/delegations/not_consumed_error.ts";
import type { ResultsFiles } from "../../lib/permissions.ts";
import { consume, idsIn, lineOf, makeConsumerFolder } from "./_consumer_files.ts";

Deno.test("ResultsConsumer.consume() prints a whole document of what is left when the rest is refused", async () => {
  await using folder = await makeConsumerFolder();
  const { rejected, results, taken } = folder.files;
  await Deno.writeTextFile(taken, lineOf("left"));
  await Deno.writeTextFile(results, `rubbish\n${lineOf("new")}`);
  await Deno.mkdir(rejected);
  const { printed, error } = await consume(results);
  assertInstanceOf(error, TypeError);
  assertEquals(idsIn(printed), ["left"]);
  await Deno.remove(rejected);
  assertEquals(idsIn((await consume(results)).printed), ["new"]);
});

Deno.test("ResultsConsumer.consume() prints what is left once when the results file is refused", async () => {
  await using folder = await makeConsumerFolder();
  const { results, taken } = folder.files;
  await Deno.writeTextFile(taken, lineOf("left"));
  await Deno.mkdir(results);
  assertEquals(idsIn((await consume(results)).printed), ["left"]);
  assertEquals((await consume(results)).printed, "");
});

Deno.test("ResultsConsumer.consume() keeps what was left, too, when it cannot end what it prints", async () => {
  await using folder = await makeConsumerFolder();
  const { results, taken } = folder.files;
  await Deno.writeTextFile(taken, lineOf("left"));
  await Deno.writeTextFile(results, lineOf("new"));
  let written = "";
  const writer = {
    write(bytes: Uint8Array): Promise<number> {
      const text = new TextDecoder().decode(bytes);
      if (text.includes("]\n")) return Promise.reject(new Error("the reader has gone"));
      written += text;
      return Promise.resolve(bytes.length);
    },
  };
  const { error } = await consume(results, { writer });
  assertInstanceOf(error, NotConsumedError);
  assert(written.includes("new"));
  assertEquals(idsIn((await consume(results)).printed), ["left", "new"]);
  assertEquals(idsIn((await consume(results)).printed), []);
});

Deno.test("ResultsConsumer.consume() prints what two runs have left, and says that there is more", async () => {
  await using folder = await makeConsumerFolder();
  const { results, taken, takenNext } = folder.files;
  await Deno.writeTextFile(taken, lineOf("first"));
  await Deno.writeTextFile(takenNext, lineOf("second"));
  await Deno.writeTextFile(results, lineOf("third"));
  const { printed, told } = await consume(results);
  assertEquals(idsIn(printed), ["first", "second"]);
  assertEquals(told, ["Two earlier runs have left results: run it again for what is new"]);
  assertEquals(idsIn((await consume(results)).printed), ["third"]);
});

Deno.test("ResultsConsumer.consume() prints what an earlier run has not removed any more", async () => {
  await using folder = await makeConsumerFolder();
  const { results, takenNext } = folder.files;
  await Deno.writeTextFile(takenNext, lineOf("left"));
  await Deno.writeTextFile(results, lineOf("new"));
  assertEquals(idsIn((await consume(results)).printed), ["left", "new"]);
});

/** What may be in a file's place. */
const OBSTACLES: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  "a symbolic link": (path) => Deno.symlink(`${path}.target`, path),
  "a folder": (path) => Deno.mkdir(path),
  "a pipe": (path) => new Deno.Command("mkfifo", { args: [path] }).output(),
};
const REFUSED: readonly (keyof ResultsFiles)[] = [
  "results",
  "taken",
  "takenNext",
  "takenLock",
  "rejected",
];

for (const [what, put] of Object.entries(OBSTACLES)) {
  for (const name of REFUSED) {
    Deno.test(`ResultsConsumer.consume() refuses ${what} in the place of ${name}`, async () => {
      await using folder = await makeConsumerFolder();
      const { files } = folder;
      const path = files[name];
      await Deno.writeTextFile(`${path}.target`, "precious\n");
      const content = `rubbish\n${lineOf("d1")}`;
      if (name !== "results") await Deno.writeTextFile(files.results, content);
      await put(path);
      const { printed, error } = await consume(files.results);
      assertEquals(printed, "");
      assertInstanceOf(error, TypeError);
      const kind = what === "a symbolic link" ? what : "no regular file";
      assertMatch(
        error.message,
        new RegExp(`^Cannot \\w[\\w ]* '${path}': it is ${kind}: expected`),
      );
      assertEquals(await Deno.readTextFile(`${path}.target`), "precious\n");
      if (name === "results") return;
      const kept = name === "rejected" ? files.taken : files.results;
      assertEquals(await Deno.readTextFile(kept), content);
    });
  }

  Deno.test(`ResultsConsumer.peek() refuses ${what} in the place of the results file`, async () => {
    await using folder = await makeConsumerFolder();
    await put(folder.files.results);
    const { printed, error } = await consume(folder.files.results, { peek: true });
    assertEquals(printed, "");
    assertInstanceOf(error, TypeError);
  });
}

Deno.test("ResultsConsumer.consume() sets a line aside that is too long to be a result, and prints the others", async () => {
  await using folder = await makeConsumerFolder();
  const { rejected, results } = folder.files;
  const long = "x".repeat(9 * 1024 * 1024);
  await Deno.writeTextFile(results, `${lineOf("d1")}${long}\n${lineOf("d2")}`);
  assertEquals(idsIn((await consume(results)).printed), ["d1", "d2"]);
  assertEquals(await Deno.readTextFile(rejected), `${long}\n`);
});
