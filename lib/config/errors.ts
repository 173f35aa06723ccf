import { EXIT_CODE, type ExitCode } from "../exit_code.ts";

/** Input that the process cannot start with; its message is the one line a person needs. */
export class InputError extends Error {
  /** What the process ends with. */
  readonly exitCode: ExitCode;

  /**
   * Makes the error.
   *
   * @param message The value, where it came from, what is allowed.
   * @param exitCode What the process ends with.
   */
  constructor(message: string, exitCode: ExitCode) {
    super(message);
    this.name = "InputError";
    this.exitCode = exitCode;
  }
}

/** An {@linkcode InputError} about the command line. */
export function usageError(message: string): InputError {
  return new InputError(message, EXIT_CODE.usage);
}

/** An {@linkcode InputError} about the environment or a file. */
export function configurationError(message: string): InputError {
  return new InputError(message, EXIT_CODE.configuration);
}
