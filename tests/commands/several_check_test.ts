import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { startSeveral } from "./_several.ts";
import { check, checkText, OF_ALL, OF_EACH, startChecked, withMore } from "./_several_checked.ts";

Deno.test("check ends with 0, and says of each of several workspaces what it says of one, when all is in order", async () => {
  await using session = await startChecked();
  const { checks, exitCode } = await check(session);
  assertEquals(
    checks.map(({ name, workspace }) => [workspace, name]),
    [
      ...OF_ALL.map((name) => [undefined, name]),
      ...session.all.flatMap(({ id }) => OF_EACH.map((name) => [id, name])),
    ],
  );
  assertEquals([exitCode, checks.filter(({ status }) => status !== "ok")], [0, []]);
});

Deno.test("check shows a setting that several workspaces share once, and one that differs for each", async () => {
  await using session = await startChecked();
  const { settings } = await check(session);
  const { workspacesDir } = session;
  const origin = "environment MOLECULE_WORKSPACES";
  const ids = ["scribe", "critic", "editor"];
  assertEquals(settings["interval"], { value: 30, origin: "default" });
  assertEquals(settings["workspace-id"], { value: ids, origin });
  assertEquals(settings["MOLECULE_WORKSPACES"], { value: ids, origin });
  assertEquals(settings["MOLECULE_WORKSPACE_TOKEN"], { value: "(set, not shown)", origin });
  assertEquals(settings["workspaces-dir"]?.value, workspacesDir);
  assertEquals(settings["configs-dir"]?.value, ids.map((id) => `${workspacesDir}/${id}`));
});

Deno.test("check shows the origin of a setting once for each of several workspaces, when they differ", async () => {
  await using session = await startChecked();
  const url = session.platform.url;
  const { settings } = await check(session, {
    entries: [{ id: "critic", token: session.critic.token, platform_url: `${url}/` }],
  });
  const flag = "flag --platform-url";
  const origin = [flag, "environment MOLECULE_WORKSPACES", flag];
  assertEquals(settings["platform-url"], { value: url, origin });
});

Deno.test("check says in its text whose each line is", async () => {
  await using session = await startChecked();
  const lines = await checkText(session);
  const whose = lines.slice(lines.indexOf("Checks") + 1).map((line) =>
    /^ {2}ok {7}(\[\w+\] )?[a-z]/.exec(line)?.[1] ?? ""
  );
  const counts = [...Map.groupBy(whose, (one) => one)].map(([one, lines]) => [one, lines.length]);
  assertEquals(counts, [["", 3], ["[scribe] ", 10], ["[critic] ", 10], ["[editor] ", 10]]);
  for (const { token = "" } of session.all) assertFalse(lines.join("\n").includes(token));
});

/** How many workspaces there are beside the three, and how their ids are shown. */
const SHOWN = [
  [0, "scribe, critic, editor"],
  [1, "scribe, critic, editor (and 1 more)"],
  [5, "scribe, critic, editor (and 5 more)"],
] as const;

for (const [more, shown] of SHOWN) {
  Deno.test(`check shows '${shown}' in its text when there are ${3 + more} workspaces`, async () => {
    await using session = await startChecked();
    const env = { MOLECULE_WORKSPACES: withMore(session, more) };
    session.platform.goDown();
    const lines = await checkText(session, { env });
    const [line = ""] = lines.filter((line) => line.startsWith("  workspace-id"));
    assertEquals(
      line.replace(/ {2,}/g, "  "),
      `  workspace-id  ${shown}  [environment MOLECULE_WORKSPACES]`,
    );
  });
}

Deno.test("check shows each value once in its text when several workspaces differ in it", async () => {
  await using session = await startChecked();
  const other = "http://127.0.0.1:9";
  const elsewhere = [session.critic, session.editor].map(({ id, token }) => ({
    ...{ id, token },
    platform_url: other,
  }));
  const lines = await checkText(session, { entries: elsewhere, platformUrls: [other] });
  const [line = ""] = lines.filter((line) => line.startsWith("  platform-url"));
  assertEquals(
    line.replace(/ {2,}/g, "  "),
    `  platform-url  ${session.platform.url}, ${other}  ` +
      "[flag --platform-url, environment MOLECULE_WORKSPACES]",
  );
});

Deno.test("check says everything on one line each, whatever the texts of several workspaces hold", async () => {
  await using session = await startChecked();
  const odd = "a\nb\u2028c\u202e\u0085d";
  const card = JSON.stringify({ name: odd });
  await Deno.writeTextFile(`${session.workspacesDir}/critic/agent_card.json`, card);
  const args = ["--register", "poll"];
  const env = { MOLECULE_AGENT_DESCRIPTION: odd };
  const lines = await checkText(session, { args, env });
  assertEquals(lines.filter((line) => /\[critic\] register: /.test(line)).length, 1);
  for (const line of lines.filter(Boolean)) {
    assertMatch(line, /^(Settings|Checks| {2}[\w-]+ {2}.*)$/);
    assertFalse(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line), line);
  }
});

