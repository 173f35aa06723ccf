import { assert, assertEquals, assertMatch } from "@std/assert";
import { grantFlags, type ResultsFiles, resultsFiles } from "../../lib/permissions.ts";
import { type EndedProgram, runModule } from "../support/mod.ts";
import { mountSmallDisk, whyNot } from "../support/broken_disks.ts";
import {
  idsIn,
  lineOf,
  makeConsumerFolder,
  manyLines,
  sidecarGrants,
} from "../delegations/_consumer_files.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Runs `workspace-beat results` with the grants of a sidecar, and no workspace. */
function runResults(path: string, ...args: readonly string[]): Promise<EndedProgram> {
  return runModule(MAIN, {
    grants: sidecarGrants(path),
    args: ["results", "--results-file", path, ...args],
  });
}

/** Starts the same, with its standard output in a pipe. */
function startResults(path: string, ...args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...sidecarGrants(path), MAIN].concat(
      ...["results", "--results-file", path, ...args],
    ),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function ended(process: Deno.ChildProcess): Promise<{ code: number; stderr: string }> {
  const [{ code }, stderr] = await Promise.all([process.status, process.stderr.text()]);
  return { code, stderr };
}

Deno.test("results prints what is there as fenced text, consumes it, and needs no workspace", async () => {
  await using folder = await makeConsumerFolder();
  const failed = { status: "failed", summary: "no", error: "why" };
  const content = lineOf("d1", { response_preview: "yes\n" }) + lineOf("d2", failed);
  await Deno.writeTextFile(folder.files.results, content);
  const { code, stdout, stderr } = await runResults(folder.files.results);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    stdout,
    "[A2A_RESULT_FROM_PEER]\n- [completed] d1 is done\n  Response: yes\n- [failed] no\n" +
      "  Error: why\n[/A2A_RESULT_FROM_PEER]\n",
  );
  assertEquals(await folder.content(), { "results.jsonl.taken.lock": "" });
});

Deno.test("results prints nothing and ends with 0 when nothing is there", async () => {
  await using folder = await makeConsumerFolder();
  const { code, stdout, stderr } = await runResults(folder.files.results);
  assertEquals([code, stdout, stderr], [0, "", ""]);
  assertEquals(await folder.content(), {});
});

Deno.test("results --format json prints [] when nothing is there", async () => {
  await using folder = await makeConsumerFolder();
  const { code, stdout } = await runResults(folder.files.results, "--format", "json");
  assertEquals([code, stdout], [0, "[]\n"]);
});

Deno.test("results finds the file by DELEGATION_RESULTS_FILE", async () => {
  await using folder = await makeConsumerFolder();
  const { results } = folder.files;
  await Deno.writeTextFile(results, lineOf("d1"));
  const { code, stdout } = await runModule(MAIN, {
    grants: sidecarGrants(results),
    args: ["results", "--format", "json"],
    env: { DELEGATION_RESULTS_FILE: results },
  });
  assertEquals([code, idsIn(stdout)], [0, ["d1"]]);
});

Deno.test("results --format json prints one array of all records when they are many", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.writeTextFile(folder.files.results, manyLines(3000));
  const { code, stdout } = await runResults(folder.files.results, "--format", "json");
  assertEquals(code, 0);
  assertEquals(idsIn(stdout), Array.from({ length: 3000 }, (_, n) => `d${n}`));
});

Deno.test("results --peek prints the same again and again, changes nothing, and needs only to read", async () => {
  await using folder = await makeConsumerFolder();
  const { next, results, taken, takenNext } = folder.files;
  await Deno.writeTextFile(taken, lineOf("left"));
  await Deno.writeTextFile(takenNext, lineOf("left too"));
  await Deno.writeTextFile(results, `${lineOf("d1")}rubbish\n`);
  const before = await folder.content();
  for (let time = 0; time < 2; time++) {
    const { code, stdout, stderr } = await runModule(MAIN, {
      grants: [`--allow-read=${results},${next},${taken},${takenNext}`],
      args: ["results", "--results-file", results, "--format", "json", "--peek"],
    });
    assertEquals([code, idsIn(stdout)], [0, ["left", "left too", "d1"]]);
    assertEquals(stderr, `1 line of '${results}' cannot be read as results\n`);
  }
  assertEquals(await folder.content(), before);
});

