// Tries what its argument lists under the grants for several workspaces, and says of each attempt
// how it ended: "done", or the error's name.

import { ask, type Attempts, lock, probe, targets, unlessAbsent } from "./_probing.ts";

/** The arguments: where the workspaces' folders are, and what stands beside that. */
interface Targets {
  readonly platformUrl: string;
  readonly otherUrl: string;
  readonly workspacesDir: string;
  readonly dir: string;
}

const { platformUrl, otherUrl, workspacesDir, dir } = targets<Targets>();
const scribe = `${workspacesDir}/scribe`;
const results = `${scribe}/delegation_results.jsonl`;
const secret = `${scribe}/.platform_inbound_secret`;

/** What several workspaces do, and need a grant for. */
const granted: Attempts = {
  "ask the platform": () => ask(platformUrl),
  "read config.yaml": () => Deno.readTextFile(`${dir}/config.yaml`),
  "make the folder of a workspace": () => Deno.mkdir(scribe, { recursive: true, mode: 0o700 }),
  "make the folder of another": () => Deno.mkdir(`${workspacesDir}/critic`, { recursive: true }),
  "write a token's next content": () => Deno.writeTextFile(`${scribe}/.auth_token.tmp`, "x"),
  "put the token into place": () =>
    Deno.rename(`${scribe}/.auth_token.tmp`, `${scribe}/.auth_token`),
  "read the token": () => Deno.readTextFile(`${scribe}/.auth_token`),
  "write the secret": () => Deno.writeTextFile(secret, "x", { mode: 0o600 }),
  "append to the results file": () => Deno.writeTextFile(results, "x\n", { append: true }),
  "take the results file aside": () => Deno.rename(results, `${results}.tmp`),
  "publish it": () => Deno.rename(`${results}.tmp`, results),
  "write the journal": () => Deno.writeTextFile(`${results}.journal`, "x"),
  "take the lock": () => lock(`${results}.lock`),
  "touch the wake file": () => Deno.writeTextFile(`${results}.wake`, "x"),
  "look for the agent card": () => Deno.stat(`${scribe}/agent_card.json`).catch(unlessAbsent),
  "look for the report": () => Deno.stat(`${scribe}/.runtime_report.json`).catch(unlessAbsent),
  "look for Docker's marker": () => Deno.stat("/.dockerenv").catch(unlessAbsent),
  "read a variable": () => Deno.env.get("MOLECULE_WORKSPACES"),
};

/** What nobody needs. */
const refused: Attempts = {
  "ask another port": () => ask(otherUrl),
  "read beside the folder": () => Deno.readTextFile(`${dir}/.auth_token`),
  "write beside the folder": () => Deno.writeTextFile(`${dir}/.auth_token`, "x"),
  "list what is beside the folder": () => Array.fromAsync(Deno.readDir(dir)),
  "read a folder that begins alike": () => Deno.readTextFile(`${workspacesDir}-old/.auth_token`),
  "make a folder that begins alike": () => Deno.mkdir(`${workspacesDir}-new`),
  "leave the folder by dots": () => Deno.readTextFile(`${scribe}/../../.auth_token`),
  "move a file out of the folder": () => Deno.rename(results, `${dir}/results.jsonl`),
  "move a file into the folder": () => Deno.rename(`${dir}/.auth_token`, `${scribe}/stolen`),
  "link out of the folder": () => Deno.symlink("/etc/passwd", `${scribe}/link`),
  "write config.yaml": () => Deno.writeTextFile(`${dir}/config.yaml`, "x"),
  "read /etc/passwd": () => Deno.readTextFile("/etc/passwd"),
  "read another variable": () => Deno.env.get("PATH"),
  "start a subprocess": () => new Deno.Command("true").output(),
};

await probe({ granted, refused });
