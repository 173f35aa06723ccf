import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type DevWorkspace, startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeTempDir, runProgram, SidecarProcess, testWithPrograms } from "../support/mod.ts";
import { compileForTests } from "./_compiled.ts";
import { makePrison, prisonCommand, PRISONER } from "./_prison.ts";
import { startSecureFront } from "./_secure_front.ts";

const compiled = await compileForTests();
const { dir, port, securePort, options } = compiled;
const WORKSPACE = "3f2b8f54-0c0e-4f4e-9d53-1b9a4b6f0a01";

function prisonTest(name: string, fn: () => Promise<void>): void {
  const programs = ["unshare", "mount", "chroot", "ldd", "openssl"];
  const { missing } = compiled;
  testWithPrograms(`the binary in an empty, read-only root ${name}`, {
    programs,
    root: true,
    missing,
    fn,
  });
}

/** Gives the prisoner its folder, with a token in it. */
async function furnish({ token }: DevWorkspace): Promise<void> {
  await Deno.remove(dir, { recursive: true });
  await Deno.mkdir(dir, { mode: 0o700 });
  await Deno.chown(dir, PRISONER, PRISONER);
  await Deno.writeTextFile(`${dir}/.auth_token`, token ?? "", { mode: 0o600 });
  await Deno.chown(`${dir}/.auth_token`, PRISONER, PRISONER);
}

/** Runs a command with nothing in its environment but what is given. */
function start([program, args]: [string, string[]], env: Record<string, string>): SidecarProcess {
  return new SidecarProcess(
    new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

/** The user of a process, its root, and the mounts in there that can be written to. */
async function seenFromOutside(pid: number): Promise<string[]> {
  const script = `stat -c %u /proc/${pid}; readlink /proc/${pid}/root
    awk '$6 ~ /^rw/ { print $5 }' /proc/${pid}/mountinfo`;
  const { stdout } = await runProgram("sh", { args: ["-c", script] });
  return stdout.trim().split("\n");
}

prisonTest("does the main job as a user whom nobody knows", async () => {
  await using platform = await startDevPlatform({ port });
  await using prison = await makeTempDir();
  const lead = platform.addWorkspace({ name: "Team lead" });
  const workspace = platform.addWorkspace({
    id: WORKSPACE,
    parentId: lead.id,
    inboundSecret: "inbound-secret",
  });
  await furnish(workspace);
  const place = {
    root: prison.path,
    binary: options.output,
    writable: dir,
    caBundle: "",
  };
  const files = await makePrison(place);
  assert(files.some((file) => file.includes("libc.so.6")), files.join());
  const id = workspace.delegate({ to: lead.id });
  workspace.finish(id, "done");
  const [program, args] = prisonCommand(place);
  await using sidecar = start([program, [...args, "--interval", "5"]], { WORKSPACE_ID: WORKSPACE });
  await platform.waitFor(({ route, status }) => route === "heartbeat" && status === 200);
  await platform.waitFor(({ route, status }) => route === "a2a" && status === 200);
  await platform.waitFor(({ route, status }) => route === "notify" && status === 200);
  assertEquals(await seenFromOutside(sidecar.pid), [`${PRISONER}`, prison.path, dir]);
  assertEquals(await sidecar.stop(), 0);
  const [line = ""] = (await Deno.readTextFile(options.resultsFile)).split("\n");
  assertEquals(JSON.parse(line).delegation_id, id);
  assertEquals(await Deno.readTextFile(`${dir}/.platform_inbound_secret`), "inbound-secret");
  assertEquals(sidecar.stderr.filter((line) => / (WARN|ERROR) /.test(line)), []);
});

prisonTest("trusts an authority of the CA bundle, and one that DENO_CERT names", async () => {
  await using platform = await startDevPlatform({ port });
  await using prison = await makeTempDir();
  await using keys = await makeTempDir();
  await using front = await startSecureFront({ from: securePort, to: port }, keys.path);
  const workspace = platform.addWorkspace({ id: WORKSPACE });
  await furnish(workspace);
  await Deno.writeTextFile(`${dir}/ca.pem`, front.authority);
  const place = {
    root: prison.path,
    binary: options.output,
    writable: dir,
    caBundle: front.authority,
  };
  await makePrison(place);
  const [program, args] = prisonCommand(place);
  const run = async (env: Record<string, string>) => {
    const url = `https://127.0.0.1:${securePort}`;
    const command = [...args, "run", "--once", "--platform-url", url];
    await using sidecar = start([program, command], { WORKSPACE_ID: WORKSPACE, ...env });
    return [await sidecar.ended(), /UnknownIssuer/.test(sidecar.stderr.join())];
  };
  assertEquals(await run({}), [69, true]);
  assertEquals(await run({ DENO_TLS_CA_STORE: "system" }), [0, false]);
  assertEquals(await run({ DENO_CERT: `${dir}/ca.pem` }), [0, false]);
});

prisonTest("needs /proc, and says so", async () => {
  await using prison = await makeTempDir();
  const place = { root: prison.path, binary: options.output, writable: dir, caBundle: "" };
  await makePrison(place);
  const { code, stderr } = await runProgram("chroot", {
    args: [prison.path, "/usr/local/bin/workspace-beat", "--version"],
  });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Is /proc mounted?");
});

testWithPrograms("docs/deploy.md names the libraries and the glibc that the binary needs", {
  programs: ["ldd"],
  missing: compiled.missing,
  async fn() {
    const document = await Deno.readTextFile(new URL("../../docs/deploy.md", import.meta.url));
    const { stdout } = await runProgram("ldd", { args: [options.output] });
    for (const [, library] of stdout.matchAll(/([\w.-]+\.so\.\d+) (?:=>|\()/g)) {
      if (library !== "linux-vdso.so.1") assertStringIncludes(document, `\`${library}\``);
    }
    const binary = new TextDecoder("latin1").decode(await Deno.readFile(options.output));
    const versions = [...binary.matchAll(/GLIBC_2\.(\d+)(?=\0|\.\d+\0)/g)].map(([, minor]) =>
      Number(minor)
    );
    assertStringIncludes(document, `\`GLIBC_2.${Math.max(...versions)}\``);
  },
});
