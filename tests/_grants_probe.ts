// Tries what its argument lists, and says of each attempt how it ended: "done", or the error's name.

import { getPriority, setPriority } from "node:os";
import { ask, type Attempts, lock, probe, targets, unlessAbsent } from "./_probing.ts";

/** The arguments: where the granted things are, and where others are. */
interface Targets {
  readonly platformUrl: string;
  readonly otherUrl: string;
  readonly dir: string;
}

const { platformUrl, otherUrl, dir } = targets<Targets>();
const secret = `${dir}/.platform_inbound_secret`;
const results = `${dir}/results.jsonl`;
const report = `${dir}/.runtime_report.json`;
const localhost = platformUrl.replace("127.0.0.1", "localhost");
const elsewhere = "https://modules.example.test/module.ts";

/** What the sidecar does, and needs a grant for. */
const granted: Attempts = {
  "ask the platform": () => ask(platformUrl),
  "read config.yaml": () => Deno.readTextFile(`${dir}/config.yaml`),
  "read the token": () => Deno.readTextFile(`${dir}/.auth_token`),
  "append to the results file": () => Deno.writeTextFile(results, "x\n", { append: true }),
  "look at the results file": () => Deno.lstat(results),
  "take the results file aside": () => Deno.rename(results, `${results}.tmp`),
  "change its mode there": () => Deno.chmod(`${results}.tmp`, 0o600),
  "publish it": () => Deno.rename(`${results}.tmp`, results),
  "write the journal anew": () => Deno.writeTextFile(`${results}.journal.tmp`, "x"),
  "put the journal into place": () => Deno.rename(`${results}.journal.tmp`, `${results}.journal`),
  "cut the journal": () => Deno.truncate(`${results}.journal`, 0),
  "take the lock": () => lock(`${results}.lock`),
  "take the results away": () => Deno.rename(results, `${results}.taken`),
  "take the results away behind others": () =>
    Deno.rename(`${results}.taken`, `${results}.taken.next`),
  "remove them": () => Deno.remove(`${results}.taken.next`),
  "lock others out of that": () => lock(`${results}.taken.lock`),
  "set a line aside": () => Deno.writeTextFile(`${results}.rejected`, "x\n", { append: true }),
  "write the secret's next content": () => Deno.writeTextFile(`${secret}.tmp`, "x"),
  "rename it into place": () => Deno.rename(`${secret}.tmp`, secret),
  "read the secret": () => Deno.readTextFile(secret),
  "write the report's next content": () => Deno.writeTextFile(`${report}.tmp`, "{}"),
  "put the report into place": () => Deno.rename(`${report}.tmp`, report),
  "read the report": () => Deno.readTextFile(report),
  "lock others out of the report": () => lock(`${report}.lock`),
  "see whether a process is there": () => getPriority(Deno.pid),
  "look for Docker's marker": () => Deno.stat("/.dockerenv").catch(unlessAbsent),
  "read a variable": () => Deno.env.get("MOLECULE_WORKSPACE_TOKEN"),
};

/** What nobody needs. */
const refused: Attempts = {
  "ask another port": () => ask(otherUrl),
  "ask by another name": () => ask(localhost),
  "ask another host": () => ask("https://example.test/"),
  "connect to another port": () => Deno.connect({ port: Number(new URL(otherUrl).port) }),
  "listen": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
  "look a name up": () => Deno.resolveDns("example.test", "A"),
  "import from elsewhere": () => import(elsewhere),
  "read /etc/passwd": () => Deno.readTextFile("/etc/passwd"),
  "read the process's environment": () => Deno.readTextFile("/proc/self/environ"),
  "list the folder": () => Array.fromAsync(Deno.readDir(dir)),
  "read the results file's neighbour": () => Deno.readTextFile(`${dir}/results.consumed`),
  "read a name that begins alike": () => Deno.readTextFile(`${results}.bak`),
  "write the results file's neighbour": () => Deno.writeTextFile(`${dir}/results.consumed`, "x"),
  "write a name that begins alike": () => Deno.writeTextFile(`${results}.bak`, "x"),
  "move the results file away": () => Deno.rename(results, `${dir}/results.consumed`),
  "write config.yaml": () => Deno.writeTextFile(`${dir}/config.yaml`, "x"),
  "make a folder": () => Deno.mkdir(`${dir}/folder`),
  "link out of the folder": () => Deno.symlink("/etc/passwd", results),
  "leave by dots": () => Deno.readTextFile(`${dir}/../../etc/passwd`),
  "make a temporary file": () => Deno.makeTempFile(),
  "read another variable": () => Deno.env.get("PATH"),
  "list the variables": () => Deno.env.toObject(),
  "start a subprocess": () => new Deno.Command("true").output(),
  "start itself": () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).output(),
  "load a library": () => Deno.dlopen("/lib/libc.so.6", {}),
  "ask the system": () => Deno.hostname(),
  "change a process": () => setPriority(Deno.pid, 1),
  "signal another process": () => Deno.kill(1, "SIGCONT"),
  "read about another process": () => Deno.readTextFile("/proc/1/environ"),
};

await probe({ granted, refused });
