/**
 * Why a program's tests cannot run here; undefined when they can.
 *
 * @param program Its name.
 */
export async function missingProgram(program: string): Promise<string | undefined> {
  return await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] }).output()
    .then(({ success }) => success ? undefined : `${program} is not installed`);
}
