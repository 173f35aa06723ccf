import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Build, InputError, resolveStatusFiles } from "../../lib/config/mod.ts";
import { makeTempDir } from "../support/mod.ts";

const BUILD: Build = {
  platformUrls: ["https://build.test"],
  resultsFile: "/b/results.jsonl",
  configsDir: "/b",
  configFile: "/b/config.yaml",
  reportFile: "/b/report.json",
  statusFile: "/run/status.json",
};

type Texts = Parameters<typeof resolveStatusFiles>[0]["texts"];

async function files(texts: Texts, build?: Build): Promise<[string | undefined, string][]> {
  const found = await resolveStatusFiles({ texts, switches: {} }, build);
  return found.map(({ file, workspaceId }) => [workspaceId, file.value]);
}

const NAME = ".workspace_beat_status.json";

const TABLE: [what: string, texts: Texts, build: Build | undefined, file: string][] = [
  ["a flag names it", { "status-file": "/s.json", "configs-dir": "/c" }, BUILD, "/s.json"],
  ["a flag names the configs folder", { "configs-dir": "/c" }, BUILD, `/c/${NAME}`],
  ["the binary was built for it", {}, BUILD, "/run/status.json"],
  [
    "flags name a workspace and its configs folder",
    { "workspace-id": "scribe", "configs-dir": "/c" },
    undefined,
    `/c/${NAME}`,
  ],
];
for (const [what, texts, build, file] of TABLE) {
  Deno.test(`resolveStatusFiles() finds '${file}' when ${what}`, async () => {
    assertEquals(await files(texts, build), [[undefined, file]]);
  });
}

Deno.test("resolveStatusFiles() finds the file of a workspace among several", async () => {
  const texts = { "workspace-id": "scribe", "workspaces-dir": "/w" };
  assertEquals(await files(texts), [["scribe", `/w/scribe/${NAME}`]]);
});

Deno.test("resolveStatusFiles() finds those of all workspaces that have a folder", async () => {
  await using dir = await makeTempDir();
  for (const name of ["scribe", "critic", "not an id"]) await Deno.mkdir(`${dir.path}/${name}`);
  await Deno.writeTextFile(`${dir.path}/file`, "");
  assertEquals(await files({ "workspaces-dir": dir.path }), [
    ["critic", `${dir.path}/critic/${NAME}`],
    ["scribe", `${dir.path}/scribe/${NAME}`],
  ]);
});

Deno.test("resolveStatusFiles() says that there is no workspace in the folder", async () => {
  await using dir = await makeTempDir();
  for (const folder of [dir.path, `${dir.path}/none`]) {
    const error = await assertRejects(() => files({ "workspaces-dir": folder }), InputError);
    assertMatch(error.message, /^Cannot find a workspace in '.*' \(from flag --workspaces-dir\)/);
    assertEquals(error.exitCode, 64);
  }
});

Deno.test("resolveStatusFiles() says that no status is kept", async () => {
  const off: [Texts, Build | undefined, number][] = [
    [{ "status-file": "off" }, undefined, 64],
    [{}, { ...BUILD, statusFile: "off" }, 78],
  ];
  for (const [texts, build, code] of off) {
    const error = await assertRejects(() => files(texts, build), InputError);
    assertMatch(error.message, /it keeps no status file \('off' from /);
    assertEquals(error.exitCode, code);
  }
});
