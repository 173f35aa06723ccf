import { assertEquals } from "@std/assert";
import { findConfigsDir } from "../../lib/config/configs_dir.ts";
import { DEFAULT_CONFIGS_DIR } from "../../lib/config/defaults.ts";
import { makeTempDir } from "../support/mod.ts";

const HOME = Deno.env.get("HOME");
const FALLBACK = `${HOME}/.molecule-workspace`;

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("findConfigsDir() takes the usual folder, and leaves nothing in it, when it can be written", async () => {
  await using dir = await makeTempDir();
  assertEquals(await findConfigsDir(dir.path), { value: dir.path, origin: "default" });
  assertEquals(await names(dir.path), []);
});

Deno.test("findConfigsDir() takes the usual folder when another sidecar is writing in it", async () => {
  await using dir = await makeTempDir();
  const temporary = `${dir.path}/.platform_inbound_secret.tmp`;
  await Deno.writeTextFile(temporary, "half a sec");
  assertEquals((await findConfigsDir(dir.path)).value, dir.path);
  assertEquals(await Deno.readTextFile(temporary), "half a sec");
});

Deno.test("findConfigsDir() takes the folder below HOME when the usual one is not there", {
  ignore: HOME === undefined,
}, async () => {
  await using dir = await makeTempDir();
  const usual = `${dir.path}/configs`;
  const origin = `default, without a usable ${usual}`;
  assertEquals(await findConfigsDir(usual), { value: FALLBACK, origin });
});

Deno.test("findConfigsDir() takes the folder below HOME when the usual one is a file", {
  ignore: HOME === undefined,
}, async () => {
  await using dir = await makeTempDir();
  const usual = `${dir.path}/configs`;
  await Deno.writeTextFile(usual, "");
  assertEquals((await findConfigsDir(usual)).value, FALLBACK);
});

/** Grants as a manifest for the usual folder has them: nothing below HOME. */
const NO_HOME_FOLDER: Deno.PermissionOptions = {
  env: ["HOME"],
  read: ["/nowhere/.auth_token"],
  write: ["/nowhere/.platform_inbound_secret.tmp"],
};

Deno.test(
  "findConfigsDir() takes the usual folder when none below HOME is granted (contract 7 #38)",
  {
    permissions: NO_HOME_FOLDER,
  },
  async () => {
    assertEquals(await findConfigsDir("/nowhere"), { value: "/nowhere", origin: "default" });
    assertEquals(DEFAULT_CONFIGS_DIR, "/configs");
  },
);

Deno.test("findConfigsDir() takes /configs when HOME is not granted (contract 7 #38)", {
  permissions: "none",
}, async () => {
  assertEquals(await findConfigsDir(), { value: "/configs", origin: "default" });
});
