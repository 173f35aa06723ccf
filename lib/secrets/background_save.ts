import type { Clock } from "../clock.ts";
import { Episode, type Log } from "../log/mod.ts";
import { ALONE } from "../sharing.ts";
import { reasonOf } from "../text.ts";
import type { TurnTaking } from "../turns.ts";

/** Options of {@linkcode BackgroundSave}. */
export interface BackgroundSaveOptions {
  /** What is saved, as a message names it: "the inbound secret". */
  readonly what: string;
  /** Where to. */
  readonly file: string;
  /**
   * Whether it cannot be had again, so that it is an error when it cannot be saved.
   *
   * @default {false}
   */
  readonly isPrecious?: boolean;
  /**
   * Saves it.
   *
   * @returns Whether it is saved; false when it is not to be any more.
   * @throws {Error} It cannot be saved now.
   */
  readonly save: (value: string) => Promise<boolean>;
  /**
   * Lets it use the disk.
   *
   * @default {at once}
   */
  readonly disk?: TurnTaking;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Saves what the platform hands out, in the background: no disk may delay a beat. What cannot be
 * saved is told of once, and kept until it can.
 */
export class BackgroundSave {
  readonly #options: BackgroundSaveOptions;
  readonly #trouble: Episode;
  #wanted: string | undefined;
  #saving: Promise<void> | undefined;

  /** @param options What to save, and how. */
  constructor(options: BackgroundSaveOptions) {
    this.#options = options;
    this.#trouble = new Episode(`Saving ${options.what}`, options);
  }

  /**
   * Saves a value, instead of one that has not been saved yet.
   *
   * @param value The value.
   */
  want(value: string): void {
    this.#wanted = value;
    this.retry();
  }

  /** Tries again to save what could not be saved. */
  retry(): void {
    if (this.#wanted !== undefined) this.#saving ??= this.#save();
  }

  /**
   * Resolves when nothing is being saved any more.
   *
   * @returns Whether everything is saved.
   */
  async settled(): Promise<boolean> {
    await this.#saving;
    return this.#wanted === undefined;
  }

  async #save(): Promise<void> {
    const { disk = ALONE.disk, file, isPrecious = false, save, what } = this.#options;
    try {
      while (this.#wanted !== undefined) {
        const value = this.#wanted;
        const isSaved = await disk.take(() => save(value));
        if (this.#wanted === value) this.#wanted = undefined;
        if (isSaved) this.#trouble.succeeded();
        else this.#trouble.end();
      }
    } catch (error) {
      const remedy = remedyFor(error);
      const stakes = isPrecious ? ", and a restart before that loses it" : "";
      this.#trouble.failed(
        `Cannot save ${what} to '${file}': ${reasonOf(error)}${remedy}; ` +
          `the next beat tries again${stakes}`,
        error instanceof TypeError ? error.message : undefined, // what does not pass by itself
        { isUrgent: isPrecious && !this.#trouble.lasts },
      );
    } finally {
      this.#saving = undefined;
    }
  }
}

function remedyFor(error: unknown): string {
  if (error instanceof TypeError) return ""; // it says what to do itself
  if (error instanceof Deno.errors.NotCapable) {
    return ": the manifest does not grant what stands beside it: rebuild, or run with its grant";
  }
  return ": check that its folder exists, has room, and belongs to this user";
}
