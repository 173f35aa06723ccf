import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { bundleArguments, compileArguments, entryModule } from "../../scripts/compile/arguments.ts";
import { type CompileOptions, HELP, parseOptions } from "../../scripts/compile/options.ts";
import { InputError } from "../../lib/config/mod.ts";
import { grantFlags, leastGrants, reportFiles, resultsFiles } from "../../lib/permissions.ts";

const URL_FLAG = ["--platform-url", "https://platform.example.com"];

const DEFAULTS: CompileOptions = {
  platformUrls: ["https://platform.example.com"],
  resultsFile: "/tmp/delegation_results.jsonl",
  configsDir: "/configs",
  configFile: "/configs/config.yaml",
  reportFile: "/configs/.runtime_report.json",
  target: undefined,
  output: "build/workspace-beat",
};

Deno.test("parseOptions() takes flags over defaults", () => {
  const cases: [args: string[], expected: Partial<CompileOptions>][] = [
    [[], {}],
    [["--results-file", "/data/results.jsonl"], { resultsFile: "/data/results.jsonl" }],
    [["--results-file=-"], { resultsFile: "-" }],
    [["--configs-dir", "/etc/agent/"], {
      configsDir: "/etc/agent",
      configFile: "/etc/agent/config.yaml",
      reportFile: "/etc/agent/.runtime_report.json",
    }],
    [["--configs-dir=/a", "--config=/b/c.yaml", "--report-file=/d/r.json"], {
      configsDir: "/a",
      configFile: "/b/c.yaml",
      reportFile: "/d/r.json",
    }],
    [["--target", "aarch64-unknown-linux-gnu"], { target: "aarch64-unknown-linux-gnu" }],
    [["--output=out=put/beat"], { output: "out=put/beat" }],
    [["--results-file", "/ein ordner/ergebnis.jsonl"], {
      resultsFile: "/ein ordner/ergebnis.jsonl",
    }],
  ];
  for (const [args, expected] of cases) {
    assertEquals(parseOptions([...URL_FLAG, ...args]), { ...DEFAULTS, ...expected });
  }
});

Deno.test("parseOptions() takes several platforms, patterns too, and each once", () => {
  const urls = [
    "https://*.example.com/",
    "http://host.docker.internal:8080",
    "https://EXAMPLE.com:443/base/",
    "http://my_platform",
    "http://[::1]:8080",
    "https://*.example.com",
  ];
  assertEquals(parseOptions(urls.map((url) => `--platform-url=${url}`)).platformUrls, [
    "https://*.example.com",
    "http://host.docker.internal:8080",
    "https://example.com/base",
    "http://my_platform",
    "http://[::1]:8080",
  ]);
});

Deno.test("parseOptions() refuses what is not allowed, and names value, origin and rule", () => {
  const cases: [args: string[], message: RegExp][] = [
    [["--results-file", "results.jsonl"], /'results\.jsonl' from --results-file: expected an abs/],
    [["--results-file", "/tmp/a,/etc/passwd"], /'\/tmp\/a,\/etc\/passwd' from --results-file: /],
    [["--results-file", "/tmp/../etc/passwd"], /'\/tmp\/\.\.\/etc\/passwd' from --results-file: /],
    [["--results-file", "/tmp/./a"], /'\/tmp\/\.\/a' from --results-file: /],
    [["--results-file", "/tmp//a"], /'\/tmp\/\/a' from --results-file: /],
    [["--results-file", "/tmp/"], /'\/tmp\/' from --results-file: /],
    [["--results-file", "/tmp/a\nb"], /'\/tmp\/a b' from --results-file: /],
    [["--results-file="], /'' from --results-file: .*, or - for standard output$/],
    [["--configs-dir", "configs"], /'configs' from --configs-dir: expected an absolute path/],
    [["--configs-dir", "/"], /'\/' from --configs-dir: /],
    [["--configs-dir", "-"], /'-' from --configs-dir: /],
    [["--config", "~/config.yaml"], /'~\/config\.yaml' from --config: /],
    [["--platform-url", "platform:8080"], /'platform:8080' from --platform-url: expected an http/],
    [["--platform-url", "https://a,b.com"], /'https:\/\/a,b\.com' from --platform-url: /],
    [["--platform-url", "https://a.*.com"], /'https:\/\/a\.\*\.com' from --platform-url: /],
    [["--platform-url", "https://*"], /'https:\/\/\*' from --platform-url: /],
    [["--platform-url", "https://u:secret@b.com"], /'https:\/\/\(not shown\)@b\.com' from --plat/],
    [["--platform-url"], /^Missing value of --platform-url: expected an http/],
    [
      ["--target", "x86_64-pc-windows-msvc"],
      /'x86_64-pc-windows-msvc' from --target: expected one/,
    ],
    [["--output", "build/"], /'build\/' from --output: expected the path of a file/],
    [["--output", "a", "--output", "b"], /^Cannot use --output more than once: only --platform/],
    [["--outptu", "a"], /^Unknown argument '--outptu': expected --platform-url, --results-file, /],
    [["--toString", "a"], /^Unknown argument '--toString'/],
    [["image"], /^Unknown argument 'image'/],
  ];
  for (const [args, message] of cases) {
    const { exitCode, message: actual } = assertThrows(
      () => parseOptions([...URL_FLAG, ...args]),
      InputError,
    );
    assertEquals(exitCode, 64);
    assertMatch(actual, message);
    assert(!actual.includes("\n") && !actual.includes("secret"), actual);
  }
});

