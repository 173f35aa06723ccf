import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeTempDir, runProgram, SidecarProcess, testWithPrograms } from "../support/mod.ts";

const ENTRYPOINT = new URL("../../deploy/docker/entrypoint.sh", import.meta.url).pathname;

/** Shells that images have, as the commands that run a script with them. */
const SHELLS: readonly (readonly string[])[] = [["dash"], ["bash"], ["busybox", "ash"]];

/** Sleeps until a trap ends it; a nap that outlives a killed one holds no pipe open. */
const NAP = "while :; do sleep 60 >/dev/null 2>&1 & nap=$!; wait $nap; done\n";

/** Says which sidecar this is, and the how manieth. */
const COUNT = `count=$(wc -l <"$0.starts"); echo >>"$0.starts"; echo "sidecar $$ $* $count" >&2`;

/** What stands for the sidecar: it says that it runs, and stops as the sidecar does. */
const SIDECAR = `trap 'kill $nap; echo "sidecar stopped" >&2; exit 0' TERM
${COUNT}
${NAP}`;

/** An agent that says what it is told, and ends with 42 on SIGUSR1. */
const AGENT = `trap 'kill $nap; exit 42' USR1
trap 'kill $nap; echo "agent got TERM" >&2; exit 3' TERM
echo "agent is there" >&2
${NAP}`;

/** The first process of a container, with a sidecar that does as it is told. */
interface Container extends AsyncDisposable {
  readonly process: SidecarProcess;
  /** Waits for the sidecar number `index` that is started, and gives its process id. */
  sidecar(index: number): Promise<number>;
}

