/** A test that needs programs which not every machine has. */
export interface ProgramsTest {
  /** The programs, by name or path. */
  readonly programs: readonly string[];
  readonly fn: () => Promise<void>;
  /** Whether it needs to be root; it does not by default. */
  readonly root?: boolean;
}

/**
 * Registers a test that is ignored, with the reason in its name, where a program is missing or it
 * would have to be root. In CI a missing program is a failure: `.ci/run` installs them all.
 *
 * Requires `--allow-read`, `--allow-run`, and `--allow-env` for `CI` and `PATH`.
 *
 * @param name The test's name.
 * @param test What it needs and does.
 */
export function testWithPrograms(name: string, { programs, fn, root = false }: ProgramsTest): void {
  const missing = programs.filter((program) => !isInstalled(program));
  const ignore = (reason: string) =>
    Deno.test({ name: `${name} (ignored: ${reason})`, ignore: true, fn });
  if (missing.length === 0) {
    if (root && !isRoot()) ignore("this is not root");
    else Deno.test(name, fn);
  } else if (Deno.env.get("CI") === "true") {
    Deno.test(name, () => {
      throw new Error(`Cannot run this test in CI without ${missing.join(", ")}: see .ci/run`);
    });
  } else {
    ignore(`${missing.join(", ")} not installed`);
  }
}

/** Deno tells its user only with a grant that tests do not have. */
function isRoot(): boolean {
  const { stdout } = new Deno.Command("id", { args: ["-u"] }).outputSync();
  return new TextDecoder().decode(stdout).trim() === "0";
}

function isInstalled(program: string): boolean {
  const folders = program.includes("/") ? [""] : (Deno.env.get("PATH") ?? "").split(":");
  return folders.some((folder) => isFile(folder === "" ? program : `${folder}/${program}`));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
