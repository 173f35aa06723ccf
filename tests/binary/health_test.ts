import { assertEquals, assertMatch } from "@std/assert";
import { defaultStatusFile } from "../../lib/permissions.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { eventually } from "../_running_sidecar.ts";
import { exampleStatus } from "../status/_statuses.ts";
import { startSidecar } from "../support/mod.ts";
import { compileForTests, sidecarFor } from "./_compiled.ts";

const compiled = await compileForTests();
const { dir, options, port } = compiled;
const file = defaultStatusFile(dir);
const reason = compiled.missing === undefined ? "" : ` (ignored: ${compiled.missing})`;

function binaryTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `the binary ${name}${reason}`, ignore: compiled.missing !== undefined, fn });
}

/** Runs `health` as a probe does: with no environment, from another folder. */
async function probe(...args: readonly string[]): Promise<readonly [code: number, says: string]> {
  await using process = startSidecar({
    binary: options.output,
    command: "health",
    args,
    cwd: "/",
  });
  const code = await process.ended();
  return [code, [...process.stdout, ...process.stderr].join("\n")];
}

/** What is in the status file's place, and what `health` and `health --alive` answer. */
const ANSWERS: [what: string, put: () => Promise<void>, code: number, says: RegExp][] = [
  ["is missing", () => Promise.resolve(), 1, /^unknown: there is no '/],
  ["is empty", () => Deno.writeTextFile(file, ""), 1, /^unknown: .*: it is empty$/],
  [
    "is torn",
    () => Deno.writeTextFile(file, JSON.stringify(exampleStatus()).slice(0, 300)),
    1,
    /^unknown: cannot use the status file '.*': it is no whole JSON$/,
  ],
  [
    "is of another version",
    () =>
      Deno.writeTextFile(
        file,
        JSON.stringify({ ...exampleStatus(), version: 2, sidecar_version: "9.0.0" }),
      ),
    1,
    /^unknown: the status file '.*' has version 2, written by workspace-beat 9\.0\.0, and this is/,
  ],
  ["is a link", () => Deno.symlink("/etc/passwd", file), 1, /^unknown: .*: it is a symbolic link/],
  ["is a folder", () => Deno.mkdir(file), 1, /^unknown: .*: it is no regular file/],
  [
    "is old",
    () => Deno.writeTextFile(file, JSON.stringify(exampleStatus())),
    1,
    /^stale: status last written /,
  ],
];
for (const [what, put, code, says] of ANSWERS) {
  binaryTest(`answers health when the status ${what}`, async () => {
    await Deno.remove(file, { recursive: true }).catch(() => {});
    await put();
    for (const args of [[], ["--alive"]]) {
      const [ended, said] = await probe(...args);
      assertEquals(ended, code, said);
      assertMatch(said, says);
    }
    await Deno.remove(file, { recursive: true }).catch(() => {});
  });
}

binaryTest("answers health when it is healthy, late, stale and stopped", async () => {
  await using platform = await startDevPlatform({ port });
  const workspace = platform.addWorkspace();
  const start = await sidecarFor(compiled, workspace);
  const becomes = (says: RegExp, ...args: readonly string[]) =>
    eventually(async () => says.test((await probe(...args))[1]), `It never says ${says}`);
  {
    await using sidecar = start();
    await becomes(/^healthy: last beat \d s ago$/);
    assertEquals((await probe("--alive"))[0], 0);
    sidecar.kill("SIGKILL");
    await sidecar.ended();
    await becomes(/^late: last beat at /, "--max-age", "1");
    await becomes(/^stale: status last written /, "--alive", "--max-age=1");
  }
  const from = platform.requests.length; // the killed one's status may still be healthy
  await using sidecar = start();
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200, { from });
  await becomes(/^healthy: /);
  assertEquals(await sidecar.stop(), 0);
  assertMatch((await probe())[1], /^stopped: .* with exit code 0: it was asked to stop$/);
  assertEquals((await probe())[0], 1);
});

binaryTest("says what is wrong with a command line of health, and ends with 64", async () => {
  const [code, says] = await probe("--max-age", "soon");
  assertEquals(code, 64);
  assertMatch(says, /^Cannot use 'soon' from --max-age: expected a whole number of seconds/);
  const [unknown, flag] = await probe("--nope");
  assertEquals(unknown, 64);
  assertMatch(
    flag,
    /^Unknown flag '--nope': .*expected --status-file, .*--max-age, --alive, --help$/,
  );
});
