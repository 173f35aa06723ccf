import { assert } from "@std/assert";
import {
  makeTempDir,
  patient,
  runProgram,
  SidecarProcess,
  testWithPrograms,
} from "../support/mod.ts";

const DEPLOY = new URL("../../deploy/", import.meta.url);

/** A supervisor that keeps a stand-in for the sidecar. */
interface Supervised extends AsyncDisposable {
  readonly supervisor: SidecarProcess;
  /** Where its configuration is. */
  readonly dir: string;
  /** Waits for the start number `index`, and gives its process id. */
  start(index: number): Promise<number>;
}

/** Says the how manieth start this is, and ends as the first argument of each start says. */
function standIn(dir: string, codes: readonly string[]): string {
  return `#!/bin/sh
count=$(wc -l <"${dir}/starts"); echo >>"${dir}/starts"
echo "start $count $$ $*" >&2
echo "MALLOC_TRIM_THRESHOLD_=$MALLOC_TRIM_THRESHOLD_" >&2
set -- ${codes.join(" ")}
[ "$count" -lt $# ] || exec sleep 60
shift "$count"
case $1 in stays) exec sleep 60 ;; *) exit "$1" ;; esac
`;
}

/**
 * Starts a supervisor over a stand-in that is found by the sidecar's name.
 *
 * @param command The supervisor, in a folder with `s6/` and `supervisord.conf`.
 * @param codes What each start of the stand-in ends with, or `stays`.
 */
async function startSupervisor(
  command: readonly string[],
  codes: readonly string[],
): Promise<Supervised> {
  await using made = new AsyncDisposableStack();
  const { path: dir } = made.use(await makeTempDir());
  await Deno.mkdir(`${dir}/bin`);
  await Deno.writeTextFile(`${dir}/starts`, "");
  await Deno.writeTextFile(`${dir}/bin/workspace-beat`, standIn(dir, codes), { mode: 0o755 });
  await runProgram("cp", { args: ["-r", new URL("s6", DEPLOY).pathname, dir] });
  const section = await Deno.readTextFile(new URL("supervisord/workspace-beat.conf", DEPLOY));
  await Deno.writeTextFile(
    `${dir}/supervisord.conf`,
    `[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\nuser=root\n` +
      `pidfile=${dir}/pid\n${section}`,
  );
  const [program = "", ...args] = command;
  const supervisor = made.use(
    new SidecarProcess(
      new Deno.Command(program, {
        args,
        cwd: dir,
        env: { PATH: `${dir}/bin:${Deno.env.get("PATH")}` },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    ),
  );
  // Its children hold its pipes: it ends, and they with it, before the folder goes.
  made.defer(async () => {
    await supervisor.stop().catch(() => {}); // it has ended already
  });
  const kept = made.move();
  return {
    supervisor,
    dir,
    async start(index) {
      const pattern = new RegExp(`^start ${index} (\\d+) run$`);
      return Number(pattern.exec(await supervisor.waitForOutput(pattern))?.[1]);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const SUPERVISORS = [
  {
    name: "s6",
    programs: ["s6-svscan", "s6-svstat"],
    command: ["s6-svscan", "s6"],
    async givenUp({ dir }: Supervised): Promise<void> {
      const down = `until [ "$(s6-svstat -o up,wantedup ${dir}/s6/workspace-beat)" = "false false" ]
        do sleep 0.1; done`;
      await patient(runProgram("sh", { args: ["-c", down] }));
    },
  },
  {
    name: "supervisord",
    programs: ["supervisord"],
    command: ["supervisord", "--configuration", "supervisord.conf"],
    async givenUp({ supervisor }: Supervised): Promise<void> {
      await supervisor.waitForOutput(/exited: workspace-beat \(exit status \d+; expected\)/);
    },
  },
];

for (const { name, programs, command, givenUp } of SUPERVISORS) {
  testWithPrograms(`${name} starts the sidecar, and again after a SIGKILL and a fault`, {
    programs,
    async fn() {
      await using supervised = await startSupervisor(command, ["stays", "1", "stays"]);
      Deno.kill(await supervised.start(0), "SIGKILL");
      await supervised.start(1);
      await supervised.start(2);
    },
  });

  testWithPrograms(`${name} has the sidecar give freed memory back`, {
    programs,
    async fn() {
      await using supervised = await startSupervisor(command, ["stays"]);
      await supervised.supervisor.waitForOutput(/^MALLOC_TRIM_THRESHOLD_=131072$/);
    },
  });

  for (const code of ["64", "77", "78"]) {
    testWithPrograms(`${name} does not start the sidecar again after ${code}`, {
      programs,
      async fn() {
        await using supervised = await startSupervisor(command, [code]);
        await supervised.start(0);
        await givenUp(supervised);
        assert(!supervised.supervisor.stdout.some((line) => line.startsWith("start 1 ")));
      },
    });
  }
}
