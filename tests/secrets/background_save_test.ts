import { assertEquals, assertMatch } from "@std/assert";
import { BackgroundSave, type BackgroundSaveOptions } from "../../lib/secrets/background_save.ts";
import { Turns } from "../../lib/turns.ts";
import { ManualClock, recordingLog } from "../support/mod.ts";

/** A save to a disk that does what the test says. */
function saving(options: Pick<BackgroundSaveOptions, "isPrecious" | "disk"> = {}) {
  const { log, lines } = recordingLog();
  const clock = new ManualClock();
  /** What has been handed to the disk, in order, with what ends each. */
  const handed: { readonly value: string; readonly disk: PromiseWithResolvers<boolean> }[] = [];
  const save = new BackgroundSave({
    what: "the duck",
    file: "/ducks/one",
    ...options,
    save: (value) => {
      const disk = Promise.withResolvers<boolean>();
      handed.push({ value, disk });
      return disk.promise;
    },
    log,
    clock,
  });
  return {
    save,
    clock,
    lines,
    values: () => handed.map(({ value }) => value),
    /** Ends the last write, with whether it was to be written, and lets the save go on. */
    async end(ending: boolean | Error = true): Promise<void> {
      const disk = handed.at(-1)?.disk;
      if (typeof ending === "boolean") disk?.resolve(ending);
      else disk?.reject(ending);
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

Deno.test("BackgroundSave.want() saves the value at once, and says nothing", async () => {
  const { end, lines, save, values } = saving();
  save.want("one");
  assertEquals(values(), ["one"]);
  await end();
  await save.settled();
  save.retry();
  assertEquals([values(), lines], [["one"], []]);
});

Deno.test("BackgroundSave.settled() resolves only when nothing is being saved any more", async () => {
  const { end, save } = saving();
  await save.settled();
  save.want("one");
  let isSettled = false;
  const settled = save.settled().then(() => isSettled = true);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(isSettled, false);
  await end();
  await settled;
});

Deno.test("BackgroundSave.settled() says whether everything is saved", async () => {
  const { end, save } = saving();
  assertEquals(await save.settled(), true, "there was nothing to save");
  save.want("one");
  await end(new Error("no room"));
  assertEquals(await save.settled(), false);
  save.retry();
  const settled = save.settled();
  await end();
  assertEquals([await settled, await save.settled()], [true, true]);
});

Deno.test("BackgroundSave.settled() says that not everything is saved when the last of several values could not be", async () => {
  const { end, save } = saving();
  save.want("one");
  save.want("two");
  await end();
  await end(new Error("no room"));
  assertEquals(await save.settled(), false);
});

Deno.test("BackgroundSave.want() saves the last value, and one at a time, when values come while the disk is slow", async () => {
  const { end, save, values } = saving();
  save.want("one");
  save.want("two");
  save.want("three");
  assertEquals(values(), ["one"]);
  await end();
  assertEquals(values(), ["one", "three"]);
  await end();
  await save.settled();
  save.retry();
  assertEquals(values(), ["one", "three"]);
});

Deno.test("BackgroundSave.retry() saves what could not be saved, and has nothing to do before and after", async () => {
  const { end, save, values } = saving();
  save.retry();
  assertEquals(values(), []);
  save.want("one");
  await end(new Error("no room"));
  assertEquals(values(), ["one"], "it is not tried again by itself");
  save.retry();
  await end();
  save.retry();
  assertEquals(values(), ["one", "one"]);
});

Deno.test("BackgroundSave.want() takes the place of a value that could not be saved", async () => {
  const { end, save, values } = saving();
  save.want("one");
  await end(new Error("no room"));
  save.want("two");
  await end();
  save.retry();
  assertEquals(values(), ["one", "two"]);
});

Deno.test("BackgroundSave warns once while the disk fails, without the value, and tells when it has recovered", async () => {
  const { clock, end, lines, save } = saving();
  save.want("hush-hush");
  await end(new Error("no\nroom"));
  for (let n = 0; n < 2; n++) {
    clock.advance(30_000);
    save.retry();
    await end(new Error("no room"));
  }
  save.retry();
  await end();
  assertEquals(lines.map(({ level }) => level), ["WARN", "DEBUG", "DEBUG", "INFO"]);
  assertEquals(
    lines[0]?.message,
    "Cannot save the duck to '/ducks/one': no room: check that its folder exists, has room, and " +
      "belongs to this user; the next beat tries again",
  );
  assertEquals(
    lines[3]?.message,
    "Saving the duck recovered after 60.0 s and 3 failed attempts",
  );
  assertEquals(lines.some(({ message }) => message.includes("hush")), false);
});

Deno.test("BackgroundSave says that a grant is missing when the manifest has none", async () => {
  const { end, lines, save } = saving();
  save.want("one");
  await end(new Deno.errors.NotCapable("Requires write access"));
  assertMatch(
    lines[0]?.message ?? "",
    /: the manifest does not grant what stands beside it: rebuild, or run with its grant; the next/,
  );
});

Deno.test("BackgroundSave says one error for as long as the disk fails when what it saves cannot be had again", async () => {
  const { end, lines, save } = saving({ isPrecious: true });
  save.want("one");
  for (let n = 0; n < 3; n++) {
    await end(new Error("no room"));
    save.retry();
  }
  await end();
  save.want("two");
  await end(new Error("no room"));
  assertEquals(lines.map(({ level }) => level), ["ERROR", "DEBUG", "DEBUG", "INFO", "ERROR"]);
  assertEquals(
    lines[0]?.message,
    "Cannot save the duck to '/ducks/one': no room: check that its folder exists, has room, and " +
      "belongs to this user; the next beat tries again, and a restart before that loses it",
  );
});

Deno.test("BackgroundSave saves when it may use the disk", async () => {
  const disk = new Turns();
  const { end, save, values } = saving({ disk });
  const other = Promise.withResolvers<void>();
  const holding = disk.take(() => other.promise);
  save.want("one");
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(values(), []);
  other.resolve();
  await holding;
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(values(), ["one"]);
  await end();
  assertEquals(await save.settled(), true);
});

Deno.test("BackgroundSave does not say that saving recovered when the value is not to be saved any more", async () => {
  const { end, lines, save } = saving();
  save.want("one");
  await end(new Error("the disk is full"));
  save.retry();
  await end(false);
  assertEquals([await save.settled(), lines.map(({ level }) => level)], [true, ["WARN"]]);
});

Deno.test("BackgroundSave warns again when the reason has become one that does not pass by itself", async () => {
  const { end, lines, save } = saving();
  save.want("one");
  await end(new Error("the disk is full"));
  for (let tries = 0; tries < 2; tries++) {
    save.retry();
    await end(new TypeError("it is a picture: remove it"));
  }
  assertEquals(lines.map(({ level }) => level), ["WARN", "WARN", "DEBUG"]);
  assertMatch(lines[1]?.message ?? "", /it is a picture: remove it; the next beat tries again$/);
});