async function startContainer(
  shell: readonly string[],
  { agent = ["sh", "-c", AGENT], env = "", sidecar = SIDECAR, variables }: {
    readonly agent?: readonly string[];
    /** What is done whenever the program env is run. */
    readonly env?: string;
    readonly sidecar?: string;
    /** What else the container's environment has. */
    readonly variables?: Readonly<Record<string, string>>;
  } = {},
): Promise<Container> {
  await using made = new AsyncDisposableStack();
  const { path: dir } = made.use(await makeTempDir());
  await Deno.writeTextFile(`${dir}/sidecar`, `#!/bin/sh\n${sidecar}`, { mode: 0o755 });
  await Deno.writeTextFile(`${dir}/sidecar.starts`, "");
  await Deno.mkdir(`${dir}/bin`);
  const path = Deno.env.get("PATH");
  const wrapped = `#!/bin/sh\n${env}\nPATH='${path}'\nexec env "$@"\n`;
  await Deno.writeTextFile(`${dir}/bin/env`, wrapped, { mode: 0o755 });
  const [program = "", ...args] = [...shell, ENTRYPOINT, ...agent];
  const process = made.use(
    new SidecarProcess(
      new Deno.Command(program, {
        args,
        env: { ...variables, WORKSPACE_BEAT: `${dir}/sidecar`, PATH: `${dir}/bin:${path}` },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    ),
  );
  const kept = made.move();
  return {
    process,
    async sidecar(index) {
      const start = new RegExp(`^sidecar (\\d+) run ${index}$`);
      return Number(start.exec(await process.waitForLine(start))?.[1]);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

for (const shell of SHELLS) {
  const shellTest = (name: string, fn: () => Promise<void>) =>
    testWithPrograms(`entrypoint.sh in ${shell.join(" ")} ${name}`, {
      programs: shell.slice(0, 1),
      fn,
    });

  shellTest("ends with the agent's exit code, and the sidecar after it", async () => {
    await using container = await startContainer(shell);
    await container.sidecar(0);
    await container.process.waitForLine(/^agent is there$/);
    container.process.kill("SIGUSR1");
    assertEquals(await container.process.ended(), 42);
    assertEquals(container.process.stderr.at(-1), "sidecar stopped");
  });

  shellTest("gives SIGTERM to the agent, which may take its time", async () => {
    await using container = await startContainer(shell);
    await container.sidecar(0);
    await container.process.waitForLine(/^agent is there$/);
    assertEquals(await container.process.stop(), 3);
    assertEquals(container.process.stderr.slice(-2), ["agent got TERM", "sidecar stopped"]);
  });

  shellTest(
    "gives SIGTERM to the agent, also when it comes before the agent is there",
    async () => {
      // It asks env what that can do, just before it starts the agent.
      const env = '[ "$2" != true ] || kill -s TERM $PPID';
      for (let round = 0; round < 5; round++) {
        await using container = await startContainer(shell, { env });
        const code = await container.process.ended();
        assert(code === 3 || code === 143, `${code}: its own code, or it had no trap yet`);
      }
    },
  );

  shellTest("ends with 137 when the agent is killed", async () => {
    await using container = await startContainer(shell, { agent: ["sh", "-c", "kill -KILL $$"] });
    assertEquals(await container.process.ended(), 137);
  });

  shellTest("starts the sidecar again when it is killed, and the agent runs on", async () => {
    await using container = await startContainer(shell);
    const first = await container.sidecar(0);
    await container.process.waitForLine(/^agent is there$/);
    Deno.kill(first, "SIGKILL");
    assert(await container.sidecar(1) !== first);
    await container.process.waitForLine(
      /the sidecar has ended with 137: it is started again in 1 s/,
    );
    container.process.kill("SIGUSR1");
    assertEquals(await container.process.ended(), 42);
  });

  for (const code of [64, 77, 78]) {
    shellTest(`does not start the sidecar again after ${code}`, async () => {
      const sidecar = `${COUNT}\nexit ${code}\n`;
      await using container = await startContainer(shell, { sidecar });
      await container.process.waitForLine(/^agent is there$/);
      await container.process.waitForLine(new RegExp(`ended with ${code}, and would again`));
      container.process.kill("SIGUSR1");
      assertEquals(await container.process.ended(), 42);
    });
  }

  shellTest("waits longer before each further start", async () => {
    const sidecar = `${COUNT}\nexit 1\n`;
    await using container = await startContainer(shell, { sidecar });
    await container.process.waitForLine(/^agent is there$/);
    await container.process.waitForLine(/started again in 1 s/);
    await container.process.waitForLine(/started again in 2 s/);
    await container.process.waitForLine(/started again in 4 s/);
    assertEquals(await container.process.stop(), 3);
  });

  shellTest("kills a sidecar that does not stop", async () => {
    const sidecar = `trap '' TERM\n${COUNT}\n${NAP}`;
    await using container = await startContainer(shell, { sidecar });
    const pid = await container.sidecar(0);
    await container.process.waitForLine(/^agent is there$/);
    container.process.kill("SIGUSR1");
    assertEquals(await container.process.ended(), 42);
    const { code } = await runProgram("sh", { args: ["-c", `kill -0 ${pid}`] });
    assertEquals(code, 1);
  });

  shellTest("leaves no process of its own behind", async () => {
    await using dir = await makeTempDir();
    const mark = crypto.randomUUID();
    await Deno.writeTextFile(`${dir.path}/mark`, mark);
    const script = `${shell.join(" ")} ${ENTRYPOINT} true "$(cat mark)"
      grep -lasFf mark /proc/[0-9]*/cmdline || exit 0`;
    const { code, stdout } = await runProgram("sh", {
      args: ["-c", script],
      cwd: dir.path,
      env: { WORKSPACE_BEAT: "true" },
    });
    assertEquals([code, stdout], [0, ""]);
  });

  shellTest("leaves the agent its standard input and output", async () => {
    const { code, stdout } = await runProgram("sh", {
      args: ["-c", `echo ducks | ${shell.join(" ")} ${ENTRYPOINT} cat`],
      env: { WORKSPACE_BEAT: "true" },
    });
    assertEquals([code, stdout], [0, "ducks\n"]);
  });

  shellTest("has the sidecar give freed memory back, and leaves the agent as it is", async () => {
    const say = 'echo "$0 has $MALLOC_TRIM_THRESHOLD_" >&2';
    await using container = await startContainer(shell, {
      agent: ["sh", "-c", `${say}\n${AGENT}`, "agent"],
      sidecar: `${say.replace("$0", "sidecar")}\n${SIDECAR}`,
    });
    await container.process.waitForLine(/^sidecar has 131072$/);
    await container.process.waitForLine(/^agent has $/);
    container.process.kill("SIGUSR1");
    assertEquals(await container.process.ended(), 42);
  });

  shellTest("leaves what somebody has set for freed memory as it is", async () => {
    await using container = await startContainer(shell, {
      sidecar: `echo "sidecar has $MALLOC_TRIM_THRESHOLD_" >&2\n${SIDECAR}`,
      variables: { MALLOC_TRIM_THRESHOLD_: "65536" },
    });
    await container.process.waitForLine(/^sidecar has 65536$/);
    await container.process.waitForLine(/^agent is there$/);
    container.process.kill("SIGUSR1");
    assertEquals(await container.process.ended(), 42);
  });

  shellTest("starts the agent also where standard input is closed", async () => {
    const { code, stdout } = await runProgram("sh", {
      args: ["-c", `exec ${shell.join(" ")} ${ENTRYPOINT} echo ducks <&-`],
      env: { WORKSPACE_BEAT: "true" },
    });
    assertEquals([code, stdout], [0, "ducks\n"]);
  });

  shellTest("says so when there is no such agent, or none is named", async () => {
    await using missing = await startContainer(shell, { agent: ["no-such-agent"] });
    assertEquals(await missing.process.ended(), 127);
    await using none = await startContainer(shell, { agent: [] });
    assertEquals(await none.process.ended(), 64);
    assertStringIncludes(none.process.stderr.join("\n"), "expected the agent and its arguments");
  });
}

testWithPrograms("entrypoint.sh passes shellcheck", {
  programs: ["shellcheck"],
  async fn() {
    const { stdout, code } = await runProgram("shellcheck", { args: [ENTRYPOINT] });
    assertEquals([code, stdout], [0, ""]);
  },
});

testWithPrograms("entrypoint.sh gives SIGINT to an agent as such, where env can", {
  programs: ["dash", "bash"],
  async fn() {
    for (const shell of [["dash"], ["bash"]]) {
      const agent = `trap 'kill $nap; exit 5' INT\necho "agent is there" >&2\n${NAP}`;
      await using container = await startContainer(shell, { agent: ["sh", "-c", agent] });
      await container.process.waitForLine(/^agent is there$/);
      container.process.kill("SIGINT");
      assertEquals(await container.process.ended(), 5);
    }
  },
});

testWithPrograms("entrypoint.sh reaps what the agent's children leave behind", {
  programs: ["unshare", "dash"],
  root: true,
  async fn() {
    // As the first process of a process namespace it inherits orphans, as in a container.
    const agent = `(sh -c 'sleep 0.1 & echo "orphan $!"' &) ; sleep 0.5
      for stat in /proc/[0-9]*/stat; do read -r _ name state _ <"$stat" && echo "$name $state"; done`;
    const { code, stdout } = await runProgram("unshare", {
      args: [
        ...["--pid", "--fork", "--kill-child", "--mount-proc"],
        ...["dash", ENTRYPOINT, "sh", "-c", agent],
      ],
      env: { WORKSPACE_BEAT: "true" },
    });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "orphan ");
    assertEquals(stdout.split("\n").filter((line) => line.endsWith(" Z")), []);
  },
});
