import { VERSION } from "../version.ts";
import { FAMILIES } from "./families.ts";
import type { Measured, Series } from "./measured.ts";
import type { FamilySeries, WorkspaceMetrics } from "./workspace_metrics.ts";

/** Measures a process: each of its workspaces, and itself. */
export class ProcessMetrics {
  /** The workspaces that it keeps alive. */
  readonly workspaces: readonly WorkspaceMetrics[];

  /** @param workspaces The workspaces that it keeps alive; the first one names it. */
  constructor(workspaces: readonly WorkspaceMetrics[]) {
    this.workspaces = workspaces;
  }

  /** What holds now: every family, in the order of the table. */
  measure(): Measured[] {
    const process = this.workspaces[0]?.workspaceId ?? "";
    const own = (value: number): readonly Series[] => [{ labels: { process }, value }];
    const { heapUsed, rss } = Deno.memoryUsage();
    const ofProcess: FamilySeries = {
      info: this.workspaces.map(({ workspaceId }) => ({
        labels: { workspace: workspaceId, process, version: VERSION },
        value: 1,
      })),
      residentMemory: own(rss),
      heapUsed: own(heapUsed),
      writtenAt: own(Date.now() / 1000),
    };
    const all: readonly Readonly<Record<string, readonly Series[] | undefined>>[] = [
      ofProcess,
      ...this.workspaces.map((workspace) => workspace.measure()),
    ];
    return Object.entries(FAMILIES).map(([name, family]) => ({
      family,
      series: all.flatMap((series) => series[name] ?? []),
    }));
  }
}