Deno.test("parseOptions() refuses to build for no platform", () => {
  const error = assertThrows(() => parseOptions(["--output", "a"]), InputError);
  assertMatch(error.message, /^Cannot compile without --platform-url: expected an http:\/\/ or /);
});

Deno.test("entryModule() tells the program what it was built for, and only that", () => {
  const options = { ...DEFAULTS, resultsFile: '/odd "file"', target: "x", output: "y" };
  assertEquals(
    entryModule(options, "file:///p/lib/commands/mod.ts"),
    `import { workspaceBeat } from "file:///p/lib/commands/mod.ts";
Deno.exit(await workspaceBeat(Deno.args, {"platformUrls":["https://platform.example.com"],\
"resultsFile":"/odd \\"file\\"","configsDir":"/configs","configFile":"/configs/config.yaml",\
"reportFile":"/configs/.runtime_report.json"}));
`,
  );
});

Deno.test("bundleArguments() bundles with the project's imports", () => {
  const files = { entry: "/t/entry.ts", bundle: "/t/out.js", config: "/p/deno.json" };
  assertEquals(
    bundleArguments(files).join(" "),
    "bundle --quiet --minify --config /p/deno.json --output /t/out.js /t/entry.ts",
  );
});

Deno.test("compileArguments() gives the binary exactly the least grants of its settings", () => {
  const options = parseOptions([
    "--platform-url=https://*.example.com",
    "--platform-url=http://h:8080",
    "--results-file=/r/results.jsonl",
    "--configs-dir=/c",
    "--config=/y/beat.yaml",
    "--report-file=/y/report.json",
  ]);
  const args = compileArguments(options, "/t/workspace-beat.js");
  const granting = args.filter((arg) => /^(-A|-P|--allow|--deny|--permission)/.test(arg));
  assertEquals(granting, grantFlags(leastGrants(options)));
  const secret = "/c/.platform_inbound_secret";
  const results = Object.values(resultsFiles("/r/results.jsonl")).join();
  const report = Object.values(reportFiles("/y/report.json")).join();
  assertEquals([...granting.slice(0, 3), granting.at(-1)], [
    "--allow-net=*.example.com:443,h:8080",
    `--allow-read=/y/beat.yaml,/c/.auth_token,${secret},${secret}.tmp,${results},${report},/.dockerenv`,
    `--allow-write=${secret},${secret}.tmp,${results},${report}`,
    "--allow-sys=getPriority",
  ]);
});

Deno.test("compileArguments() embeds the bundle alone, and bakes the flags in", () => {
  const args = compileArguments(
    { ...DEFAULTS, target: "aarch64-unknown-linux-gnu", output: "out/beat" },
    "/t/workspace-beat.js",
  );
  const others = args.filter((arg) => !arg.startsWith("--allow-")).join(" ");
  assertEquals(
    others,
    "compile --no-config --no-lock --node-modules-dir=none --no-check --no-prompt " +
      "--no-code-cache --v8-flags=--lite-mode,--max-semi-space-size=1,--max-old-space-size=64 " +
      "--target aarch64-unknown-linux-gnu --output out/beat /t/workspace-beat.js",
  );
  assertEquals(compileArguments(DEFAULTS, "b.js").includes("--target"), false);
});

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the script with what its task grants it, but for the right to run Deno. */
async function compile(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=compile", "scripts/compile.ts", ...args],
    cwd: fromFileUrl(new URL("../../", import.meta.url)),
    env: { NO_COLOR: "1", ...env },
  });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  // Deno 2.7 warns even with --quiet that permissions in deno.json are experimental.
  return { code, stdout: text(stdout), stderr: text(stderr).replace(/^.*experimental.*\n/m, "") };
}

Deno.test("compile exits 64 with one line when an argument is not allowed", async () => {
  const { code, stdout, stderr } = await compile([...URL_FLAG, "--configs-dir", "configs"]);
  assertEquals({ code, stdout }, { code: 64, stdout: "" });
  assertMatch(stderr, /^Cannot use 'configs' from --configs-dir: expected an absolute path.*\n$/);
});

Deno.test("compile --help prints every flag and exits 0", async () => {
  const { code, stdout } = await compile(["--help"]);
  assertEquals({ code, stdout }, { code: 0, stdout: `${HELP}\n` });
  for (
    const name of ["platform-url", "results-file", "configs-dir", "config", "target", "output"]
  ) {
    assert(stdout.includes(`  --${name} `), name);
  }
});

Deno.test("compile refuses a base binary of another Deno, which would make one that cannot start", async () => {
  const base = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(base, "\0Deno/1.2.3\0");
    const { code, stderr } = await compile(URL_FLAG, { DENORT_BIN: base });
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /^Cannot compile with the base binary '.*' from DENORT_BIN: expected one of /,
    );
    assertMatch(
      stderr,
      new RegExp(`of Deno ${Deno.version.deno}: current value is of Deno 1\\.2\\.3\n$`),
    );
  } finally {
    await Deno.remove(base);
  }
});

Deno.test("compile says that the base binary of DENORT_BIN cannot be read", async () => {
  const { code, stderr } = await compile(URL_FLAG, { DENORT_BIN: "/nowhere/denort" });
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot read the base binary that DENORT_BIN names: .*No such file.*\n$/);
});
