import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXIT_CODE } from "../../lib/exit_code.ts";
import { VERSION } from "../../lib/version.ts";
import { type SidecarProcess, testWithPrograms } from "../support/mod.ts";
import { Document } from "./_document.ts";
import { patternOf, piecesNeverSaid } from "./_log_lines.ts";
import { startUser, type User } from "./_user.ts";

const DOCUMENT = await Document.read("docs/operations.md");

/** The lines of the log blocks under each heading. */
const LINES = new Map<string, string[]>();
for (const heading of DOCUMENT.headings) {
  for (const block of DOCUMENT.takeAll("log", heading)) {
    LINES.set(heading, [...LINES.get(heading) ?? [], ...block.trimEnd().split("\n")]);
  }
}
/** The commands under each heading. */
const COMMANDS = new Map(
  DOCUMENT.headings.map((heading) => [heading, DOCUMENT.takeAll("sh", heading)] as const)
    .filter(([, blocks]) => blocks.length > 0),
);

Deno.test("docs/operations.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

/** The log lines of a section, as patterns. */
function patterns(heading: string): [RegExp, ...RegExp[]] {
  const [first, ...rest] = (LINES.get(heading) ?? []).map(patternOf);
  assert(first !== undefined, heading);
  return [first, ...rest];
}

/** Log lines that tables and sentences quote: what stands in backquotes, with a hole. */
const QUOTED = [...DOCUMENT.text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/`([^`]*…[^`]*)`/g)]
  .map(([, line = ""]) => line).filter((line) =>
    /^(…|[A-Z]|\w+( \w+)?: )/.test(line) && line !== "…"
  );

Deno.test("docs/operations.md quotes only what the program says", () => {
  for (const line of [...LINES.values()].flat().concat(QUOTED)) {
    assertEquals(piecesNeverSaid(line) ?? [], [], line);
  }
});

Deno.test("docs/operations.md says of every exit code what to do", () => {
  const codes = DOCUMENT.column("It has ended").map(Number);
  assertEquals(codes, Object.values(EXIT_CODE));
});

/** Starts the sidecar of a user, who has the token in its file, as he should. */
async function startSidecar(user: User, args = "", before = ""): Promise<SidecarProcess> {
  const { token } = user.workspace;
  if (token !== undefined) await Deno.writeTextFile(`${user.dir}/.auth_token`, token);
  return user.start(`${before} exec workspace-beat --interval 5 ${args}`);
}

/** Waits for the next accepted beat. */
async function accepted({ platform }: User): Promise<void> {
  const from = platform.requests.length;
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200, { from });
}

async function succeeds(user: User, script: string): Promise<string[]> {
  const { code, stderr, stdout } = await user.run(script);
  assertEquals(code, 0, [...stdout, ...stderr].join("\n"));
  return stdout;
}

