import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { resolve } from "@std/path/posix/resolve";
import fc from "fast-check";
import { tarFiles } from "../../../scripts/vendor_std/tar.ts";
import { bytesOf, fileEntries, paxEntry, tarArchive, type TarEntry } from "./_tar_archive.ts";

function read(tar: Uint8Array<ArrayBuffer>): { path: string; text: string }[] {
  return Array.from(
    tarFiles(tar),
    ({ path, bytes }) => ({ path, text: new TextDecoder().decode(bytes) }),
  );
}

const name = fc.stringMatching(/^[\w@ äß.-]{1,60}$/).filter((name) => !/^\.{1,2}$/.test(name));
const path = fc.array(name, { minLength: 1, maxLength: 6 }).map((names) => names.join("/"));
const file = fc.record({ path, bytes: fc.uint8Array({ maxLength: 1500 }) })
  .map(({ path, bytes }) => ({ path, bytes: Uint8Array.from(bytes) }));

Deno.test("tarFiles() gives back every file", () => {
  fc.assert(fc.property(fc.array(file), (files) => {
    const tar = tarArchive(files.flatMap(({ path, bytes }) => fileEntries(path, bytes)));
    assertEquals(Array.from(tarFiles(tar)), files);
  }));
});

Deno.test("tarFiles() throws when an archive is cut off anywhere", () => {
  const files = fc.array(file, { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(files, fc.double({ min: 0, max: 1, noNaN: true }), (files, share) => {
    const tar = tarArchive(files.flatMap(({ path, bytes }) => fileEntries(path, bytes)));
    const cut = Math.floor(share * (tar.length - 513)); // one block of zeros ends it, too
    assertThrows(() => read(tar.slice(0, cut)), Error, "is cut off");
  }));
});

Deno.test("tarFiles() throws when a byte of a header is another", () => {
  const at = fc.nat(511).filter((at) => at < 148 || at >= 156); // the sum does not count itself
  fc.assert(fc.property(at, fc.integer({ min: 1, max: 255 }), (at, change) => {
    const tar = tarArchive([{ name: "a", body: bytesOf("x") }]);
    tar[at] = (tar[at] ?? 0) ^ change;
    assertThrows(() => read(tar), Error, "is damaged");
  }));
});

Deno.test("tarFiles() never names a file outside, however an entry is named", () => {
  const wild = fc.string({
    unit: fc.constantFrom("/", ".", "..", "\\", ":", "a", " ", "\0", "\n"),
    maxLength: 12,
  });
  const entries = fc.oneof(
    fc.record({ name: wild, prefix: wild }).map((entry): TarEntry[] => [entry]),
    wild.map((path): TarEntry[] => [paxEntry({ path }), { name: "instead" }]),
  );
  fc.assert(
    fc.property(entries, (entries) => {
      let files;
      try {
        files = read(tarArchive(entries));
      } catch {
        return;
      }
      for (const { path } of files) {
        assertNotEquals(path, "");
        assertEquals(resolve("/root", path), `/root/${path}`);
        assertEquals(/[\\:\0\n]/.test(path), false);
      }
    }),
    { numRuns: 1000 },
  );
});

const x = { body: bytesOf("x") };

for (
  const [what, entries, expected] of [
    ["skips folders", [{ name: "a/", type: "5" }, { name: "a/b", ...x }], ["a/b"]],
    ["takes NUL for a regular file", [{ name: "a", type: "\0" }], ["a"]],
    ["joins prefix and name", [{ prefix: "a/b", name: "c" }], ["a/b/c"]],
    ["takes the path of a pax header once", [
      paxEntry({ mtime: "1.5", path: "a/ü", comment: "a=b\n" }),
      { name: "b" },
      { name: "c" },
    ], ["a/ü", "c"]],
    ["passes over a global comment", [paxEntry({ comment: "v1" }, "g"), { name: "a" }], ["a"]],
    ["ends at a block of zeros", [], []],
  ] satisfies [string, TarEntry[], string[]][]
) {
  Deno.test(`tarFiles() ${what}`, () => {
    assertEquals(read(tarArchive(entries)).map(({ path }) => path), expected);
  });
}

Deno.test("tarFiles() takes the size of a pax header before that of the entry", () => {
  const tar = tarArchive([paxEntry({ size: "2" }), { name: "a", body: bytesOf("xyz") }]);
  assertEquals(read(tar), [{ path: "a", text: "xy" }]);
});

const damagedPax = (text: string) => [{ name: "p", type: "x", body: bytesOf(text) }, { name: "a" }];

for (
  const [what, entries, reason] of [
    ["a symbolic link", [{ name: "a", type: "2" }], `holds "a" of type "2"`],
    ["a hard link", [{ name: "a", type: "1" }], `of type "1"`],
    ["a long name of GNU tar", [{ name: "././@LongLink", type: "L", ...x }], `of type "L"`],
    ["the format of GNU tar", [{ name: "a", magic: "ustar  " }], "is no POSIX tar archive"],
    ["an absolute path", [{ name: "/etc/a" }], `names a file "/etc/a"`],
    ["a path that leads out", [{ name: "a/../../b" }], `names a file "a/../../b"`],
    ["a pax path that leads out", [paxEntry({ path: "../b" }), { name: "a" }], `"../b"`],
    ["a path of Windows", [{ name: "a\\b" }], "is no plain relative path"],
    ["a drive of Windows", [{ name: "c:/a" }], "is no plain relative path"],
    ["a file without a name", [{ name: "" }], `names a file ""`],
    ["a path that ends in a slash", [{ name: "a/" }], `names a file "a/"`],
    ["a pax size that is no number", [paxEntry({ size: "-1" }), { name: "a" }], "size is '-1'"],
    ["a pax size beyond the end", [paxEntry({ size: "9999" }), { name: "a" }], "is cut off"],
    ["a pax record that is too long", damagedPax("99 path=a\n"), "pax header cannot be read"],
    ["a pax record that is too short", damagedPax("1 path=a\n"), "pax header cannot be read"],
    ["a pax record without a length", damagedPax("path=a\n"), "pax header cannot be read"],
    ["a pax record without a value", damagedPax("7 path\n"), "pax header cannot be read"],
    ["a global path", [paxEntry({ path: "b" }, "g"), { name: "a" }], "all its files one path"],
  ] satisfies [string, TarEntry[], string][]
) {
  Deno.test(`tarFiles() throws when there is ${what}`, () => {
    assertThrows(() => read(tarArchive(entries)), Error, reason);
  });
}
