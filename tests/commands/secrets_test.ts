import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Fault, RecordedRequest } from "../../scripts/dev_platform/mod.ts";
import { type Session, startSession } from "./_session.ts";

const SECRET = "inbound/secret+with=signs\"and'quotes";

/** An answer that quotes everything it should not. */
function quoting(session: Session, status: number): Fault {
  return {
    kind: "handle",
    handler: ({ headers }: RecordedRequest) => {
      const { token } = session.workspace;
      const error = `${headers.get("authorization")} is not ${token}; mind ${SECRET}`;
      return Response.json({ error }, { status });
    },
  };
}

for (const format of ["text", "json"]) {
  Deno.test(`run shows neither tokens nor the secret in ${format} logs when every answer quotes them`, async () => {
    await using session = await startSession();
    const { platform, token, workspace } = session;
    workspace.inboundSecret = SECRET;
    workspace.finish(workspace.delegate(), "the answer");
    // The token is rotated under the first beat, whose answer quotes both.
    platform.fault("heartbeat", {
      kind: "handle",
      handler: async () => {
        const next = platform.rotateToken(workspace.id);
        await session.writeToken(next);
        return Response.json({ error: `not ${token}, but ${next}` }, { status: 401 });
      },
    }, { times: 1 });
    for (const route of ["a2a", "notify"] as const) platform.fault(route, quoting(session, 400));
    const args = ["--once", "--log-level", "debug", "--log-format", format];
    await using first = session.start({ args });
    assertEquals(await first.ended(), 75, first.stderr.join("\n"));
    assertEquals(await Deno.readTextFile(`${session.dir}/.platform_inbound_secret`), SECRET);

    for (const route of ["heartbeat", "delegations"] as const) {
      platform.fault(route, quoting(session, 401));
    }
    await using second = session.start({ args });
    assertEquals(await second.ended(), 77, second.stderr.join("\n"));

    const written = [first, second].flatMap(({ stdout, stderr }) => [...stdout, ...stderr]);
    assertMatch(written.join("\n"), /\[redacted\]/);
    const { token: next = "" } = workspace;
    for (const line of written) {
      // Nor may there be a part of one, such as its quoted form has.
      for (const hidden of [token, next, "inbound/secret", "with=signs"]) {
        assert(!line.includes(hidden), line);
      }
    }
    const [refused, retried] = platform.requestsTo("heartbeat");
    assertEquals(refused?.headers.get("authorization"), `Bearer ${token}`);
    assertEquals(retried?.headers.get("authorization"), `Bearer ${next}`);
  });
}
