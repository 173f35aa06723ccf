import { assert, assertEquals } from "@std/assert";

const LIB = new URL("../lib/", import.meta.url);

/**
 * The parts of lib/, each of which may import those before it. Those of one row do not know each
 * other. A part is a folder, or the file of that name.
 */
const LAYERS: readonly (readonly string[])[] = [
  ["later"],
  // What everything may use. The grants are known here: whatever touches the system asks them.
  [
    "clock",
    "iso_time",
    "text",
    "token",
    "version",
    "small_file",
    "grants",
    "nearest",
    "path",
    "schedule",
    "permissions",
    "regular_file",
    "remove_if_there",
    "set_mode",
    "turns",
    "write_whole",
  ],
  ["log", "lock_path", "make_alike", "otel", "pace", "taken_files"],
  ["sharing"],
  ["config", "platform"],
  ["secrets", "exit_code", "supervise", "tracing", "vitals"],
  ["auth", "garbage", "metrics", "report"],
  ["beat", "delegations", "status"],
  ["presence", "status_file"],
  ["sidecar_options"],
  ["sidecar_parts"],
  ["sidecar"],
  ["workspaces"],
  ["commands", "mod"],
];

/** Imports that point the other way, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "permissions.ts → config/environment.ts": "the names of the variables, and nothing else",
  "config/errors.ts → exit_code.ts": "each error of the settings knows its exit code",
};

/** An import of a module in lib/, as paths from there. */
interface Import {
  readonly from: string;
  readonly to: string;
}

async function modules(folder = LIB): Promise<URL[]> {
  const found = await Array.fromAsync(Deno.readDir(folder), async ({ name, isDirectory }) => {
    if (isDirectory) return await modules(new URL(`${name}/`, folder));
    return name.endsWith(".ts") ? [new URL(name, folder)] : [];
  });
  return found.flat();
}

/** The specifiers of what a module imports or exports from elsewhere. */
function specifiers(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const from = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;
  return [...code.matchAll(from)].map(([, specifier = ""]) => specifier);
}

const IMPORTS: readonly Import[] = (await Array.fromAsync(await modules(), async (url) => {
  const from = url.href.slice(LIB.href.length);
  return specifiers(await Deno.readTextFile(url))
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => ({ from, to: relative(new URL(specifier, url)) }));
})).flat();

/** The path from lib/; one that leads out of it begins with a slash. */
function relative({ href, pathname }: URL): string {
  return href.startsWith(LIB.href) ? href.slice(LIB.href.length) : pathname;
}

/** The folder of a module, or the name of one that is in none. */
function partOf(path: string): string {
  return path.split("/")[0]?.replace(/\.ts$/, "") ?? "";
}

function layerOf(path: string): number {
  return LAYERS.findIndex((layer) => layer.includes(partOf(path)));
}

function shown({ from, to }: Import): string {
  return `${from} → ${to}`;
}

Deno.test("specifiers() finds every kind of import", () => {
  const source = [
    'import "a";',
    'import b from "b";',
    'import {\n  c,\n} from "c";',
    'import type { D } from "d";',
    'export * from "e";',
    'export { f } from "f";',
    'const g = await import("g");',
    '// import "h";',
    '/** import "i" */',
  ];
  assertEquals(specifiers(source.join("\n")), ["a", "b", "c", "d", "e", "f", "g"]);
});

Deno.test("lib/ imports nothing from outside it, so nothing from scripts/ and tests/", () => {
  assert(IMPORTS.length > 100);
  assertEquals(IMPORTS.filter(({ to }) => to.startsWith("/")).map(shown), []);
});

Deno.test("lib/ imports point one way: a part imports only parts of lower layers", () => {
  for (const { from } of IMPORTS) assert(layerOf(from) >= 0, `${from} is in no layer`);
  const wrong = IMPORTS.filter(({ from, to }) =>
    partOf(from) !== partOf(to) && layerOf(from) <= layerOf(to)
  );
  assertEquals(wrong.map(shown).sort(), Object.keys(EXCEPTIONS).sort());
});

Deno.test("lib/ imports another folder only through its mod.ts", () => {
  const wrong = IMPORTS.filter(({ from, to }) =>
    to.includes("/") && partOf(from) !== partOf(to) && !to.endsWith("/mod.ts")
  );
  assertEquals(wrong.map(shown).filter((one) => !Object.hasOwn(EXCEPTIONS, one)), []);
});

Deno.test("lib/ has a mod.ts in every folder, which only re-exports", async () => {
  const parts = new Set(
    IMPORTS.filter(({ from }) => from.includes("/")).map(({ from }) => partOf(from)),
  );
  for (const part of parts) {
    const source = await Deno.readTextFile(new URL(`${part}/mod.ts`, LIB));
    const code = source.replace(/\/\*[\s\S]*?\*\//g, "");
    const rest = code.replace(/export (type )?(\*|\{[^}]*\}) from "[^"]+";/g, "").trim();
    assertEquals(rest, "", part);
  }
});

Deno.test("lib/ imports a file whose name begins with an underscore only from beside it", () => {
  const wrong = IMPORTS.filter(({ from, to }) => {
    const [folder, name] = [to.replace(/[^/]*$/, ""), to.split("/").at(-1)];
    return name?.startsWith("_") && folder !== from.replace(/[^/]*$/, "");
  });
  assertEquals(wrong.map(shown), []);
});

Deno.test("main.ts imports only the commands", async () => {
  const source = await Deno.readTextFile(new URL("../main.ts", import.meta.url));
  assertEquals(specifiers(source), ["./lib/commands/mod.ts"]);
});

Deno.test("lib/ asks nothing of 'process', for which Deno loads all that it has for Node", async () => {
  const code = `
    const asked = [];
    Object.defineProperty(globalThis, "process", {
      get: () => void asked.push(new Error().stack),
    });
    for (const module of ["commands/mod", "commands/plain_run", "commands/workspace_beat", "mod"]) {
      await import(${JSON.stringify(new URL("../lib/", import.meta.url).href)} + module + ".ts");
    }
    console.log(asked.join());`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", code],
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals([decoder.decode(stdout).trim(), decoder.decode(stderr)], ["", ""]);
});

/** What loads megabytes on Deno 2.9 that a sidecar holds for months (docs/performance.md). */
const COSTLY = /\b(?:setTimeout|setInterval|toISOString|toLocale\w*|Intl)\b/g;
/** Where it runs for an instant only. */
const BRIEF: readonly string[] = ["commands/report.ts: toISOString"];

Deno.test("lib/ calls nothing that loads Deno's layer for Node, or V8's time zones, in a sidecar", async () => {
  const found = await Array.fromAsync(await modules(), async (url) => {
    const code = (await Deno.readTextFile(url)).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    return [...code.matchAll(COSTLY)].map(([what]) =>
      `${url.href.slice(LIB.href.length)}: ${what}`
    );
  });
  assertEquals(found.flat(), BRIEF);
});
