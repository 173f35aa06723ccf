import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { lookIntoTokenFile } from "../../lib/auth/token_file.ts";
import { JOURNAL_VERSION, recordLine } from "../../lib/delegations/journal_line.ts";
import { Journal } from "../../lib/delegations/journal.ts";
import type { JournalRecord } from "../../lib/delegations/journal_record.ts";
import { parseResultLine } from "../../lib/delegations/result_record.ts";
import { REPORTED_STATUSES, resultLine } from "../../lib/delegations/result.ts";
import { WakeFile } from "../../lib/delegations/wake_file.ts";
import { inspectMetricsFile } from "../../lib/metrics/metrics_file.ts";
import {
  defaultReportFile,
  defaultStatusFile,
  defaultWakeFile,
  inboundSecretFile,
  reportFiles,
  resultsFiles,
  tokenFile,
} from "../../lib/permissions.ts";
import { parseStatus, STATUS_VERSION } from "../../lib/status/status.ts";
import { eventually } from "../_running_sidecar.ts";
import { startSession } from "../commands/_session.ts";
import { makeTempDir, recordingLog, testWithPrograms } from "../support/mod.ts";
import { Document } from "./_document.ts";
import { shapeOf } from "./_shape.ts";

const DOCUMENT = await Document.read("docs/files.md");
const RESULT = DOCUMENT.take("The results file", "jsonl");
const JOURNAL = DOCUMENT.take("The journal", "text");
const READER = DOCUMENT.take("The journal", "python");
const LOCK = DOCUMENT.take("Locks", "text");
const WAKE = DOCUMENT.take("The wake file", "text");
const METRICS = DOCUMENT.take("The metrics file", "text");
const TOKEN = DOCUMENT.take("Token and inbound secret", "text");
/** The one example of a status, to which docs/files.md leads. */
const STATUS = (await Document.read("docs/status.md")).take("For machines", "json");

/** The version that the table has for the first file whose name holds a word. */
function versionOf(word: string): string | undefined {
  const row = DOCUMENT.column("File formats").findIndex((cell) => cell.includes(word));
  return DOCUMENT.column("File formats", { column: 2 })[row];
}

