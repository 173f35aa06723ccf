import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  bundleArguments,
  compileArguments,
  compileEnvironment,
  entryModule,
  v8Flags,
} from "../../scripts/compile/arguments.ts";
import { type CompileOptions, parseOptions } from "../../scripts/compile/options.ts";
import { InputError } from "../../lib/config/mod.ts";
import { grantFlags, leastGrants, reportFiles, resultsFiles } from "../../lib/permissions.ts";

const URL_FLAG = ["--platform-url", "https://platform.example.com"];

const DEFAULTS: CompileOptions = {
  platformUrls: ["https://platform.example.com"],
  resultsFile: "/tmp/delegation_results.jsonl",
  configsDir: "/configs",
  configFile: "/configs/config.yaml",
  reportFile: "/configs/.runtime_report.json",
  agentCardFile: "/configs/agent_card.json",
  wakeFile: "/tmp/delegation_results.jsonl.wake",
  statusFile: "/configs/.workspace_beat_status.json",
  workspacesDir: undefined,
  metricsFile: undefined,
  otel: undefined,
  target: undefined,
  output: "build/workspace-beat",
};

Deno.test("parseOptions() takes flags over defaults", () => {
  const cases: [args: string[], expected: Partial<CompileOptions>][] = [
    [[], {}],
    [["--results-file", "/data/results.jsonl"], {
      resultsFile: "/data/results.jsonl",
      wakeFile: "/data/results.jsonl.wake",
    }],
    [["--results-file=-"], { resultsFile: "-", wakeFile: "off" }],
    [["--agent-card=/a/card.json", "--wake-file=/run/wake", "--workspaces-dir", "/data/all/"], {
      agentCardFile: "/a/card.json",
      wakeFile: "/run/wake",
      workspacesDir: "/data/all",
    }],
    [["--wake-file=off"], { wakeFile: "off" }],
    [["--status-file=off"], { statusFile: "off" }],
    [["--status-file", "/run/status.json"], { statusFile: "/run/status.json" }],
    [["--metrics-file", "/metrics/beat.prom", "--otel", "--output", "beat"], {
      metricsFile: "/metrics/beat.prom",
      otel: true,
      output: "beat",
    }],
    [["--configs-dir", "/etc/agent/"], {
      configsDir: "/etc/agent",
      configFile: "/etc/agent/config.yaml",
      reportFile: "/etc/agent/.runtime_report.json",
      agentCardFile: "/etc/agent/agent_card.json",
      statusFile: "/etc/agent/.workspace_beat_status.json",
    }],
    [["--configs-dir=/a", "--config=/b/c.yaml", "--report-file=/d/r.json"], {
      configsDir: "/a",
      configFile: "/b/c.yaml",
      reportFile: "/d/r.json",
      agentCardFile: "/a/agent_card.json",
      statusFile: "/a/.workspace_beat_status.json",
    }],
    [["--target", "aarch64-unknown-linux-gnu"], { target: "aarch64-unknown-linux-gnu" }],
    [["--target", "x86_64-pc-windows-msvc"], {
      target: "x86_64-pc-windows-msvc",
      output: "build/workspace-beat.exe",
    }],
    [["--output=out=put/beat"], { output: "out=put/beat" }],
    [["--results-file", "/ein ordner/ergebnis.jsonl"], {
      resultsFile: "/ein ordner/ergebnis.jsonl",
      wakeFile: "/ein ordner/ergebnis.jsonl.wake",
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
    [["--agent-card", "card.json"], /'card\.json' from --agent-card: expected an absolute path/],
    [["--wake-file", "wake"], /'wake' from --wake-file: .* as a part, .*, or off$/],
    [["--wake-file", "-"], /'-' from --wake-file: /],
    [["--status-file", "status"], /'status' from --status-file: .* as a part, .*, or off$/],
    [
      ["--status-file=/configs/.auth_token"],
      /from --status-file: it is another of the sidecar's files$/,
    ],
    [
      ["--metrics-file", "beat.prom"],
      /'beat\.prom' from --metrics-file: expected an absolute/,
    ],
    [
      ["--metrics-file=/configs/.auth_token"],
      /from --metrics-file: it is another of the sidecar's/,
    ],
    [["--otel=on"], /'on' from --otel: expected no value$/],
    [["--otel", "on"], /^Unknown argument 'on'/],
    [["--workspaces-dir", "all"], /'all' from --workspaces-dir: expected an absolute path/],
    [["--workspaces-dir", "/"], /'\/' from --workspaces-dir: /],
    [["--workspaces-dir", "/a,/b"], /'\/a,\/b' from --workspaces-dir: /],
    [
      ["--wake-file=/tmp/delegation_results.jsonl"],
      /^Cannot use '\/tmp\/delegation_results\.jsonl/,
    ],
    [
      ["--wake-file=/configs/.auth_token"],
      /from --wake-file: it is another of the sidecar's files$/,
    ],
    [["--configs-dir=/c", "--wake-file=/c/config.yaml"], /from --wake-file: it is another of the/],
    [
      ["--report-file=/r", "--wake-file=/r.lock"],
      /from --wake-file: it is another of the sidecar's/,
    ],
    [
      ["--agent-card=/a", "--wake-file=/a"],
      /from --wake-file: it is another of the sidecar's files/,
    ],
    [["--workspaces-dir=/a", "--workspaces-dir=/b"], /^Cannot use --workspaces-dir more than once/],
    [["--config", "~/config.yaml"], /'~\/config\.yaml' from --config: /],
    [["--platform-url", "platform:8080"], /'platform:8080' from --platform-url: expected an http/],
    [["--platform-url", "https://a,b.com"], /'https:\/\/a,b\.com' from --platform-url: /],
    [["--platform-url", "https://a.*.com"], /'https:\/\/a\.\*\.com' from --platform-url: /],
    [["--platform-url", "https://*"], /'https:\/\/\*' from --platform-url: /],
    [["--platform-url", "https://u:secret@b.com"], /'https:\/\/\(not shown\)@b\.com' from --plat/],
    [["--platform-url"], /^Missing value of --platform-url: expected an http/],
    [
      ["--target", "x86_64-unknown-freebsd"],
      /'x86_64-unknown-freebsd' from --target: expected one/,
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
"reportFile":"/configs/.runtime_report.json","agentCardFile":"/configs/agent_card.json",\
"wakeFile":"/tmp/delegation_results.jsonl.wake",\
"statusFile":"/configs/.workspace_beat_status.json"}));
`,
  );
});

Deno.test("entryModule() runs a prelude before the program when there is one", () => {
  const text = entryModule(DEFAULTS, "file:///p/mod.ts", "file:///bench/prelude.ts");
  assertEquals(text.split("\n")[0], 'import "file:///bench/prelude.ts";');
});

Deno.test("entryModule() tells the program the workspaces folder that it was built for", () => {
  const text = entryModule({ ...DEFAULTS, workspacesDir: "/data/all" }, "file:///p/mod.ts");
  assertMatch(text, /"workspacesDir":"\/data\/all"\}\)\);\n$/);
});

Deno.test("entryModule() tells the program of its metrics file, and that it exports", () => {
  const options = { ...DEFAULTS, metricsFile: "/metrics/beat.prom", otel: true };
  assertMatch(
    entryModule(options, "file:///p/mod.ts"),
    /,"metricsFile":"\/metrics\/beat\.prom","otel":true\}\)\);\n$/,
  );
});

Deno.test("bundleArguments() bundles with the project's imports", () => {
  const files = { entry: "/t/entry.ts", folder: "/t/out", config: "/p/deno.json" };
  assertEquals(
    bundleArguments(files).join(" "),
    "bundle --quiet --minify --code-splitting --config /p/deno.json --outdir /t/out /t/entry.ts",
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
    "--workspaces-dir=/data/all",
  ]);
  const args = compileArguments(options, "/t/workspace-beat.js");
  const granting = args.filter((arg) => /^(-A|-P|--allow|--deny|--permission)/.test(arg));
  assertEquals(granting, grantFlags(leastGrants(options)));
  const secret = "/c/.platform_inbound_secret";
  const results = Object.values(resultsFiles("/r/results.jsonl")).join();
  const report = Object.values(reportFiles("/y/report.json")).join();
  const token = "/c/.auth_token,/c/.auth_token.tmp";
  const status = "/c/.workspace_beat_status.json,/c/.workspace_beat_status.json.tmp";
  const written =
    `${token},${secret},${secret}.tmp,${results},/r/results.jsonl.wake,${report},${status},/data/all`;
  assertEquals([...granting.slice(0, 3), granting.at(-1)], [
    "--allow-net=*.example.com:443,h:8080",
    `--allow-read=/y/beat.yaml,${written},/c/agent_card.json,/.dockerenv`,
    `--allow-write=${written}`,
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
      "--no-code-cache " +
      "--v8-flags=--lite-mode,--max-semi-space-size=1,--minor-gc-task-trigger=20," +
      "--max-old-space-size=64,--expose-gc " +
      "--target aarch64-unknown-linux-gnu --output out/beat /t/workspace-beat.js",
  );
  assertEquals(compileArguments(DEFAULTS, "b.js").includes("--target"), false);
});

/** Where the workspaces folder is, and what V8 is told of the memory of such a binary. */
const MEMORY_FLAGS = [
  [undefined, ["--minor-gc-task-trigger=20", "--max-old-space-size=64"]],
  ["/data/all", ["--max-old-space-size=512"]],
] as const;

for (const [workspacesDir, flags] of MEMORY_FLAGS) {
  Deno.test(`v8Flags() gives ${flags.join(" and ")} when the workspaces folder is ${workspacesDir}`, () => {
    assertEquals(v8Flags({ workspacesDir }), [
      "--lite-mode",
      "--max-semi-space-size=1",
      ...flags,
      "--expose-gc",
    ]);
  });
}

Deno.test("compileArguments() lets a binary for several workspaces hold more", () => {
  const args = compileArguments({ ...DEFAULTS, workspacesDir: "/data/all" }, "b.js");
  const [flags = ""] = args.filter((arg) => arg.startsWith("--v8-flags="));
  assertMatch(flags, /,--max-old-space-size=512,/);
});

Deno.test("compileEnvironment() keeps a binary from exporting that was not asked to, whoever compiles it", () => {
  assertEquals(compileEnvironment(DEFAULTS), { OTEL_DENO: "false" });
  assertEquals(compileEnvironment({ ...DEFAULTS, otel: true }), {
    OTEL_DENO: "true",
    OTEL_DENO_CONSOLE: "ignore",
  });
});
