import { assert, assertEquals, assertMatch } from "@std/assert";
import { startSession } from "./_session.ts";

/** What is there instead of a sound config.yaml, and what the warning says of it. */
const BROKEN: readonly (readonly [
  what: string,
  make: (path: string) => Promise<unknown>,
  says: RegExp,
])[] = [
  [
    "breaks YAML's syntax",
    (path) => Deno.writeTextFile(path, "a: 1\nb: c: d\n"),
    /line 2, column 5/,
  ],
  [
    "holds an empty block",
    (path) => Deno.writeTextFile(path, "observability:\n"),
    /line 1, column 1/,
  ],
  ["holds a wrong type", (path) => Deno.writeTextFile(path, "observability: [1]\n"), /a list/],
  ["holds itself", (path) => Deno.writeTextFile(path, "observability: &a [*a]\n"), /a list/],
  ["is a folder", (path) => Deno.mkdir(path), /not a regular file/],
  ["is a pipe", (path) => run("mkfifo", path), /not a regular file/],
  ["is 2 MiB long", (path) => Deno.writeTextFile(path, "a".repeat(2 ** 21)), /at most 1048576/],
  ["is binary", (path) => Deno.writeFile(path, new Uint8Array(999).fill(0x80)), /config\.yaml/],
];

for (const [what, make, says] of BROKEN) {
  Deno.test(`run warns and beats all the same, and check fails, when config.yaml ${what}`, async () => {
    await using session = await startSession();
    await make(`${session.dir}/config.yaml`);
    await using sidecar = session.start({ args: ["--once"] });
    assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
    const warnings = sidecar.stderr.filter((line) => line.includes(" WARN "));
    assertEquals(warnings.length, 1, sidecar.stderr.join("\n"));
    assertMatch(warnings.join(), says);
    assert(warnings.join().includes(`${session.dir}/config.yaml`), warnings.join());
    assertEquals(session.workspace.beats.length, 1);
    await using check = session.start({ command: "check" });
    assertEquals(await check.ended(), 78, check.stdout.join("\n"));
  });
}

Deno.test("run beats at config.yaml's interval and logs at its level when it is sound", async () => {
  await using session = await startSession();
  await session.writeConfig(
    "observability:\n  heartbeat_interval_seconds: 120\n  log_level: ERROR\n",
  );
  await using sidecar = session.start({ args: ["--once"] });
  assertEquals(await sidecar.ended(), 0);
  assertEquals(sidecar.stderr, []);
  await using other = session.start({ args: ["--once"], env: { LOG_LEVEL: "info" } });
  assertEquals(await other.ended(), 0);
  assertMatch(await other.waitForLine(/ INFO Keeping/), /every 120 s$/);
  await other.waitForLine(/ WARN The interval of 120 s \(from file .*config\.yaml\) is too long/);
});

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args }).output();
  assert(success);
}
