import { assertEquals, assertMatch } from "@std/assert";
import { defaultStatusFile } from "../../lib/permissions.ts";
import { answerHealth } from "../../lib/commands/health_answer.ts";
import { exampleStatus } from "../status/_statuses.ts";
import { makeTempDir, runModule } from "../support/mod.ts";
import { MAIN } from "./_report.ts";
import { ask } from "./_status.ts";

Deno.test("workspaceBeat() answers a health that cannot be asked with 1, in one line", async () => {
  await using dir = await makeTempDir();
  const { code, stderr, stdout } = await runModule(MAIN, {
    grants: ["--allow-env=MOLECULE_WORKSPACES"],
    args: ["health"],
    env: { MOLECULE_WORKSPACES: "no JSON" },
  });
  assertEquals([code, stderr], [1, ""]);
  assertMatch(stdout, /^unknown: Cannot use '\(not shown\)' from MOLECULE_WORKSPACES .*\n$/);
  const { code: ungranted, stdout: says } = await runModule(MAIN, {
    args: ["health", "--configs-dir", dir.path],
  });
  assertEquals(ungranted, 1);
  assertMatch(
    says,
    /^unknown: .*: the manifest does not grant it: rebuild, or run with its grant\n$/,
  );
});

const REFUSED: [args: string[], says: RegExp][] = [
  [["--max-age", "0"], /^Cannot use '0' from --max-age: expected a whole number of seconds from 1/],
  [["--max-age", "soon"], /^Cannot use 'soon' from --max-age: /],
  [["--max-age"], /^Cannot use --max-age without a value: expected a whole number of seconds/],
  [["--nope"], /^Unknown flag '--nope': .*expected --status-file, .*, --max-age, --alive, --help$/],
  [["--status-file", "off"], /^Cannot tell how the sidecar is: it keeps no status file \('off' fr/],
  [["now"], /'now'/],
];
for (const [args, says] of REFUSED) {
  Deno.test(`workspaceBeat() ends with 64 and one line for 'health ${args.join(" ")}'`, async () => {
    await using dir = await makeTempDir();
    const { code, lines, stdout } = await ask(dir.path, "health", ...args);
    assertEquals([code, lines.length, stdout], [64, 1, ""]);
    assertMatch(lines.join(), says);
  });
}

Deno.test("workspaceBeat() ends with 64 when status is to be for machines and to go on", async () => {
  await using dir = await makeTempDir();
  const { code, lines } = await ask(dir.path, "status", "--json", "--watch");
  assertEquals(code, 64);
  assertMatch(lines.join(), /^Cannot use --json with --watch/);
});

Deno.test("workspaceBeat() says nothing of a file that could steer a terminal", async () => {
  await using dir = await makeTempDir();
  const text = JSON.stringify({ version: 7, sidecar_version: "\x1b[31mred\n\u202e" });
  await Deno.writeTextFile(defaultStatusFile(dir.path), text);
  for (const command of ["health", "status"] as const) {
    const { stdout } = await ask(dir.path, command);
    assertMatch(stdout, /^unknown: .* written by workspace-beat \[31mred ?, and this is [^\n]*\n$/);
  }
  await Deno.writeTextFile(
    defaultStatusFile(dir.path),
    JSON.stringify(exampleStatus({ workspace_id: "\u009b31mred\u202e" })),
  );
  const { stdout } = await ask(dir.path, "status", "--json");
  assertMatch(stdout, /^[\n -~]+$/);
  assertEquals(JSON.parse(stdout).status.workspace_id, "\u009b31mred\u202e");
});

Deno.test("answerHealth() gives its exit code where nobody can read its line", async () => {
  await using dir = await makeTempDir();
  const file = defaultStatusFile(dir.path);
  const now = new Date().toISOString();
  const write = () => {
    throw new Deno.errors.BrokenPipe();
  };
  const flags = { "status-file": file, alive: false };
  assertEquals(await answerHealth(flags, { build: undefined, write }), 1);
  const status = exampleStatus({ written_at: now, last_accepted_beat: now });
  await Deno.writeTextFile(file, JSON.stringify(status));
  assertEquals(await answerHealth(flags, { build: undefined, write }), 0);
});
