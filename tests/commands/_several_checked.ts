import { assertEquals, assertFalse } from "@std/assert";
import { type SeveralOptions, type SeveralSession, startSeveral } from "./_several.ts";

/** One finding of `check --json`. */
export interface Finding {
  readonly workspace?: string;
  readonly name: string;
  readonly status: "ok" | "warning" | "failed" | "skipped";
  readonly message: string;
  readonly remedy: string;
}

/** What `check --json` prints. */
export interface Checked {
  readonly settings: Readonly<
    Record<string, { readonly value: unknown; readonly origin: string | readonly string[] }>
  >;
  readonly checks: readonly Finding[];
  readonly exitCode: number;
}

/** What is found of all of them. */
export const OF_ALL = ["config", "grants", "proxy"];
/** What is found of each. */
export const OF_EACH = [
  ...["token file", "results file", "journal", "results folder", "report", "wake file"],
  "status file",
  ...["platform", "workspace", "token"],
];

/** Runs `check --json`, and holds its exit code against what it says of it. */
export async function check(
  session: SeveralSession,
  options: SeveralOptions = {},
): Promise<Checked> {
  const { args = [], ...others } = options;
  await using process = session.start({ command: "check", args: ["--json", ...args], ...others });
  const code = await process.ended();
  const stdout = process.stdout.join("\n");
  assertEquals(process.stderr, []);
  for (const { token } of session.all) {
    assertFalse(token !== undefined && stdout.includes(token), stdout);
  }
  const checked: Checked = JSON.parse(stdout);
  assertEquals(checked.exitCode, code);
  return checked;
}

/** Runs `check` for a person, and gives its lines. */
export async function checkText(
  session: SeveralSession,
  options: SeveralOptions = {},
): Promise<readonly string[]> {
  await using process = session.start({ command: "check", ...options });
  await process.ended();
  assertEquals(process.stderr, []);
  return process.stdout;
}

/** A session whose folders a run has made. */
export async function startChecked(): Promise<SeveralSession> {
  const session = await startSeveral();
  for (const { id } of session.all) {
    await Deno.mkdir(`${session.workspacesDir}/${id}`, { recursive: true });
  }
  return session;
}

/** A MOLECULE_WORKSPACES with so many more workspaces, "w-0", "w-1", …, and the three of a session. */
export function withMore({ all, platform }: SeveralSession, count: number): string {
  const more = Array.from({ length: count }, (_, n) => platform.addWorkspace({ id: `w-${n}` }));
  return JSON.stringify([...all, ...more].map(({ id, token }) => ({ id, token })));
}
