import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeTempDir, runProgram, testWithPrograms } from "../support/mod.ts";

const UNIT = new URL("../../deploy/systemd/workspace-beat.service", import.meta.url).pathname;
const TEXT = await Deno.readTextFile(UNIT);

/** The values of a setting of the unit. */
function values(name: string): string[] {
  return [...TEXT.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value);
}

testWithPrograms("workspace-beat.service passes systemd-analyze verify", {
  programs: ["systemd-analyze"],
  async fn() {
    await using dir = await makeTempDir();
    const copy = `${dir.path}/workspace-beat.service`;
    // It checks that the program is there, and the binary is not installed here.
    await Deno.writeTextFile(copy, TEXT.replace(values("ExecStart")[0] ?? "", "/bin/true run"));
    const { code, stdout, stderr } = await runProgram("systemd-analyze", {
      args: ["verify", "--man=no", "--recursive-errors=no", copy],
    });
    assertEquals([code, stdout, stderr], [0, "", ""]);
  },
});

testWithPrograms("workspace-beat.service has an exposure of at most 2.0", {
  programs: ["systemd-analyze"],
  async fn() {
    // The threshold is in tenths; above it, the exit code is 1.
    const { code, stdout } = await runProgram("systemd-analyze", {
      args: ["security", "--no-pager", "--offline=true", "--threshold=20", UNIT],
    });
    const [verdict = ""] = stdout.match(/Overall exposure level.*/) ?? [];
    assertEquals(code, 0, verdict);
    const document = await Deno.readTextFile(new URL("../../docs/deploy.md", import.meta.url));
    const [, version = "", said = ""] =
      /of systemd (\d+) gives the unit an exposure level of ([\d.]+\d)/.exec(document) ?? [];
    const { stdout: its } = await runProgram("systemd-analyze", { args: ["--version"] });
    // Each version weighs a little differently.
    if (its.startsWith(`systemd ${version} `)) assertStringIncludes(verdict, `: ${said} `);
    assert(Number(said) <= 2);
  },
});

Deno.test("workspace-beat.service starts the sidecar again, but not after 64, 77 and 78", () => {
  assertEquals(values("Restart"), ["always"]);
  assertEquals(values("RestartPreventExitStatus"), ["64 77 78"]);
  assertEquals(values("MemoryDenyWriteExecute"), ["yes"]);
  assert(Number(values("TimeoutStopSec")[0]) > 5, "it may take 5 s to end");
});

Deno.test("workspace-beat.service has the sidecar give freed memory back", () => {
  assertEquals(values("Environment"), ["MALLOC_TRIM_THRESHOLD_=131072"]);
});
