import type { SidecarProcessOptions } from "../support/mod.ts";
import type { Session } from "./_session.ts";

/** One finding of `check --json`. */
export interface Finding {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly remedy: string;
}

/** What `check --json` finds. */
export interface Checked {
  readonly code: number;
  /** What it prints. */
  readonly text: string;
  /** What it finds of one thing. */
  finding(name: string): Finding | undefined;
}

/** Runs `check --json` for the session's workspace, unless the options name another. */
export async function check(
  session: Session,
  options: SidecarProcessOptions = {},
): Promise<Checked> {
  const args = ["--json", ...options.args ?? []];
  await using process = session.start({ ...options, command: "check", args });
  const code = await process.ended();
  const text = process.stdout.join("\n");
  const checks: Finding[] = JSON.parse(text).checks;
  return { code, text, finding: (wanted) => checks.find(({ name }) => name === wanted) };
}
