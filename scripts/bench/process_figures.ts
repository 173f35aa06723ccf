/**
 * What Linux says about another process.
 *
 * @module
 */

/** What a process holds and has used. */
export interface ProcessFigures {
  /** The memory that is in RAM, in bytes. */
  readonly residentBytes: number;
  /** The part of it that no file backs: the machine cannot take it back. */
  readonly anonymousBytes: number;
  /** The time that its threads have computed, in seconds. */
  readonly cpuSeconds: number;
}

/** Linux counts in these for programs, whatever it does itself (`sysconf(_SC_CLK_TCK)`). */
const TICKS_PER_SECOND = 100;
/** utime and stime, counted from the field behind the program's name. */
const TIMES = [11, 13] as const;

/**
 * Reads what `/proc/PID/status` and, behind it, `/proc/PID/stat` say (proc_pid_stat(5)).
 *
 * @param text The text of both.
 * @returns The figures.
 * @throws {Error} One of them is missing.
 */
export function parseProcessFigures(text: string): ProcessFigures {
  const kibibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]);
  // The name, in parentheses, may hold spaces and parentheses.
  const stat = text.trimEnd().split("\n").at(-1) ?? "";
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const figures = {
    residentBytes: kibibytes("VmRSS") * 1024,
    anonymousBytes: kibibytes("RssAnon") * 1024,
    cpuSeconds: fields.slice(...TIMES).map(Number).reduce((a, b) => a + b, 0) / TICKS_PER_SECOND,
  };
  if (Object.values(figures).every(Number.isFinite) && fields.length > TIMES[1]) return figures;
  throw new Error(`Cannot read the figures of a process: current value is '${text}'`);
}

/**
 * What a process holds and has used.
 *
 * Requires `--allow-run=cat`: Deno itself may not look at `/proc`.
 *
 * @param pid The process's id.
 */
export async function processFigures(pid: number): Promise<ProcessFigures> {
  const args = [`/proc/${pid}/status`, `/proc/${pid}/stat`];
  const { stdout } = await new Deno.Command("cat", { args, stderr: "null" }).output();
  return parseProcessFigures(new TextDecoder().decode(stdout));
}
