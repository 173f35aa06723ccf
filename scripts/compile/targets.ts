/** A system that binaries are made for. */
export interface Target {
  /** As `deno compile` names it. */
  readonly triple: string;
  /** As a release names it. */
  readonly name: string;
  /** What the head of its programs holds: the kind of file, and the processor. */
  readonly head: readonly { readonly at: number; readonly bytes: readonly number[] }[];
}

const ELF = { at: 0, bytes: [0x7f, 0x45, 0x4c, 0x46] };
const MACH_O = { at: 0, bytes: [0xcf, 0xfa, 0xed, 0xfe] };

const PORTABLE_EXECUTABLE = { at: 0, bytes: [0x4d, 0x5a] };

/** The systems that binaries are made for; on Windows paths that begin with a slash are of a drive. */
export const TARGETS: readonly Target[] = [
  {
    triple: "x86_64-unknown-linux-gnu",
    name: "linux-x64",
    head: [ELF, { at: 18, bytes: [0x3e, 0] }],
  },
  {
    triple: "aarch64-unknown-linux-gnu",
    name: "linux-arm64",
    head: [ELF, { at: 18, bytes: [0xb7, 0] }],
  },
  {
    triple: "x86_64-apple-darwin",
    name: "macos-x64",
    head: [MACH_O, { at: 4, bytes: [7, 0, 0, 1] }],
  },
  {
    triple: "aarch64-apple-darwin",
    name: "macos-arm64",
    head: [MACH_O, { at: 4, bytes: [12, 0, 0, 1] }],
  },
  { triple: "x86_64-pc-windows-msvc", name: "windows-x64", head: [PORTABLE_EXECUTABLE] },
];

/**
 * The system that a program runs on.
 *
 * @param program The program's bytes.
 */
export function targetOf(program: Uint8Array): Target | undefined {
  return TARGETS.find(({ head }) =>
    head.every(({ at, bytes }) => bytes.every((byte, n) => program[at + n] === byte))
  );
}

/**
 * A program's path as its system wants it, which `deno compile` sees to by itself.
 *
 * @param path The path, perhaps without the ending.
 * @param triple The system.
 */
export function programPath(path: string, triple: string): string {
  return triple.includes("windows") && !path.endsWith(".exe") ? `${path}.exe` : path;
}
