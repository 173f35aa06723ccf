import { assert, assertEquals } from "@std/assert";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeTempDir, runProgram, SidecarProcess, testWithPrograms } from "../support/mod.ts";
import { compileForTests } from "./_compiled.ts";

const compiled = await compileForTests();
const { dir, port, options } = compiled;
const UNIT = await Deno.readTextFile(
  new URL("../../deploy/systemd/workspace-beat.service", import.meta.url),
);

/** The items of a setting of the unit that may be given several times. */
function items(name: string): string[] {
  const lines = UNIT.matchAll(new RegExp(`^${name}=(.*)$`, "gm"));
  return [...lines].flatMap(([, text = ""]) => {
    const sign = text.startsWith("~") ? "~" : "";
    return text.replace(/^~/, "").split(" ").map((item) => sign + item);
  });
}

/** The system calls that the unit allows. */
async function allowedCalls(): Promise<Set<string>> {
  const { stdout } = await runProgram("systemd-analyze", {
    args: ["syscall-filter", "--no-pager"],
  });
  const sets = new Map<string, string[]>();
  let members: string[] = [];
  for (const line of stdout.split("\n")) {
    if (line.startsWith("@")) sets.set(line.trim(), members = []);
    else if (line.trim() !== "" && !line.trim().startsWith("#")) members.push(line.trim());
  }
  const callsOf = (name: string): string[] =>
    name.startsWith("@") ? (sets.get(name) ?? []).flatMap(callsOf) : [name];
  const allowed = new Set<string>();
  for (const item of items("SystemCallFilter")) {
    if (!item.startsWith("~")) { for (const call of callsOf(item)) allowed.add(call); }
    else for (const call of callsOf(item.slice(1))) allowed.delete(call);
  }
  return allowed;
}

/** `prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN)`, of which the binary knows nothing. */
const MDWE = `syscall(${
  Deno.build.arch === "x86_64" ? 157 : 167
}, 65, 1, 0, 0, 0) == 0 or die "prctl: $!"; exec { $ARGV[0] } @ARGV`;

/** V8 asks for it, and does without where it is refused, as the unit does. */
const REFUSED = "pkey_alloc";

testWithPrograms(
  "the binary does the main job under the unit's MemoryDenyWriteExecute and filters",
  {
    programs: ["perl", "strace", "systemd-analyze"],
    missing: compiled.missing,
    fn: confined,
  },
);

async function confined(): Promise<void> {
  await using platform = await startDevPlatform({ port });
  await using trace = await makeTempDir();
  const workspace = platform.addWorkspace();
  await Deno.writeTextFile(`${dir}/.auth_token`, workspace.token ?? "", { mode: 0o600 });
  workspace.finish(workspace.delegate(), "done");
  await using sidecar = new SidecarProcess(
    new Deno.Command("strace", {
      args: [
        // The program is this process, and not the tracer: it gets the signals.
        ...["-D", "-f", "-o", `${trace.path}/calls`, "-e", `inject=${REFUSED}:error=EPERM`],
        ...["perl", "-e", MDWE, options.output, "--interval", "5"],
      ],
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", WORKSPACE_ID: workspace.id },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  await platform.waitFor(({ route, status }) => route === "a2a" && status === 200);
  assertEquals(await sidecar.stop(), 0);
  const calls = await Deno.readTextFile(`${trace.path}/calls`);
  const [, ...sinceExec] = calls.split(/execve\("[^"]*workspace-beat"/);
  const own = sinceExec.join("");
  assert(own.length > 10_000, "nothing was traced");

  const allowed = await allowedCalls();
  const used = new Set([...own.matchAll(/^\d+ +([a-z_0-9]+)\(/gm)].map(([, call = ""]) => call));
  assertEquals([...used].filter((call) => !allowed.has(call) && call !== REFUSED), []);
  // Before Linux 6.3 systemd refuses these calls by a filter.
  const gains = /^.*(?:mmap\(.*PROT_WRITE\|PROT_EXEC|mprotect\(.*PROT_EXEC).*$/m;
  assertEquals(gains.exec(own)?.[0], undefined);
  const families = new Set(
    [...own.matchAll(/ socket\((AF_\w+)/g)].map(([, family = ""]) => family),
  );
  const restricted = items("RestrictAddressFamilies");
  assertEquals([...families].filter((family) => !restricted.includes(family)), []);
}
