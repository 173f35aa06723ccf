import { assertEquals } from "@std/assert";
import { probePrivateFile, writePrivateFile } from "../../lib/secrets/mod.ts";
import { type MountedFile, mountFile, whyNot } from "../support/broken_disks.ts";

const noMount = await whyNot(mountFile);

/** A test of a file that is a mount of its own. */
function mounted(name: string, text: string, fn: (file: MountedFile) => Promise<void>): void {
  Deno.test({
    name: name + (noMount === undefined ? "" : ` (ignored: ${noMount})`),
    ignore: noMount !== undefined,
    fn: async () => {
      await using file = await mountFile(text);
      await fn(file);
    },
  });
}

/** The names beside a file. */
async function namesBeside({ path }: MountedFile): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(path.slice(0, path.lastIndexOf("/"))));
  return entries.map(({ name }) => name).sort();
}

const contents: [what: string, former: string, next: string][] = [
  ["is empty", "", "next-token"],
  ["holds less", "old", "next-token"],
  ["holds more", "a-former-token-that-is-longer", "next-token"],
];
for (const [what, former, next] of contents) {
  mounted(
    `writePrivateFile() writes a file that is a mount of its own where it is, whole, when it ${what}`,
    former,
    async (file) => {
      const before = await Deno.stat(file.path);
      await writePrivateFile(file.path, next);
      assertEquals(await Deno.readTextFile(file.path), next);
      assertEquals(await Deno.readTextFile(file.source), next);
      assertEquals((await Deno.stat(file.path)).ino, before.ino);
    },
  );
}

mounted(
  "writePrivateFile() leaves nothing beside a file that is a mount of its own",
  "",
  async (file) => {
    await writePrivateFile(file.path, "next-token");
    assertEquals(await namesBeside(file), ["file"]);
  },
);

mounted(
  "writePrivateFile() makes a file that is a mount of its own private",
  "former",
  async (file) => {
    await Deno.chmod(file.source, 0o644);
    await writePrivateFile(file.path, "next-token");
    assertEquals(((await Deno.stat(file.path)).mode ?? 0) & 0o777, 0o600);
  },
);

mounted(
  "writePrivateFile() lets read a mount of its own whoever could read it when that is wanted",
  "former",
  async (file) => {
    await Deno.chmod(file.source, 0o640);
    await writePrivateFile(file.path, "next", { like: await Deno.stat(file.path) });
    assertEquals(((await Deno.stat(file.path)).mode ?? 0) & 0o777, 0o640);
  },
);

mounted(
  "probePrivateFile() takes a file that is a mount of its own for one that can be written, and leaves it as it is",
  "former",
  async (file) => {
    await probePrivateFile(file.path);
    assertEquals(await Deno.readTextFile(file.path), "former");
    assertEquals(await namesBeside(file), ["file"]);
  },
);
