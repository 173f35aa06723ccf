import { assertEquals } from "@std/assert";
import { VERSION } from "../../lib/version.ts";
import { checkOut, checkSums } from "../scripts/release/_release.ts";

const ARGS = ["--platform-url", "https://platform.example.com", "--target", Deno.build.target];

const first = await checkOut();
globalThis.addEventListener("unload", () => Deno.removeSync(first.path, { recursive: true }));
const released = await first.release(ARGS);
const missing = /no base binary: .*/.exec(released.stderr)?.[0];

function releaseTest(name: string, fn: () => Promise<void>): void {
  const reason = missing === undefined ? "" : ` (ignored: ${missing})`;
  Deno.test({ name: `the released binary ${name}${reason}`, ignore: missing !== undefined, fn });
}

releaseTest("prints the version that deno.json says", async () => {
  assertEquals([released.code, released.stderr], [0, ""]);
  const { version } = JSON.parse(await Deno.readTextFile(`${first.path}/deno.json`));
  const [name = ""] = released.files.filter((name) => /-(linux|macos)-/.test(name));
  assertEquals(name.startsWith(`workspace-beat-${VERSION}-`), true, name);
  const { stdout } = await new Deno.Command(`${first.path}/build/release/${name}`, {
    args: ["--version"],
    clearEnv: true,
  }).output();
  assertEquals(new TextDecoder().decode(stdout), `${version}\n`);
  assertEquals(await checkSums(first), 0);
});

releaseTest("is the same, as all of the release, in another folder at another time", async () => {
  await using second = await checkOut();
  const { code } = await second.release(ARGS, { TZ: "Asia/Tokyo", LC_ALL: "C" });
  assertEquals(code, 0);
  const [one, two] = await Promise.all(
    [first, second].map(({ path }) => Deno.readTextFile(`${path}/build/release/SHA256SUMS`)),
  );
  assertEquals(two, one);
});
