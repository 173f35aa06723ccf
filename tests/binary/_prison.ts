import { runProgram } from "../support/mod.ts";

/** The user in the prison, as in the image: nobody that its (absent) passwd knows. */
export const PRISONER = 65532;

/** Where the binary is in the prison. */
const PROGRAM = "/usr/local/bin/workspace-beat";

/** Where Debian keeps the CA bundle, and the binary looks for it with `DENO_TLS_CA_STORE=system`. */
const CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/** What a prison holds. */
export interface PrisonOptions {
  /** The folder of the prison. */
  readonly root: string;
  readonly binary: string;
  /** The folder that the prisoner may write to. */
  readonly writable: string;
  /** The text of the CA bundle. */
  readonly caBundle: string;
}

/**
 * Makes a folder that holds a binary, what that links to, a CA bundle, and nothing else.
 *
 * @param options What it holds.
 * @returns The files in it.
 */
export async function makePrison(options: PrisonOptions): Promise<string[]> {
  const { root, binary, writable, caBundle } = options;
  const { stdout } = await runProgram("ldd", { args: [binary] });
  const libraries = [...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)].map(([, path = ""]) => path);
  await Deno.chmod(root, 0o755); // a temporary folder lets nobody else in
  for (const file of libraries) await copyInto(root, file, file);
  await copyInto(root, binary, PROGRAM);
  await Deno.mkdir(`${root}/etc/ssl/certs`, { recursive: true });
  await Deno.writeTextFile(root + CA_BUNDLE, caBundle);
  for (const folder of ["/proc", writable]) await Deno.mkdir(root + folder, { recursive: true });
  return [...libraries, PROGRAM, CA_BUNDLE].sort();
}

async function copyInto(root: string, from: string, to: string): Promise<void> {
  await Deno.mkdir(`${root}${to.replace(/\/[^/]*$/, "")}`, { recursive: true });
  await Deno.copyFile(from, root + to); // it follows links
}

/**
 * The command that runs the binary in a prison: in a mount namespace of its own, where the prison is
 * read-only but for one folder, as a user who owns nothing else. It never forks, so that signals
 * reach the binary.
 *
 * @param options The prison.
 * @returns A program and its arguments; the binary's come after them.
 */
export function prisonCommand({ root, writable }: PrisonOptions): [string, string[]] {
  const script = `mount --bind "$1" "$1"
    mount --bind "$2" "$1$2"
    mount --types proc --options ro,nosuid,nodev,noexec proc "$1/proc"
    mount --options remount,bind,ro "$1"
    root=$1
    shift 2
    exec chroot --userspec=${PRISONER}:${PRISONER} "$root" ${PROGRAM} "$@"`;
  return ["unshare", [
    ...["--mount", "--propagation", "private", "sh", "-euc", script, "sh"],
    ...[root, writable],
  ]];
}
