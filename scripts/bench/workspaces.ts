/**
 * Shows that one sidecar keeps many workspaces alive: `workspaces.ts [WORKSPACES] [MINUTES]
 * [FLAGS…]`. It starts the program, with these flags and with a binary's limits on memory, against the
 * development platform, which limits requests as the real one does, and prints how many workspaces are
 * online, the largest gap between two beats of any of them, the most requests in a minute, and the
 * memory of the process. It ends with 1 when not all are online, one was without a beat for longer than
 * 40 s, or the platform has refused a beat for coming too often.
 *
 * @module
 */

import { grantFlags, workspacesGrants } from "../../lib/permissions.ts";
import { type DevPlatform, type DevWorkspace, startDevPlatform } from "../dev_platform/mod.ts";
import { v8Flags } from "../compile/arguments.ts";
import { startSidecar } from "../sidecar_process/mod.ts";
import { processFigures } from "./process_figures.ts";

const INTERVAL_SECONDS = 30;
const LONGEST_GAP_SECONDS = 40;
/** What the real platform lets through in a minute from one address (contract 1.0). */
const RATE_LIMIT = 600;

const [workspaces = 200, minutes = 5] = Deno.args.slice(0, 2).map(Number);
const flags = Deno.args.slice(2);
if (!(Number.isInteger(workspaces) && workspaces > 0 && minutes > 0)) {
  console.error("Usage: deno task bench:workspaces [WORKSPACES] [MINUTES] [FLAGS…]");
  Deno.exit(64);
}

/** The process's memory that stays in RAM, in MiB. */
async function residentMib(pid: number): Promise<number> {
  return (await processFigures(pid)).residentBytes / 2 ** 20;
}

/** Every gap between two accepted beats, and from the last one until now, in seconds. */
function gaps(workspace: DevWorkspace, now: number): number[] {
  const times = [...workspace.beats.map(({ at }) => at), now];
  return times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 1000);
}

/** The most requests that came in within a minute, whenever that began. */
function mostInAMinute(platform: DevPlatform): number {
  const times = platform.requests.map(({ receivedAt }) => receivedAt);
  let first = 0;
  return Math.max(...times.map((at, index) => {
    while ((times[first] ?? at) <= at - 60_000) first++;
    return index - first + 1;
  }));
}

function summary(platform: DevPlatform): string {
  const kinds = Map.groupBy(platform.requests, ({ route, status }) => `${route} ${status}`);
  return [...kinds].map(([kind, { length }]) => `${kind}: ${length}`).sort().join(", ");
}

await using platform = await startDevPlatform({ rateLimit: RATE_LIMIT });
const folder = await Deno.makeTempDir({ prefix: "workspace-beat-" });
try {
  const all = Array.from({ length: workspaces }, () => platform.addWorkspace());
  const entries = all.map(({ id, token }) => ({ id, token }));
  const grants = grantFlags(workspacesGrants({
    platformUrls: [platform.url],
    workspacesDir: folder,
    configFile: `${folder}/config.yaml`,
  }));
  await using sidecar = startSidecar({
    args: [
      ...["--platform-url", platform.url, "--workspaces-dir", folder],
      ...["--config", `${folder}/config.yaml`, "--interval", String(INTERVAL_SECONDS)],
      ...flags,
    ],
    env: { MOLECULE_WORKSPACES: JSON.stringify(entries) },
    grants: [...grants, `--v8-flags=${v8Flags({ workspacesDir: folder }).join(",")}`],
  });
  const until = performance.now() + minutes * 60_000;
  let largestMib = 0;
  while (performance.now() < until) {
    const rest = Math.min(10_000, until - performance.now());
    await new Promise((resolve) => setTimeout(resolve, rest));
    largestMib = Math.max(largestMib, await residentMib(sidecar.pid));
  }
  const now = performance.timeOrigin + performance.now();
  const online = all.filter(({ beats, status }) => status === "online" && beats.length > 0).length;
  const largestGap = Math.max(...all.flatMap((workspace) => gaps(workspace, now)));
  const mib = await residentMib(sidecar.pid);
  const code = await sidecar.stop();
  console.log(
    `${workspaces} workspaces, an interval of ${INTERVAL_SECONDS} s, ${minutes} min: ` +
      `${online} online, largest gap between beats ${largestGap.toFixed(1)} s`,
  );
  console.log(`memory: ${mib.toFixed(1)} MiB resident, ${largestMib.toFixed(1)} MiB at the most`);
  console.log(
    `requests: ${summary(platform)}; at the most ${
      mostInAMinute(platform)
    } in a minute, limited to ` +
      `${RATE_LIMIT}`,
  );
  console.log(`log lines that are no INFO: ${sidecar.stderr.filter(isTrouble).length}`);
  const refused = platform.requestsTo("heartbeat").filter(({ status }) => status === 429).length;
  const isGood = code === 0 && online === workspaces && largestGap <= LONGEST_GAP_SECONDS &&
    refused === 0;
  Deno.exitCode = isGood ? 0 : 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}

function isTrouble(line: string): boolean {
  return !line.includes(" INFO ");
}
