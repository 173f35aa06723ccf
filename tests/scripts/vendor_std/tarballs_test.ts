import { assertEquals } from "@std/assert";
import type { Tarball } from "../../../scripts/vendor_std/pins.ts";
import { modulesOf } from "../../../scripts/vendor_std/tarballs.ts";
import { bytesOf, fileEntries, gzip, tarArchive } from "./_tar_archive.ts";

Deno.test("modulesOf() takes only modules and types, and only from the wanted folders", async () => {
  const text = bytesOf("text");
  const paths = [
    "package/std/a.js",
    "package/std/b/a.d.ts",
    "package/std/README.md",
    "package/std/a.ts",
    "package/std.js",
    "package/std_other/a.js",
    "package/index.js",
  ];
  const bytes = await gzip(tarArchive(paths.flatMap((path) => fileEntries(path, text))));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
  const tarball: Tarball = {
    spec: "std@1.0.0",
    integrity: `sha512-${hash.toBase64()}`,
    folders: ["package/std"],
    folderOf: (name) => name,
  };
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(bytes),
  );
  const registry = `http://127.0.0.1:${server.addr.port}`;
  const modules = await modulesOf([tarball], { registry, dir: "/nothing" });
  assertEquals(
    modules.get(tarball),
    new Map([["package/std/a.js", "text"], ["package/std/b/a.d.ts", "text"]]),
  );
});
