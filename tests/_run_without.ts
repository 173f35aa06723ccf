import { assert } from "@std/assert";
import { grantFlags, type Grants, leastGrants } from "../lib/permissions.ts";
import { startDevPlatform } from "../scripts/dev_platform/mod.ts";
import { makeTempDir, type SidecarProcess, startSidecar } from "./support/mod.ts";

/** The least grants for a platform and a folder, but for those that are taken away. */
function grantsWithout(
  { platformUrl, dir }: { platformUrl: string; dir: string },
  kind: keyof Grants,
  item: string,
): string[] {
  const grants = leastGrants({
    platformUrls: [platformUrl],
    resultsFile: `${dir}/results.jsonl`,
    configsDir: dir,
    configFile: `${dir}/config.yaml`,
    reportFile: `${dir}/.runtime_report.json`,
  });
  assert(grants[kind].includes(item), `${kind} ${item} is not granted to begin with`);
  return grantFlags({ ...grants, [kind]: grants[kind].filter((one) => one !== item) });
}

/** Runs one beat and one poll without one grant, where there is work for all of them. */
export async function runWithout(
  kind: keyof Grants,
  name: string,
  { args = [], report = "{}" }: { args?: readonly string[]; report?: string } = {},
): Promise<SidecarProcess> {
  await using platform = await startDevPlatform();
  await using temporary = await makeTempDir();
  const dir = temporary.path;
  const workspace = platform.addWorkspace({ inboundSecret: "a secret" });
  workspace.finish(workspace.delegate(), "the answer");
  await Deno.writeTextFile(`${dir}/.auth_token`, workspace.token ?? "");
  await Deno.writeTextFile(`${dir}/config.yaml`, "observability: {heartbeat_interval_seconds: 45}");
  await Deno.writeTextFile(`${dir}/.runtime_report.json`, report);
  const isFile = kind === "read" || kind === "write";
  const item = kind === "net" ? new URL(platform.url).host : isFile ? `${dir}/${name}` : name;
  await using sidecar = startSidecar({
    platformUrl: platform.url,
    workspaceId: workspace.id,
    dir,
    args: ["--once", ...args],
    grants: grantsWithout({ platformUrl: platform.url, dir }, kind, item),
  });
  await sidecar.ended();
  return sidecar;
}
