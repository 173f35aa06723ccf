/** A folder of a test's own. */
export interface TempDir extends AsyncDisposable {
  /** Its absolute path, without links in it. */
  readonly path: string;
}

/** Makes an empty folder that is removed with everything in it when it is disposed of. */
export async function makeTempDir(): Promise<TempDir> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "workspace-beat-" }));
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}
