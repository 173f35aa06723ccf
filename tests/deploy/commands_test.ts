import { assertEquals } from "@std/assert";
import { startSidecar } from "../support/mod.ts";

const ROOT = new URL("../../", import.meta.url);

/** The files that call the sidecar, and how they do. */
const CALLS = [
  ["deploy/docker/Dockerfile", '["workspace-beat", "health"]'],
  ["deploy/docker/entrypoint.sh", '"${WORKSPACE_BEAT:-workspace-beat}" run &'],
  ["deploy/kubernetes/workspace.yaml", "[workspace-beat, health, --alive]"],
  ["deploy/s6/workspace-beat/run", "exec workspace-beat run"],
  ["deploy/supervisord/workspace-beat.conf", "command=workspace-beat run"],
  ["deploy/systemd/workspace-beat.service", "ExecStart=/usr/local/bin/workspace-beat run"],
  ["docs/deploy.md", "workspace-beat health --alive"],
] as const;

for (const [file, call] of CALLS) {
  Deno.test(`${file} calls a command that the sidecar has`, async () => {
    const text = await Deno.readTextFile(new URL(file, ROOT));
    assertEquals(text.includes(call), true, `${file} does not hold ${call}`);
    const args = call.match(/\b(?:run|health)\b|--alive/g) ?? [];
    await using sidecar = startSidecar({ args: [...args, "--help"] });
    assertEquals(await sidecar.ended(), 0, sidecar.stderr.join("\n"));
  });
}
