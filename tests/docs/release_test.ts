import { assertEquals, assertMatch } from "@std/assert";
import { TARGETS } from "../../scripts/compile/targets.ts";
import { checkOut } from "../scripts/release/_release.ts";
import { Document } from "./_document.ts";

const document = await Document.read("docs/release.md");
const MAKE = document.take("Make one", "sh");
const CHECK = document.take("Check one", "sh");
const INSTALL = document.take("Install one", "sh");

const isLinux = Deno.build.target === "x86_64-unknown-linux-gnu";

/** Runs a block as it stands there, with nobody to download a base binary from. */
async function run(
  block: string,
  cwd: string,
  home: string,
): Promise<[code: number, said: string]> {
  const { HOME = "", PATH = "", DENO_DIR = `${HOME}/.cache/deno` } = Deno.env.toObject();
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-e", "-c", block],
    cwd,
    clearEnv: true,
    env: {
      DENO_DIR,
      PATH: `${home}/bin:${PATH}`,
      HOME: home,
      NO_COLOR: "1",
      DENORT_BIN: "/bin/true",
      HTTPS_PROXY: "http://127.0.0.1:1",
      SOURCE_DATE_EPOCH: "1800000000",
    },
    stdin: "null",
  }).output();
  return [code, new TextDecoder().decode(stderr)];
}

Deno.test({
  name: "docs/release.md shows how to make, check and install a release" +
    (isLinux ? "" : " (ignored: it needs a program of Linux x64)"),
  ignore: !isLinux,
  async fn() {
    await using checkout = await checkOut();
    const home = `${checkout.path}/home`;
    await Deno.mkdir(`${home}/bin`, { recursive: true });
    await Deno.symlink(Deno.execPath(), `${home}/bin/deno`);
    const [made, missing] = await run(MAKE, checkout.path, home);
    assertEquals(made, 1, missing);
    assertMatch(missing, /^Not built for aarch64-apple-darwin: no base binary: /m);
    const folder = `${checkout.path}/build/release`;
    assertEquals(await run(CHECK, folder, home), [0, ""]);
    assertEquals(await run(INSTALL, folder, home), [0, ""]);
    for (
      const path of [
        ".local/bin/workspace-beat",
        ".local/share/man/man1/workspace-beat.1",
        ".local/share/bash-completion/completions/workspace-beat",
        ".config/fish/completions/workspace-beat.fish",
        ".zsh/completions/_workspace-beat",
      ]
    ) assertEquals((await Deno.stat(`${home}/${path}`)).isFile, true, path);
  },
});

Deno.test("docs/release.md has a row for every system's binary", () => {
  const rows = [
    ...document.text.matchAll(/^\| `workspace-beat-VERSION-([a-z0-9-]+)` +\| .*`(\S+)`/gm),
  ];
  assertEquals(
    rows.map(([, name, triple]) => [name, triple]),
    TARGETS.map(({ name, triple }) => [name, triple]),
  );
});

Deno.test("docs/release.md has no block that no test runs", () => {
  assertEquals(document.untaken, []);
});
