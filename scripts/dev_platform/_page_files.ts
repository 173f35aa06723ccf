import { type Answer, failure, noRoute } from "./_answer.ts";

const FOLDER = new URL("./page/", import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Nothing from elsewhere, nothing inline, and nobody frames it. */
const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/**
 * Serves a file of the page. Requires `--allow-read` for the folder `page`.
 *
 * @param name The file's name; "" for the page itself.
 * @returns The file, 404 when there is none, or 503 without the grant.
 */
export async function pageFile(name: string): Promise<Answer> {
  const file = name === "" ? "index.html" : name;
  // One plain name: nothing else can be reached.
  const [, ending = ""] = /^[a-z_]+\.([a-z]+)$/.exec(file) ?? [];
  const type = TYPES[ending];
  if (type === undefined) return noRoute();
  try {
    const body = await Deno.readTextFile(new URL(file, FOLDER));
    return { status: 200, headers: { ...HEADERS, "Content-Type": type }, body };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return noRoute();
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    const grant = `--allow-read=${FOLDER.pathname}`;
    return failure(503, `Cannot read the page '${file}': start the platform with ${grant}`);
  }
}