Deno.test("results prints everything after a run that was killed while it printed", async () => {
  await using folder = await makeConsumerFolder();
  const { results, taken } = folder.files;
  await Deno.writeTextFile(results, manyLines(1000));
  const process = startResults(results, "--format", "json"); // nobody reads more than a pipe holds
  while (!(await exists(taken)));
  process.kill("SIGKILL");
  await process.stdout.cancel();
  await ended(process);
  await Deno.writeTextFile(results, lineOf("new"));
  const { code, stdout } = await runResults(results, "--format", "json");
  assertEquals(code, 0);
  assertEquals(idsIn(stdout), [...Array.from({ length: 1000 }, (_, n) => `d${n}`), "new"]);
});

Deno.test("results keeps everything, and ends with 75, when its reader goes away", async () => {
  await using folder = await makeConsumerFolder();
  const { results, taken } = folder.files;
  const content = manyLines(1000);
  await Deno.writeTextFile(results, content);
  const process = startResults(results);
  const reader = process.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const { code, stderr } = await ended(process);
  assertEquals(code, 75, stderr);
  assertMatch(stderr, /^Cannot print the results: Broken pipe.*the next run prints it again\n$/);
  assertEquals(await Deno.readTextFile(taken), content);
  assertEquals(idsIn((await runResults(results, "--format", "json")).stdout).length, 1000);
});

Deno.test("results ends with 75 and prints nothing while another run is printing", async () => {
  await using folder = await makeConsumerFolder();
  const { results, takenLock } = folder.files;
  await Deno.writeTextFile(results, lineOf("d1"));
  using lock = await Deno.create(takenLock);
  await lock.lock(true);
  const { code, stdout, stderr } = await runResults(results, "--format", "json");
  assertEquals([code, stdout], [75, ""]);
  assertMatch(stderr, /^Cannot lock '.*\.taken\.lock': another workspace-beat results.*\n$/);
  assertEquals(await Deno.readTextFile(results), lineOf("d1"));
});

Deno.test("results waits for another run that is printing, and prints what is left then", async () => {
  await using folder = await makeConsumerFolder();
  const { results, taken } = folder.files;
  await Deno.writeTextFile(results, manyLines(1000));
  const first = startResults(results, "--format", "json");
  while (!(await exists(taken)));
  const second = runResults(results, "--format", "json");
  await Deno.writeTextFile(results, lineOf("new"));
  assertEquals(idsIn(await first.stdout.text()).length, 1000);
  assertEquals((await ended(first)).code, 0);
  assertEquals(idsIn((await second).stdout), ["new"]);
});

Deno.test("results ends with 73, prints nothing and keeps all when garbage cannot be set aside", {
  ignore: await whyNot(mountSmallDisk) !== undefined,
}, async () => {
  await using disk = await mountSmallDisk();
  const { results, taken } = resultsFiles(`${disk.path}/results.jsonl`);
  const content = `${"rubbish ".repeat(1500)}\n${lineOf("d1")}`;
  await Deno.writeTextFile(results, content);
  await disk.fill();
  const { code, stdout, lines } = await runResults(results, "--format", "json");
  assertEquals([code, stdout, lines.length], [73, "", 1]);
  assertEquals(await Deno.readTextFile(taken), content);
});

Deno.test("results ends with 73 when a link is in the results file's place", async () => {
  await using folder = await makeConsumerFolder();
  await Deno.symlink("/etc/passwd", folder.files.results);
  const { code, stdout, lines } = await runResults(folder.files.results);
  assertEquals([code, stdout, lines.length], [73, "", 1]);
  assertMatch(lines[0] ?? "", /^Cannot consume '.*': it is a symbolic link: expected a regular/);
});

/** Takes from a process that root starts the right to pass over modes and owners. */
const HELD_BACK = ["--bounding-set=-all", "--inh-caps=-all"];
const canHoldBack = await new Deno.Command("setpriv", { args: [...HELD_BACK, "true"] }).output()
  .then(({ success }) => success, () => false);

