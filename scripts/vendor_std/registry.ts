/**
 * Fetches a tarball from an npm registry, without npm and so without its credentials.
 *
 * @module
 */

/** Options for {@linkcode fetchTarball}. */
export interface FetchTarballOptions {
  /**
   * How long the registry may take until it begins to answer, in milliseconds. Where a network
   * swallows the question, npm's turn comes after this.
   *
   * @default {10_000}
   */
  readonly answerMs?: number;
  /**
   * How long all of it may take, in milliseconds.
   *
   * @default {120_000}
   */
  readonly totalMs?: number;
  /**
   * How large the tarball may be.
   *
   * @default {33_554_432}
   */
  readonly maxBytes?: number;
}

/**
 * Where an npm registry keeps a tarball.
 *
 * @param registry The address of the registry.
 * @param spec The package, as `name@version`.
 * @throws {TypeError} When the address is none.
 */
export function tarballUrl(registry: string, spec: string): URL {
  const at = spec.lastIndexOf("@");
  const name = spec.slice(0, at);
  const file = `${name.slice(name.indexOf("/") + 1)}-${spec.slice(at + 1)}.tgz`;
  const base = registry.replace(/\/*$/, "/");
  if (URL.canParse(base)) return new URL(`${name}/-/${file}`, base);
  throw new TypeError(
    `NPM_CONFIG_REGISTRY is not the address of a registry: current value is '${registry}'`,
  );
}

/**
 * Fetches a file, whatever it holds: the caller checks it. Redirects are followed as far as the
 * permissions go.
 *
 * Requires `--allow-net` for the host of `url`.
 *
 * @param url Where it is.
 * @param options How long to wait and how much to take.
 * @throws {Error} When it cannot be had, in a message of one line.
 */
export async function fetchTarball(
  url: URL,
  options: FetchTarballOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    checkMayAsk(url);
    return await download(url, options);
  } catch (error) {
    throw new Error(`${url.host} does not give ${url.pathname} (${reasonOf(error)})`, {
      cause: error,
    });
  }
}

async function download(
  url: URL,
  { answerMs = 10_000, totalMs = 120_000, maxBytes = 33_554_432 }: FetchTarballOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const late = new AbortController();
  const abortAfter = (ms: number) =>
    setTimeout(() => late.abort(new Error(`it took longer than ${ms} ms`)), ms);
  const untilAnswer = abortAfter(answerMs);
  const untilEnd = abortAfter(totalMs);
  try {
    const answer = await fetch(url, { signal: late.signal });
    clearTimeout(untilAnswer);
    if (answer.ok && answer.body !== null) return await upTo(maxBytes, answer.body);
    await answer.body?.cancel();
    throw new Error(`it answered ${answer.status}`);
  } finally {
    clearTimeout(untilAnswer);
    clearTimeout(untilEnd);
  }
}

async function upTo(
  maxBytes: number,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}

/** The task asks only the public registry: npm knows the others, and what they ask for. */
function checkMayAsk({ host }: URL): void {
  if (Deno.permissions.querySync({ name: "net", host }).state === "granted") return;
  const command = `deno run -P=setup --allow-net=jsr.io,${host} scripts/vendor_std.ts`;
  throw new Error(`this task may not ask it without npm: '${command}' may`);
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "it redirects to where this task may not go";
  if (!(error instanceof Error)) return String(error);
  // Since Deno 2.9 the cause says what "fetch failed" is about.
  return error.cause instanceof Error ? error.cause.message : error.message;
}
