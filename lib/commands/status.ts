import { buildCommand, type Command } from "@stricli/core";
import { systemClock } from "../clock.ts";
import { usageError } from "../config/mod.ts";
import { EXIT_CODE } from "../exit_code.ts";
import { readVariable } from "../grants.ts";
import { contactVerdict } from "../status/mod.ts";
import type { CommandContext } from "./context.ts";
import { STATUS_FLAGS, switchFlag } from "./flags.ts";
import { findStatuses, type StatusFlags } from "./found_statuses.ts";
import { type JudgedStatus, statusJson, statusText } from "./status_text.ts";
import { watchStatus } from "./status_watch.ts";

interface ShowFlags extends StatusFlags {
  readonly json: boolean;
  readonly watch: boolean;
}

/** `workspace-beat status`: shows a person how the sidecar is. */
export const status: Command<CommandContext> = buildCommand<ShowFlags, [], CommandContext>({
  docs: {
    brief: "Show how the sidecar is",
    fullDescription: "Says in plain words how the sidecar is, then shows what it knows: beats, " +
      "outage, token, results, wakes, notes, journal and memory. It reads nothing but the status " +
      "file. Of several workspaces it shows a line each; --workspace-id shows all of one.",
  },
  parameters: {
    flags: {
      ...STATUS_FLAGS,
      json: switchFlag("Print the status and what it means as one JSON object, for machines"),
      watch: switchFlag("Go on, and show what changes, until SIGINT"),
    },
  },
  async func({ json, watch, ...flags }) {
    if (json && watch) throw usageError("Cannot use --json with --watch: expected one of them");
    const look = async () => {
      const statuses = await findStatuses(flags, this.build);
      const now = Date.now();
      return statuses.map((one): JudgedStatus => ({
        ...one,
        verdict: contactVerdict(one.found, { now }),
        now,
      }));
    };
    const isTerminal = Deno.stdout.isTerminal();
    const hasColours = isTerminal && readVariable("NO_COLOR") === undefined;
    const write = (text: string) => this.process.stdout.write(text);
    const judged = watch
      ? await untilSignal((signal) =>
        watchStatus(look, { isTerminal, hasColours, signal, write, clock: systemClock })
      )
      : await look();
    if (!watch) write(json ? statusJson(judged) : statusText(judged, { hasColours }));
    const isHealthy = judged.every(({ verdict }) => verdict.isHealthy);
    this.exitCode = isHealthy ? EXIT_CODE.fine : EXIT_CODE.unexpected;
  },
});

/** Does something until SIGINT or SIGTERM, which then ends it instead of the process. */
async function untilSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  try {
    return await work(stop.signal);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  }
}
