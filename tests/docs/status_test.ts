import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { defaultStatusFile } from "../../lib/permissions.ts";
import { aliveVerdict, contactVerdict, parseStatus, worstVerdict } from "../../lib/status/mod.ts";
import schema from "../../schemas/status.schema.json" with { type: "json" };
import { ask } from "../commands/_status.ts";
import { startSession } from "../commands/_session.ts";
import { eventually } from "../_running_sidecar.ts";
import { ago, found, NOW } from "../status/_statuses.ts";
import { Document } from "./_document.ts";

const DOCUMENT = await Document.read("docs/status.md");
const COMMANDS = [
  DOCUMENT.take("For a person", "sh"),
  DOCUMENT.take("For probes", "sh"),
  DOCUMENT.take("For machines", "sh"),
].flatMap((block) => block.trim().split("\n"));
const EXAMPLE = DOCUMENT.take("For machines", "json");

Deno.test("docs/status.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

Deno.test("docs/status.md shows commands that a healthy sidecar's user can run", async () => {
  await using session = await startSession();
  await using _sidecar = session.start({ args: ["--interval", "5"] });
  await eventually(async () => (await ask(session.dir, "health")).code === 0, "It is not healthy");
  assertEquals(COMMANDS.length, 4);
  for (const command of COMMANDS) {
    const [program, subcommand, ...args] = command.split(" ");
    assertEquals(program, "workspace-beat");
    assert(subcommand === "status" || subcommand === "health", command);
    assertEquals((await ask(session.dir, subcommand, ...args)).code, 0, command);
  }
});

Deno.test("docs/status.md shows a status as the schema and the program take it", () => {
  const isValid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  assert(isValid(JSON.parse(EXAMPLE)), JSON.stringify(isValid.errors));
  assertEquals(parseStatus(EXAMPLE).kind, "status");
});

Deno.test("docs/status.md has a row for each first word, with its exit codes", () => {
  const cells = (column: number) => DOCUMENT.column("What it says", { column });
  const [words, health, alive] = [cells(0), cells(1), cells(2)];
  const rows = new Map(
    words.map((word, n) => [word.replaceAll("`", ""), [health[n], alive[n]?.replace(/,.*/, "")]]),
  );
  const removed = { presence: "removed", status: "", since: ago(9) } as const;
  const paused = { presence: "resting", status: "paused", since: ago(9) } as const;
  const ended = { at: ago(9), exit_code: 0, reason: "it was asked to stop" };
  const statuses = [
    found(),
    found({ state: "paused", workspace: paused }),
    found({ last_accepted_beat: null }),
    found({ last_accepted_beat: ago(240), attempts: 3 }),
    found({ last_accepted_beat: ago(75) }),
    found({ state: "removed", workspace: removed }),
    found({ state: "stopped", ended }),
    found({ written_at: ago(300), last_accepted_beat: ago(300) }),
    { kind: "missing", file: defaultStatusFile("/c") } as const,
  ];
  const code = ({ isHealthy }: { isHealthy: boolean }) => isHealthy ? "0" : "1";
  const expected = new Map(statuses.map((status) => {
    const contact = contactVerdict(status, { now: NOW });
    return [contact.word, [code(contact), code(aliveVerdict(status, { now: NOW }))]];
  }));
  const bad = contactVerdict(found({ last_accepted_beat: ago(75) }), { now: NOW });
  expected.set(worstVerdict([["a", bad], ["b", bad]]).word, ["1", "1"]);
  const once = aliveVerdict(found({ state: "once" }), { now: NOW });
  expected.set(once.word, ["", code(once)]);
  assertEquals(rows, expected);
});