Deno.test("docs/files.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

Deno.test("docs/files.md lists every file that belongs to the results, the report and the platform", () => {
  const listed = DOCUMENT.column("File formats").join(" ");
  const files = [
    ...Object.values(resultsFiles("<results file>")),
    defaultWakeFile("<results file>"),
    ...[tokenFile, inboundSecretFile, defaultReportFile, defaultStatusFile].map((path) =>
      path("").slice(1)
    ),
    reportFiles(defaultReportFile("")).lock.slice(1),
    "<metrics file>",
  ];
  for (const file of files) {
    // Which of its files are written by tmp and rename stands below the table.
    if (file.endsWith(".journal.tmp")) continue;
    const short = `\`${file.replace("<results file>.taken.next", ".taken.next")}\``;
    assert(listed.includes(short), file);
  }
});

Deno.test("docs/files.md shows a line of the results file that is read, and is written like that", () => {
  const record = parseResultLine(RESULT.trimEnd());
  assert(record !== undefined);
  const { delegation_id, response_preview, source_id, target_id, timestamp, ...same } = record;
  const [status] = REPORTED_STATUSES.filter((status) => status === same.status);
  assert(status !== undefined);
  const names = {
    delegationId: delegation_id,
    targetId: target_id,
    sourceId: source_id,
    responsePreview: response_preview,
    changedAt: undefined,
  };
  assertEquals(resultLine({ ...names, ...same, status }, timestamp), RESULT);
});

Deno.test("docs/files.md names every status of a result", () => {
  const [, words = ""] = /`status` is ([^;]*);/.exec(DOCUMENT.text) ?? [];
  const named = [...words.matchAll(/`(\w+)`/g)].map(([, status]) => status);
  assertEquals(named.sort(), [...REPORTED_STATUSES].sort());
});

Deno.test("docs/files.md shows a journal that is sound", async () => {
  await using dir = await makeTempDir();
  const file = `${dir.path}/journal`;
  await Deno.writeTextFile(file, JOURNAL, { mode: 0o600 });
  const { log } = recordingLog();
  const journal = new Journal({ file, workspaceId: "scribe", log });
  assertEquals(await journal.inspect(), { results: 2, damaged: 0 });
  await journal.open();
  assertEquals(await Deno.readTextFile(file), JOURNAL);
});

Deno.test("docs/files.md shows a record of each kind, and says in which versions there are any", () => {
  const shown = JOURNAL.trimEnd().split("\n").slice(1).flatMap((line) =>
    Object.keys(JSON.parse(line.slice(line.indexOf(" "))))
  );
  const listed = DOCUMENT.column("The journal").map((cell) => cell.replaceAll("`", ""));
  assertEquals(listed.toSorted(), shown.toSorted());
  const kinds: { readonly [K in KeyOf<JournalRecord>]: true } = {
    intent: true,
    written: true,
    woken: true,
    notified: true,
    done: true,
    warned: true,
    started: true,
    cursor: true,
    wakes: true,
  };
  assertEquals(listed.toSorted(), Object.keys(kinds).sort());
  const versions = DOCUMENT.column("The journal", { column: 1 }).map(Number);
  assert(Math.max(...versions) <= JOURNAL_VERSION);
  assertEquals(versionOf("journal"), `${JOURNAL_VERSION}; reads 1 and 2`);
});

/** What is null in a status until the sidecar has ended. */
const OF_ENDED = ["ended.at", "ended.exit_code", "ended.reason"];

/** The names of all fields in a JSON value. */
function namesIn(value: unknown, before = ""): string[] {
  if (typeof value !== "object" || value === null) return [before.slice(0, -1)];
  return Object.entries(value).flatMap(([name, field]) => namesIn(field, `${before}${name}.`))
    .filter((name) => name !== "ended").sort();
}

Deno.test("docs/files.md leads to a status that is read, and says of which version it is", () => {
  const read = parseStatus(STATUS);
  assertEquals(read, { kind: "status", status: JSON.parse(STATUS) });
  assertEquals(versionOf("status"), String(STATUS_VERSION));
});

/** The names of the fields of any of several types. */
type KeyOf<T> = T extends unknown ? keyof T : never;

testWithPrograms(
  "docs/files.md describes the journal, the lock and the results of a real sidecar",
  {
    programs: ["python3"],
    async fn(t) {
      await using session = await startSession();
      const { dir, platform, workspace } = session;
      workspace.finish(workspace.delegate(), "There are 12");
      const pid = await (async () => {
        await using sidecar = session.start({ args: ["--interval", "5"] });
        await platform.waitFor(({ route }) => route === "notify");
        // The platform has answered before the journal says so.
        await eventually(async () => {
          const text = await Deno.readTextFile(`${dir}/results.jsonl.journal`);
          return text.includes('{"woken"') && text.includes('{"notified"');
        }, "The journal does not say that the agent was woken and the user told");
        assertEquals(await sidecar.stop(), 0);
        return sidecar.pid;
      })();
      await t.step("the status", async () => {
        const text = await Deno.readTextFile(`${dir}/.workspace_beat_status.json`);
        assertEquals(
          namesIn(JSON.parse(text)),
          [...namesIn(JSON.parse(STATUS)), ...OF_ENDED].sort(),
        );
      });
      await t.step("the results", async () => {
        const [line = ""] = await session.results();
        assertEquals(shapeOf(JSON.parse(line)), shapeOf(JSON.parse(RESULT)));
      });
      await t.step("the lock", async () => {
        const text = await Deno.readTextFile(`${dir}/results.jsonl.lock`);
        const expected = LOCK.replace("4711", String(pid)).replace("scribe", workspace.id);
        assertEquals(text.replace(/\S+Z/, ""), expected.replace(/\S+Z/, ""));
      });
      const journal = `${dir}/results.jsonl.journal`;
      const read = async () => {
        const args = ["-c", READER, journal];
        const { stdout } = await new Deno.Command("python3", { args }).output();
        return new TextDecoder().decode(stdout).trimEnd().split("\n");
      };
      await t.step("the journal", async () => {
        const [header, ...records] = await read();
        assertEquals(header, `version ${JOURNAL_VERSION} of ${workspace.id}: sound`);
        const kinds = ["intent", "notified", "started", "wakes", "woken", "written"];
        assertEquals([...new Set(records)].sort(), kinds);
      });
      await t.step("damaged lines of it, and long ones", async () => {
        const done = ["completed d1", `completed ${"d".repeat(2000)}`];
        const lines = await Promise.all(done.map((key) => recordLine({ done: [key] })));
        const text = lines.flatMap((line) => [line, line.replace(" d", " e")]).join("");
        await Deno.writeTextFile(journal, text, { append: true });
        assertEquals((await read()).slice(-4), ["done", "damaged", "done", "damaged"]);
      });
    },
  },
);

Deno.test("docs/files.md shows a wake file that is touched, and is written like that", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/wake`;
  await Deno.writeTextFile(path, WAKE);
  await new WakeFile({ path, mode: 0o600 }).touch();
  const text = await Deno.readTextFile(path);
  assertEquals(text.replaceAll(/\d/g, "0"), WAKE.replaceAll(/\d/g, "0"));
  assertMatch(text, /^20\d\d-/);
});

Deno.test("docs/files.md shows what a metrics file begins with, and any other is left alone", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/metrics.prom`;
  await Deno.writeTextFile(path, `${METRICS.trimEnd()} and so on`);
  assert(await inspectMetricsFile(path) !== undefined);
  await Deno.writeTextFile(path, "# HELP ducks");
  await assertRejects(() => inspectMetricsFile(path), TypeError);
});

Deno.test("docs/files.md shows a token file that is read", async () => {
  await using dir = await makeTempDir();
  const path = `${dir.path}/.auth_token`;
  await Deno.writeTextFile(path, TOKEN);
  assertEquals(await lookIntoTokenFile(path), { kind: "token", token: TOKEN.trimEnd() });
});
