/**
 * Runs Deno for what `deno bundle` and `deno compile` do.
 *
 * @module
 */

/** There is no base binary, and none can be downloaded. */
export class NoBaseBinaryError extends Error {
  /** Why it cannot be downloaded, in one line. */
  readonly reason: string;

  /** @param text What Deno said. */
  constructor(text: string) {
    super(
      `${text}\nCannot make the binary: 'deno compile' failed: the base binary cannot be ` +
        `downloaded; DENORT_BIN can name one of Deno ${Deno.version.deno}`,
    );
    this.name = "NoBaseBinaryError";
    const [url = "", last = ""] = [/https:\/\/dl\.deno\.land\/[^\s)]*/, /[^\n]*$/]
      .map((pattern) => pattern.exec(text)?.[0] ?? "");
    this.reason = `${url}: ${last.replace(/^\s*\d+: /, "")}`;
  }
}

/**
 * Runs this very Deno.
 *
 * Requires `--allow-run` for it, and `--allow-env=DENO_TLS_CA_STORE`.
 *
 * @param args Its arguments.
 * @param environment What it finds in its environment beside what it needs.
 * @throws {NoBaseBinaryError} When the base binary cannot be downloaded.
 * @throws {Error} When it fails: the message says what it said.
 */
export async function deno(
  args: string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: {
      ...environment,
      NO_COLOR: "1",
      RUST_BACKTRACE: "0",
      DENO_NO_PACKAGE_JSON: "1", // one in a folder above is not ours
      // The bundler is fetched from the npm registry, which may be a company's own.
      DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system,mozilla",
    },
    stdin: "null",
  }).output();
  if (success) return;
  const text = new TextDecoder().decode(stderr).trim();
  if (text.includes("dl.deno.land")) throw new NoBaseBinaryError(text);
  throw new Error(`${text}\nCannot make the binary: 'deno ${args[0]}' failed`);
}