Deno.test("check names the workspace whose token is refused, and ends with 77", async () => {
  await using session = await startChecked();
  const { checks, exitCode } = await check(session, {
    entries: [{ id: "critic", token: "another-token" }],
  });
  const failed = checks.filter(({ status }) => status === "failed");
  assertEquals(failed.map(({ name, workspace }) => [workspace, name]), [["critic", "token"]]);
  assertEquals(exitCode, 77);
});

Deno.test("check ends with 69, and still tests the other workspaces, when nobody listens on one's own platform", async () => {
  await using session = await startChecked();
  await using other = await startSeveral();
  other.platform.goDown();
  const { checks, exitCode } = await check(session, {
    entries: [{ id: "scribe", token: "a-token", platform_url: other.platform.url }],
    platformUrls: [other.platform.url],
  });
  const statuses = (id: string) =>
    checks.filter(({ workspace }) => workspace === id).slice(-3).map(({ status }) => status);
  assertEquals(statuses("scribe"), ["failed", "skipped", "skipped"]);
  assertEquals([statuses("critic"), statuses("editor")], [["ok", "ok", "ok"], ["ok", "ok", "ok"]]);
  assertEquals(exitCode, 69);
});

Deno.test("check warns, and ends with 0, when a variable holds for one workspace alone", async () => {
  await using session = await startChecked();
  const { checks, exitCode } = await check(session, { env: { WORKSPACE_ID: "scribe" } });
  const { message = "", status } = checks.find(({ name }) => name === "config") ?? {};
  assertEquals([exitCode, status], [0, "warning"]);
  assertMatch(
    message,
    /^Not used, since MOLECULE_WORKSPACES names several workspaces: WORKSPACE_ID/,
  );
});

Deno.test("check warns, and ends with 0, when one of several platforms is not granted", async () => {
  await using session = await startChecked();
  const { checks } = await check(session, {
    entries: [{ id: "scribe", token: "a-token", platform_url: "http://not-granted.test" }],
  });
  const grants = checks.find(({ name }) => name === "grants");
  assertEquals(grants?.status, "warning");
  assertMatch(grants?.message ?? "", /^not granted: reaching http:\/\/not-granted\.test$/);
});

Deno.test("check makes the folders that a run would make, private, and finds nothing wrong with them", async () => {
  await using session = await startSeveral();
  const { all, workspacesDir } = session;
  const { checks, exitCode } = await check(session);
  assertEquals([exitCode, checks.filter(({ status }) => status === "failed")], [0, []]);
  for (const folder of [workspacesDir, ...all.map(({ id }) => `${workspacesDir}/${id}`)]) {
    assertEquals(((await Deno.stat(folder)).mode ?? 0) & 0o777, 0o700, folder);
  }
});

Deno.test("check ends with 73, and makes nothing, when there is no folder for the workspaces folder", async () => {
  await using session = await startSeveral();
  const { dir } = session;
  const { checks, exitCode } = await check(session, { workspacesDir: `${dir}/not/there` });
  const failed = checks.filter(({ status }) => status === "failed");
  assertEquals([exitCode, failed.map(({ name, workspace }) => `${workspace} ${name}`)], [
    73,
    session.all.map(({ id }) => `${id} results file`),
  ]);
  for (const { remedy } of failed) assertEquals(remedy, "make its folder");
  assertEquals(await Array.fromAsync(Deno.readDir(dir)), []);
});

Deno.test("check tests only the workspace of the list that --workspace-id names, with its token", async () => {
  await using session = await startChecked();
  const { checks, exitCode, settings } = await check(session, {
    args: ["--workspace-id", "critic"],
  });
  assertEquals([...new Set(checks.map(({ workspace }) => workspace))], [undefined, "critic"]);
  assertEquals([exitCode, settings["workspace-id"]?.value], [0, "critic"]);
  const asked = session.platform.requests.map(({ workspaceId }) => workspaceId);
  assertEquals([...new Set(asked)].sort(), ["critic", undefined]);
});

Deno.test("check shows what would be registered for each of several workspaces", async () => {
  await using session = await startChecked();
  const { checks } = await check(session, { args: ["--register", "poll"] });
  const shown = checks.filter(({ name }) => name === "register");
  assertEquals(shown.map(({ workspace }) => workspace), ["scribe", "critic", "editor"]);
  for (const { message, workspace } of shown) assert(message.includes(`"id":"${workspace}"`));
});