/** What a section promises, and how its commands are tried out: a section with commands needs one. */
const TRIALS: Record<string, (user: User, commands: readonly string[]) => Promise<void>> = {
  "Look first": async (user, [status = "", check = "", json = ""]) => {
    await using sidecar = await startSidecar(user);
    await accepted(user);
    // No disk delays a beat: the status is written behind it.
    await succeeds(user, "until workspace-beat health >/dev/null; do sleep 0.1; done");
    const said = await succeeds(user, status);
    assertEquals(said.filter((line) => /^healthy: last beat /.test(line)).length, 2);
    assertMatch(said.at(-1) ?? "", /^alive: status written /);
    await succeeds(user, check);
    const [of, all = ""] = json.split("\n");
    assertEquals(JSON.parse((await succeeds(user, of ?? "")).join("\n")).healthy, true);
    assert(JSON.parse((await succeeds(user, all)).join("\n")).checks.length > 5);
    assertEquals(sidecar.stderr.length, 1);
    assertMatch(sidecar.stderr.join(), patterns("Look first")[0]);
    await sidecar.stop();
    const { code, stdout } = await user.run("workspace-beat health");
    assertEquals(code, 1);
    assertMatch(stdout.join(), /^stopped: .* with exit code 0/);
  },
  "The manifest lacks a grant": async (user, [check = ""]) => {
    const elsewhere = `DELEGATION_RESULTS_FILE=${user.dir}/other.jsonl`;
    const { code, stderr } = await user.run(`${elsewhere} workspace-beat`);
    assertEquals(code, EXIT_CODE.notAllowed);
    assertMatch(stderr.join(), patterns("The manifest lacks a grant")[1] ?? /^$/);
    const { stdout } = await user.run(`export ${elsewhere}\n${check}`);
    assert(stdout.some((line) => /^ +failed +grants/.test(line)), stdout.join("\n"));
    const mended = await succeeds(user, check);
    assert(mended.some((line) => /^ +ok +grants/.test(line)), mended.join("\n"));
  },
  "A proxy is in the way": async (user, [commands = ""]) => {
    const proxy = "export HTTP_PROXY=http://proxy.invalid:3128\n";
    const { code, stderr } = await user.run(`${proxy}workspace-beat`);
    assertEquals(code, EXIT_CODE.configuration);
    assertMatch(stderr.join(), patterns("A proxy is in the way")[0]);
    const said = await succeeds(user, proxy + commands);
    assert(said.includes("HTTP_PROXY=http://proxy.invalid:3128"));
  },
  "Two sidecars": async (user, [holder = ""]) => {
    await using first = await startSidecar(user);
    await accepted(user);
    await using second = await startSidecar(user);
    assertEquals(await second.ended(), EXIT_CODE.resultsFile);
    assertMatch(second.stderr.join(), patterns("Two sidecars")[0]);
    assertMatch((await succeeds(user, holder)).join(), new RegExp(`^process ${first.pid}, `));
  },
  "The workspace is offline though the agent runs": async (user, [register = ""]) => {
    await using process = user.start(`exec ${register}`);
    await process.waitForLine(/ INFO The workspace is registered/);
    assertEquals([user.workspace.livenessKey, user.workspace.status], [true, "online"]);
  },
  "The token is refused": async (user, [renew = ""]) => {
    await using sidecar = await startSidecar(user);
    await accepted(user);
    const token = user.platform.rotateToken(user.workspace.id);
    const [refused, , recovered] = patterns("The token is refused");
    await sidecar.waitForLine(refused);
    await succeeds(user, `NEW_TOKEN='${token}'\n${renew}`);
    await sidecar.waitForLine(recovered ?? /^$/);
    assertEquals((await Deno.stat(`${user.dir}/.auth_token`)).mode ?? 0, 0o100600);
  },
  "The platform limits requests": async (user) => {
    user.platform.fault("heartbeat", {
      kind: "answer",
      status: 429,
      body: { error: "rate limit exceeded" },
      headers: { "Retry-After": "1" },
    }, { times: 1 });
    await using sidecar = await startSidecar(user);
    await sidecar.waitForLine(patterns("The platform limits requests")[0]);
    await accepted(user);
  },
  "Something else answers": async (user, [check = ""]) => {
    const page = { kind: "answer", status: 200, body: "<html>Log in</html>" } as const;
    user.platform.fault("heartbeat", page);
    user.platform.fault("health", page);
    await using sidecar = await startSidecar(user);
    await sidecar.waitForLine(patterns("Something else answers")[0]);
    assertEquals((await user.run(check)).code, EXIT_CODE.configuration);
  },
  "The workspace is paused": async (user) => {
    user.workspace.status = "paused";
    await using sidecar = await startSidecar(user, "--register poll");
    await sidecar.waitForLine(patterns("The workspace is paused")[0]);
    await accepted(user);
    assertEquals(user.platform.requestsTo("register"), []);
  },
  "The workspace was removed": async (user) => {
    user.workspace.status = "removed";
    await using sidecar = await startSidecar(user, "--register poll");
    assertEquals(await sidecar.ended(), EXIT_CODE.notAllowed);
    assertMatch(sidecar.stderr.join("\n"), patterns("The workspace was removed")[0]);
  },
  "Results are not delivered": async (user, [peek = ""]) => {
    const id = user.workspace.delegate();
    user.workspace.finish(id, "There are 12");
    await using sidecar = await startSidecar(user);
    await sidecar.waitForLine(patterns("Results are not delivered")[0]);
    const [result] = JSON.parse((await succeeds(user, peek)).join("\n"));
    assertEquals(result.delegation_id, id);
  },
  "The results file grows": async (user, [save = ""]) => {
    for (const reply of ["one", "two"]) user.workspace.finish(user.workspace.delegate(), reply);
    await using sidecar = await startSidecar(user, "--results-max-bytes 1");
    const [full, recovered] = patterns("The results file grows");
    await sidecar.waitForLine(full);
    await succeeds(user, save);
    const saved = JSON.parse(await Deno.readTextFile(`${user.dir}/saved_results.json`));
    assertEquals(saved.length, 1);
    await sidecar.waitForLine(recovered ?? /^$/);
  },
  "The disk is full": async (user, [space = ""]) => {
    await Deno.writeTextFile(user.resultsFile, "");
    assert((await succeeds(user, space)).length >= 5);
  },
  "The journal cannot be used": async (user, [whose = "", setAside = ""]) => {
    const header = `workspace-beat journal 99 ${user.workspace.id} 0000000000000000`;
    await Deno.writeTextFile(`${user.resultsFile}.journal`, `${header}\n`);
    user.workspace.finish(user.workspace.delegate(), "There are 12");
    {
      await using sidecar = await startSidecar(user);
      await sidecar.waitForLine(patterns("The journal cannot be used")[0]);
      assertMatch(
        sidecar.stderr.join("\n"),
        patternOf(
          (LINES.get("The journal cannot be used")?.[0] ?? "").replace(
            "No result could be delivered",
            "…",
          ),
        ),
      );
      assertEquals(await succeeds(user, whose), [header]);
      await sidecar.stop();
    }
    await succeeds(user, setAside);
    await using sidecar = await startSidecar(user);
    await sidecar.waitForLine(/ INFO Delivered 1 new result/);
  },
  "The agent's report is not shown": async (user, [look = ""]) => {
    const file = `${user.dir}/.runtime_report.json`;
    await Deno.writeTextFile(file, '{"active_tasks": 1');
    await using sidecar = await startSidecar(user);
    await sidecar.waitForLine(patterns("The agent's report is not shown")[0]);
    assertEquals((await user.run("workspace-beat report show")).code, EXIT_CODE.resultsFile);
    const end = "workspace-beat report set active_tasks=0 current_task=";
    assert(DOCUMENT.text.includes(`\`${end}\``));
    await succeeds(user, end);
    await succeeds(user, look);
  },
  "Upgrade and rollback": async (user, [commands = ""]) => {
    assertEquals((await succeeds(user, commands))[0], VERSION);
  },
  "Several workspaces": async (user, [check = ""]) => {
    const { id, token } = user.workspace;
    const list = JSON.stringify([{ id: "scribe" }, { id, token }]);
    const env = `unset DELEGATION_RESULTS_FILE; export MOLECULE_WORKSPACES='${list}'\n`;
    await succeeds(user, env + check.replace("scribe", id));
  },
};

