import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseReleaseOptions } from "../../scripts/release/options.ts";
import { HELP as COMPILE_HELP } from "../../scripts/compile/options.ts";
import { VERSION } from "../../lib/version.ts";
import { checkOut, checkSums } from "./release/_release.ts";

const URL_FLAG = ["--platform-url", "https://platform.example.com"];
const OWN = ["--target", Deno.build.target];

/** A base binary that makes a program which does nothing, in no time. */
const TRUE = { DENORT_BIN: "/bin/true" };
/** Keeps Deno from downloading a base binary. */
const NO_NETWORK = { HTTPS_PROXY: "http://127.0.0.1:1" };
const isLinux = Deno.build.target === "x86_64-unknown-linux-gnu";

function linuxTest(name: string, fn: () => Promise<void>): void {
  const reason = isLinux ? "" : " (ignored: it needs a program of Linux x64)";
  Deno.test({ name: name + reason, ignore: !isLinux, fn });
}

linuxTest("release makes all that there is to install, with its checksums", async () => {
  await using checkout = await checkOut();
  const { code, files, stderr, stdout } = await checkout.release([...URL_FLAG, ...OWN], TRUE);
  assertEquals([code, stderr], [0, ""]);
  const binary = `workspace-beat-${VERSION}-linux-x64`;
  const made = [
    "SHA256SUMS",
    "_workspace-beat",
    binary,
    `workspace-beat-${VERSION}.cdx.json`,
    "workspace-beat.1",
    "workspace-beat.bash",
    "workspace-beat.fish",
  ];
  assertEquals(files, made.toSorted());
  assertEquals(stdout.trim().split("\n").sort(), made.map((n) => `build/release/${n}`).sort());
  const read = (name: string) => Deno.readTextFile(`${checkout.path}/build/release/${name}`);
  const sums = await read("SHA256SUMS");
  for (const name of made.slice(1)) assertStringIncludes(sums, `  ${name}\n`);
  assertEquals(await checkSums(checkout), 0);
  const names = [
    "workspace-beat.1",
    "workspace-beat.bash",
    "_workspace-beat",
    "workspace-beat.fish",
  ];
  for (const name of names) assertStringIncludes(await read(name), "report wedged");
  const bill = JSON.parse(await read(`workspace-beat-${VERSION}.cdx.json`));
  assertEquals(bill.metadata.component.components[0].name, binary);
  assertEquals(bill.metadata.timestamp, "2027-01-15T08:00:00.000Z");
});

linuxTest(
  "release is incomplete, and ends with 1, when a base binary is not to be had",
  async () => {
    await using checkout = await checkOut();
    const both = [...OWN, "--target", "aarch64-apple-darwin"];
    const args = [...URL_FLAG, ...both];
    const without = await checkout.release(args, { ...TRUE, ...NO_NETWORK });
    assertEquals(without.code, 1);
    assertMatch(
      without.stderr,
      /^Not built for aarch64-apple-darwin: no base binary: https:\/\/dl\.deno\.land\/\S+: .*: put it into the folder of --base-binaries as denort-aarch64-apple-darwin, or go without with --allow-missing\n$/,
    );
    assert(without.files.includes("INCOMPLETE"), without.files.join());
    assert(without.files.includes(`workspace-beat-${VERSION}-linux-x64`), without.files.join());

    const allowed = await checkout.release([...args, "--allow-missing"], {
      ...TRUE,
      ...NO_NETWORK,
    });
    assertEquals([allowed.code, allowed.stderr], [0, without.stderr]);
    assert(allowed.files.includes("INCOMPLETE"), allowed.files.join());
  },
);

linuxTest(
  "release takes a base binary from the folder, and refuses one for another system",
  async () => {
    await using checkout = await checkOut();
    await Deno.mkdir(`${checkout.path}/bases`);
    for (const target of [Deno.build.target, "aarch64-unknown-linux-gnu"]) {
      await Deno.copyFile("/bin/true", `${checkout.path}/bases/denort-${target}`);
    }
    const args = [...URL_FLAG, "--base-binaries", "bases", "--target"];
    const fits = await checkout.release([...args, Deno.build.target], NO_NETWORK);
    assertEquals([fits.code, fits.stderr], [0, ""]);
    const other = await checkout.release([...args, "aarch64-unknown-linux-gnu"], NO_NETWORK);
    assertEquals(other.code, 1);
    assertEquals(
      other.stderr,
      "Cannot compile with the base binary 'bases/denort-aarch64-unknown-linux-gnu' from " +
        "--base-binaries: expected one for aarch64-unknown-linux-gnu: current value is for " +
        `${Deno.build.target}\n`,
    );
  },
);

Deno.test("release exits 64 with one line when an argument is not allowed", async () => {
  await using checkout = await checkOut();
  const refused: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /^Cannot compile without --platform-url: expected /],
    [[...URL_FLAG, "--target", "mips"], /^Cannot use 'mips' from --target: expected one of x86_64/],
    [[...URL_FLAG, "--target"], /^Cannot use --target without a value/],
    [[...URL_FLAG, "--output", "x"], /^Cannot use --output: a release goes into build\/release/],
    [[...URL_FLAG, "--base-binaries=a", "--base-binaries=b"], /^Cannot use --base-binaries twice/],
    [[...URL_FLAG, "--sign"], /^Unknown argument '--sign'/],
  ];
  for (const [args, says] of refused) {
    const { code, files, stderr, stdout } = await checkout.release(args);
    assertEquals([code, stdout, files], [64, "", []], stderr);
    assertMatch(stderr, says);
    assertEquals(stderr.trim().split("\n").length, 1);
  }
});

Deno.test("release exits 78 when it does not know what time it is of", async () => {
  await using checkout = await checkOut();
  for (
    const [epoch, says] of [
      ["yesterday", /^Cannot use 'yesterday' from SOURCE_DATE_EPOCH .*: expected whole seconds/],
      ["", /^Cannot say what time the release is of: expected a git clone, or SOURCE_DATE_EPOCH/],
    ] as const
  ) {
    const { code, stderr } = await checkout.release(URL_FLAG, { SOURCE_DATE_EPOCH: epoch });
    assertEquals(code, 78, stderr);
    assertMatch(stderr, says);
  }
});

Deno.test("release --help names every flag of compile that it takes, and its own", async () => {
  await using checkout = await checkOut();
  const { code, stdout } = await checkout.release(["--help"]);
  assertEquals(code, 0);
  const flags = (text: string) => [...text.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, f = ""]) => f);
  const taken = flags(COMPILE_HELP).filter((flag) => flag !== "--output");
  assertEquals(flags(stdout).sort(), [...taken, "--base-binaries", "--allow-missing"].sort());
});

Deno.test("parseReleaseOptions() releases for every system unless told otherwise", () => {
  const names = (args: readonly string[]) =>
    parseReleaseOptions([...URL_FLAG, ...args]).targets.map(({ name }) => name);
  assertEquals(names([]), ["linux-x64", "linux-arm64", "macos-x64", "macos-arm64", "windows-x64"]);
  const arm = "--target=aarch64-unknown-linux-gnu";
  assertEquals(names([arm, arm]), ["linux-arm64"]);
});

Deno.test("parseReleaseOptions() hands the flags of compile on", () => {
  const { allowsMissing, compile } = parseReleaseOptions([
    ...["--allow-missing", ...URL_FLAG],
    ...["--results-file=/r/results.jsonl", "--configs-dir", "/c"],
  ]);
  assertEquals(allowsMissing, true);
  assertEquals([compile.resultsFile, compile.configsDir], ["/r/results.jsonl", "/c"]);
});
