import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import { type SeveralSession, startSeveral } from "./_several.ts";
import { checkText, startChecked, withMore } from "./_several_checked.ts";

/** The tokens of all workspaces of a session's platform. */
function tokensOf({ platform }: SeveralSession): string[] {
  return platform.workspaces.map(({ token = "" }) => token);
}

/** Lets every answer about a token quote three of these, the next three each time. */
function quote({ platform }: SeveralSession, secrets: readonly string[]): void {
  let next = 0;
  const handler = () => {
    const quoted = [0, 1, 2].map((place) => secrets[(next + place) % secrets.length]);
    next += 3;
    return Response.json({ error: `not one of ${quoted.join(" ")}` }, { status: 401 });
  };
  for (const route of ["heartbeat", "delegations"] as const) {
    platform.fault(route, { kind: "handle", handler });
  }
}

function assertHidden(lines: readonly string[], secrets: readonly string[]): void {
  const said = lines.join("\n");
  assertMatch(said, /not one of \[redacted\] \[redacted\] \[redacted\]/);
  for (const secret of secrets) assertFalse(said.includes(secret), said);
}

for (const format of ["text", "json"]) {
  Deno.test(`run shows no token of several workspaces in ${format} logs when answers quote them all`, async () => {
    await using session = await startSeveral();
    const tokens = tokensOf(session);
    quote(session, tokens);
    const args = ["--once", "--log-level", "debug", "--log-format", format];
    await using sidecar = session.start({ args });
    assertEquals(await sidecar.ended(), 77, sidecar.stderr.join("\n"));
    assertHidden(sidecar.stderr, tokens);
  });
}

Deno.test("run shows no token of 18 workspaces when answers quote them all", async () => {
  await using session = await startSeveral();
  const env = { MOLECULE_WORKSPACES: withMore(session, 15) };
  const tokens = tokensOf(session);
  quote(session, tokens);
  await using sidecar = session.start({ args: ["--once"], env });
  assertEquals(await sidecar.ended(), 77, sidecar.stderr.join("\n"));
  assertHidden(sidecar.stderr, tokens);
});

Deno.test("check shows no token and no saved secret of nine workspaces when answers quote them all", async () => {
  await using session = await startChecked();
  const env = { MOLECULE_WORKSPACES: withMore(session, 6) };
  const saved = await Promise.all(session.platform.workspaces.map(async ({ id }) => {
    const folder = `${session.workspacesDir}/${id}`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/.platform_inbound_secret`, `saved-secret-of-${id}`);
    return `saved-secret-of-${id}`;
  }));
  const secrets = [...tokensOf(session), ...saved];
  quote(session, secrets);
  assertHidden(await checkText(session, { env }), secrets);
});

Deno.test("check shows no saved secret of the last of several workspaces when an answer quotes it", async () => {
  await using session = await startChecked();
  const { editor, workspacesDir } = session;
  const secret = "saved-secret-of-editor";
  await Deno.writeTextFile(`${workspacesDir}/${editor.id}/.platform_inbound_secret`, secret);
  quote(session, [secret]);
  assertHidden(await checkText(session), [secret]);
});