/** How the sections are tried out whose commands not every machine has. */
const WITH_CURL: typeof TRIALS = {
  "The platform is down": async (user, [look = ""]) => {
    await using sidecar = await startSidecar(user);
    await accepted(user);
    await succeeds(user, look);
    user.platform.goDown();
    const [down, recovered] = patterns("The platform is down");
    await sidecar.waitForLine(down);
    const [check = ""] = look.split("\n");
    assertEquals((await user.run(check)).code, EXIT_CODE.unreachable);
    user.platform.comeBack();
    await sidecar.waitForLine(recovered ?? /^$/);
  },
  "A clock is wrong": async (user, [compare = ""]) => {
    await succeeds(user, compare);
  },
};

Deno.test("docs/operations.md has no section with commands that no test tries out", () => {
  const tried = [...Object.keys(TRIALS), ...Object.keys(WITH_CURL)];
  assertEquals([...COMMANDS.keys()].filter((heading) => !tried.includes(heading)), []);
});

for (const [trials, programs] of [[TRIALS, []], [WITH_CURL, ["curl"]]] as const) {
  for (const [heading, trial] of Object.entries(trials)) {
    testWithPrograms(`docs/operations.md says what is seen, and mends it: ${heading}`, {
      programs,
      async fn() {
        const isNew = heading.startsWith("The workspace is offline");
        await using user = await startUser(isNew ? { token: null } : {});
        await trial(user, COMMANDS.get(heading) ?? []);
      },
    });
  }
}
