import { makeTempDir } from "../support/mod.ts";
import { mountSmallDisk, type SmallDisk, whyNot } from "../support/broken_disks.ts";

const DISK_BYTES = 16 * 1024 * 1024;

/** A disk that can be full, and processes that may only write so much of a file. */
export interface ModelDisk extends AsyncDisposable {
  /** Its folder. */
  readonly path: string;
  /** Whether something may keep a process from writing. */
  readonly isBroken: boolean;
  /** Fills it, but for so many pages. */
  fill(leavePages: number): Promise<void>;
  /** It has room again. */
  free(): Promise<void>;
  /** A process may not write beyond so many bytes of a file: what reaches further is cut there. */
  limit(pid: number, bytes: number): Promise<void>;
  /** The process may write as much as it likes again. */
  lift(): Promise<void>;
  /** The process has ended, and its limit with it. */
  forgetProcess(): void;
  /** Nothing is in the way any more. */
  mend(): Promise<void>;
}

/** Whether there can be a disk that is full: whether one can be mounted here. */
export const canFill: boolean = await whyNot(mountSmallDisk) === undefined;

/** Whether a process's limits can be changed while it runs. */
export const canLimit: boolean = await isThere("prlimit");

/** Makes one: a real one where it may be mounted; a folder whose disk is never full elsewhere. */
export async function makeModelDisk(): Promise<ModelDisk> {
  return canFill
    ? new LimitedDisk(await mountSmallDisk({ bytes: DISK_BYTES }))
    : new LimitedDisk(await makeTempDir());
}

class LimitedDisk implements ModelDisk {
  readonly path: string;
  readonly #folder: { readonly path: string } & AsyncDisposable;
  readonly #disk: SmallDisk | undefined;
  #isFull = false;
  #limited: number | undefined;

  constructor(folder: SmallDisk | { readonly path: string } & AsyncDisposable) {
    this.path = folder.path;
    this.#folder = folder;
    this.#disk = "fill" in folder ? folder : undefined;
  }

  get isBroken(): boolean {
    return this.#isFull || this.#limited !== undefined;
  }

  async fill(leavePages: number): Promise<void> {
    await this.#disk?.fill({ leavePages });
    this.#isFull = this.#disk !== undefined;
  }

  async free(): Promise<void> {
    if (this.#isFull) await this.#disk?.mend();
    this.#isFull = false;
  }

  async limit(pid: number, bytes: number): Promise<void> {
    await setLimit(pid, String(bytes));
    this.#limited = pid;
  }

  async lift(): Promise<void> {
    if (this.#limited !== undefined) await setLimit(this.#limited, "unlimited");
    this.#limited = undefined;
  }

  forgetProcess(): void {
    this.#limited = undefined;
  }

  async mend(): Promise<void> {
    await this.free();
    await this.lift();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Only the soft limit, so that it can be lifted again. */
async function setLimit(pid: number, bytes: string): Promise<void> {
  const command = new Deno.Command("prlimit", {
    args: ["--pid", String(pid), `--fsize=${bytes}:`],
  });
  const { stderr, success } = await command.output();
  if (!success) throw new Error(`Cannot limit ${pid}: ${new TextDecoder().decode(stderr)}`);
}

async function isThere(command: string): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: ["--version"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