Deno.test(
  "results ends with 73, and says what to do, when another user's file is in a sticky folder",
  {
    ignore: !canHoldBack,
  },
  async () => {
    await using folder = await makeConsumerFolder();
    const { results } = folder.files;
    await Deno.writeTextFile(results, lineOf("d1"));
    await Deno.chmod(results, 0o666);
    await Deno.chown(results, 12345, 12345);
    await Deno.chmod(folder.dir, 0o1777);
    await Deno.chown(folder.dir, 12346, 12346);
    const { code, stdout, stderr } = await new Deno.Command("setpriv", {
      args: [...HELD_BACK, Deno.execPath(), "run", "--no-prompt", ...sidecarGrants(results)].concat(
        ...[MAIN, "results", "--results-file", results],
      ),
    }).output();
    const line = new TextDecoder().decode(stderr);
    assertEquals([code, stdout.length], [73, 0], line);
    assertMatch(line, /^Cannot consume the results file '.*': Operation not permitted.*\n$/);
    assertMatch(line, /--results-mode .* not sticky, as \/tmp is/);
    assertEquals(await Deno.readTextFile(results), lineOf("d1"));
  },
);

const WRITTEN: readonly (keyof ResultsFiles)[] = [
  "results",
  "taken",
  "takenNext",
  "takenLock",
  "rejected",
];
const READ: readonly (keyof ResultsFiles)[] = [...WRITTEN, "next"];
const LACKING = [
  ...READ.map((name) => ["read", name] as const),
  ...WRITTEN.map((name) => ["write", name] as const),
];

for (const [kind, name] of LACKING) {
  Deno.test(`results ends with 77 and names the flags when --allow-${kind} lacks ${name}`, async () => {
    await using folder = await makeConsumerFolder();
    const { files } = folder;
    await Deno.writeTextFile(files.results, lineOf("d1"));
    const all = {
      net: [],
      read: READ.map((name) => files[name]),
      write: WRITTEN.map((name) => files[name]),
      env: [],
      sys: [],
    };
    const grants = { ...all, [kind]: all[kind].filter((path) => path !== files[name]) };
    const { code, stdout, lines } = await runModule(MAIN, {
      grants: grantFlags(grants),
      args: ["results", "--results-file", files.results],
    });
    assertEquals([code, stdout, lines.length], [77, "", 1], lines.join("\n"));
    const [line = ""] = lines;
    assertMatch(
      line,
      /^Not allowed to consume the results file '.*' \(from flag --results-file\): /,
    );
    assert(
      line.includes(
        `run with ${grantFlags({ ...all, env: ["DELEGATION_RESULTS_FILE"] }).join(" ")}`,
      ),
    );
    assertEquals(await folder.content(), { "results.jsonl": lineOf("d1") });
  });
}

for (
  const [args, env, code, says] of [
    [
      ["--results-file", "-"],
      {},
      64,
      /^Cannot print results from '-' \(from flag --results-file\)/,
    ],
    [[], { DELEGATION_RESULTS_FILE: "-" }, 78, /^Cannot print results from '-' \(from environment/],
    [["--results-file", ""], {}, 64, /^Cannot use '' from --results-file: expected the path/],
    [["--format", "xml"], {}, 64, /^Cannot use 'xml' from --format: expected text or json$/],
    [["--format", "a\nb\u001b"], {}, 64, /^Cannot use 'a b' from --format: expected text or json$/],
    [
      ["--once"],
      {},
      64,
      /^Unknown flag '--once': did you mean workspace-beat run --once\? expected --results-file, --workspace-id, --workspaces-dir, --format, --peek, --help$/,
    ],
    [["--workspace-id="], {}, 64, /^Cannot use --workspace-id without a value: expected 1 to 128/],
    [["--workspaces-dir"], {}, 64, /^Cannot use --workspaces-dir without a value: expected the pa/],
    [["now"], {}, 64, /'now'/],
  ] as const
) {
  Deno.test(`results ends with ${code} when ${JSON.stringify(args)} and ${JSON.stringify(env)} are given`, async () => {
    const ended = await runModule(MAIN, {
      grants: ["--allow-env=DELEGATION_RESULTS_FILE"],
      args: ["results", ...args],
      env,
    });
    assertEquals([ended.code, ended.stdout, ended.lines.length], [code, "", 1], ended.stderr);
    assertMatch(ended.lines[0] ?? "", says);
  });
}

Deno.test("results --help ends with 0 without any grant", async () => {
  const { code, stdout } = await runModule(MAIN, { args: ["results", "--help"] });
  assertEquals(code, 0);
  assertMatch(stdout, /--peek/);
});

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
