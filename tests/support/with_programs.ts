/** A test that needs programs which not every machine has. */
export interface ProgramsTest {
  /** The programs, by name or path. */
  readonly programs: readonly string[];
  readonly fn: (t: Deno.TestContext) => void | Promise<void>;
  /** Whether it needs to be root; it does not by default. */
  readonly root?: boolean;
  /** What else is missing, if anything is, that CI may be without, too. */
  readonly missing?: string | undefined;
}

/**
 * Registers a test that is ignored, with the reason in its name, where a program is missing, it would
 * have to be root, or something else is missing. In CI a missing program is a failure: `.ci/run`
 * installs them all, which holds here for a machine that has them by chance, too.
 *
 * Requires `--allow-read`, `--allow-run`, and `--allow-env` for `CI` and `PATH`.
 *
 * @param name The test's name.
 * @param test What it needs and does.
 * @throws {Error} When `.ci/run` does not install one of the programs.
 */
export function testWithPrograms(name: string, test: ProgramsTest): void {
  const { fn, programs, root = false } = test;
  const unknown = programs.filter((program) => !isInstalledByCi(program));
  if (unknown.length > 0) {
    throw new Error(
      `Cannot make a test that needs ${unknown.join(", ")}: .ci/run does not install it`,
    );
  }
  const absent = programs.filter((program) => !isInstalled(program));
  if (absent.length > 0 && Deno.env.get("CI") === "true") {
    Deno.test(name, () => {
      throw new Error(`Cannot run this test in CI without ${absent.join(", ")}: see .ci/run`);
    });
    return;
  }
  const reason = absent.length > 0
    ? `${absent.join(", ")} not installed`
    : root && !isRoot()
    ? "this is not root"
    : test.missing;
  if (reason === undefined) Deno.test(name, fn);
  else Deno.test({ name: `${name} (ignored: ${reason})`, ignore: true, fn });
}

/** Whether it is in the list of `.ci/run`, or has a function of its own there. */
function isInstalledByCi(program: string): boolean {
  const script = Deno.readTextFileSync(new URL("../../.ci/run", import.meta.url));
  const name = program.replace(/^.*\//, "");
  return new RegExp(`^ .*(?<=\\s)${name}:|^get_${name}\\(\\)`, "m").test(script);
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
